import Delivery
import HTTPServer
import Synchronization
import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(1)))
struct InboxTests {
  static func message(
    to recipient: String = "+4512345678", _ text: String = "Your code is 123456",
    provider: String = "twilio", channel: Channel = .sms, id: String = "SM1",
    reference: String? = nil, at milliseconds: Int64 = 1_000
  ) -> InboxMessage {
    InboxMessage(
      time: Timestamp(milliseconds: milliseconds), provider: provider, providerMessageID: id,
      submission: Submission(channel: channel, recipient: recipient, text: text),
      reference: reference, request: IncomingRequest(method: "POST", target: "/"))
  }

  private func filter(_ change: (inout InboxFilter) -> Void) -> InboxFilter {
    var filter = InboxFilter()
    change(&filter)
    return filter
  }

  @Test func `The newest comes first, with its number and its code`() {
    let inbox = Inbox()
    for number in 1...3 { inbox.add(Self.message("Your code is 10000\(number)")) }
    let messages = inbox.messages()
    #expect(messages.map(\.id) == [3, 2, 1])
    #expect(messages.map(\.code) == ["100003", "100002", "100001"])
    #expect(inbox.messages(limit: 1).map(\.id) == [3])
    #expect(inbox.message(2)?.code == "100002")
    #expect(inbox.message(9) == nil)
  }

  @Test func `Beyond its limits the oldest go, and with them all that was kept of them`() {
    let inbox = Inbox(limits: InboxLimits(messages: 10_000))
    for number in 0..<12_345 { inbox.add(Self.message("code 1234", id: "SM\(number)")) }
    #expect(inbox.count == 10_000)
    #expect(inbox.messages(limit: 1).first?.id == 12_345)
    #expect(inbox.messages().last?.id == 2_346)
    #expect(inbox.message(2_345) == nil)
    #expect(!inbox.note(InboxConclusion(providerMessageID: "SM0", outcome: "delivered")))
    #expect(inbox.note(InboxConclusion(providerMessageID: "SM12344", outcome: "delivered")))
    let heavy = Inbox(limits: InboxLimits(messages: 100, bytes: 100_000))
    for _ in 0..<50 { heavy.add(Self.message(String(repeating: "x", count: 30_000))) }
    #expect(heavy.count == 3)
    heavy.add(Self.message(String(repeating: "x", count: 200_000)))
    #expect(heavy.count == 1)
  }

  @Test func `A filter takes what it names, numbers in any spelling and texts in any case`() {
    let inbox = Inbox()
    inbox.add(Self.message(to: "+4512345678", "Hej! Code 1111", at: 1_000))
    inbox.add(Self.message(to: "Ada@Example.com", "Grüße 2222", provider: "smtp", channel: .email))
    inbox.add(Self.message(to: "+4587654321", #"100% \d+ [x] "q" 'y' <b>"#, at: 3_000))
    func ids(_ change: (inout InboxFilter) -> Void) -> [Int] {
      inbox.messages(matching: filter(change)).map(\.id)
    }
    #expect(ids { $0.recipient = "45 12 34 56 78" } == [1])
    #expect(ids { $0.recipient = "ada@example.COM" } == [2])
    #expect(ids { $0.provider = "smtp" } == [2])
    #expect(ids { $0.channel = .sms } == [3, 1])
    #expect(ids { $0.since = Timestamp(milliseconds: 2_000) } == [3])
    #expect(ids { $0.after = 1 } == [3, 2])
    #expect(ids { $0.before = 2 } == [1])
    #expect(ids { $0.search = "GRÜSSE" } == [] && ids { $0.search = "grüße" } == [2])
    for text in [#"\d+ [x]"#, "100%", #""q""#, "'y'", "<b>"] {
      #expect(ids { $0.search = text } == [3])
    }
    #expect(ids { $0.search = "" } == [3, 2, 1])
    inbox.clear()
    #expect(inbox.messages().isEmpty)
    #expect(inbox.add(Self.message()) == 4)
  }

  @Test func `A conclusion finds its messages by either id`() {
    let inbox = Inbox()
    inbox.add(Self.message(id: "SM1", reference: "order%2F7/r2"))
    inbox.add(Self.message(channel: .email, id: "Q1", reference: "<h@acme.example>"))
    #expect(inbox.note(InboxConclusion(eventID: "order/7", outcome: "delivered", attempts: 2)))
    #expect(inbox.message(1)?.conclusion?.attempts == 2)
    #expect(inbox.message(2)?.conclusion == nil)
    #expect(inbox.note(InboxConclusion(providerMessageID: "h@acme.example", outcome: "failed")))
    #expect(inbox.message(2)?.conclusion?.outcome == "failed")
    #expect(!inbox.note(InboxConclusion(eventID: "other", outcome: "failed")))
    #expect(!inbox.note(InboxConclusion(outcome: "failed")))
  }

  @Test func `A waiter is called once, by the first message that it asked for`() {
    let inbox = Inbox()
    let heard = Mutex<[Int?]>([])
    let wanted = filter { $0.recipient = "4522222222" }
    let number = inbox.wait(for: wanted) { message in heard.withLock { $0.append(message?.id) } }
    inbox.add(Self.message(to: "+4511111111"))
    #expect(heard.withLock { $0.isEmpty })
    inbox.add(Self.message(to: "+4522222222"))
    inbox.add(Self.message(to: "+4522222222"))
    inbox.giveUp(number ?? 0)
    #expect(heard.withLock { $0 } == [2])
    #expect(inbox.wait(for: wanted) { message in heard.withLock { $0.append(message?.id) } } == nil)
    #expect(heard.withLock { $0 } == [2, 3])
  }

  @Test func `Waiters that are too many, or given up, get nothing`() {
    var limits = InboxLimits()
    limits.waiters = 1
    let inbox = Inbox(limits: limits)
    let heard = Mutex<[Int?]>([])
    let first = inbox.wait(for: InboxFilter()) { message in
      heard.withLock { $0.append(message?.id) }
    }
    #expect(
      inbox.wait(for: InboxFilter()) { message in heard.withLock { $0.append(message?.id) } } == nil
    )
    inbox.giveUp(first ?? 0)
    inbox.giveUp(first ?? 0)
    #expect(heard.withLock { $0 } == [nil, nil])
  }

  @Test func `Credentials do not stand in what is told`() {
    var message = Self.message()
    message.request = IncomingRequest(
      method: "POST", target: "/x?Signature=abc&a=1&access_token=def",
      headers: [
        ("Authorization", "Basic c2VjcmV0"), ("X-API-Key", "hush"), ("Content-Type", "a/b"),
      ], body: Array("body".utf8))
    let json = String(decoding: message.json(), as: UTF8.self)
    for secret in ["c2VjcmV0", "hush", "abc", "def"] { #expect(!json.contains(secret)) }
    for text in ["Basic <redacted>", "a/b", "a=1", "body"] { #expect(json.contains(text)) }
  }
}
