import Delivery
import JSON
import TestSupport
import Testing

@testable import Worker

struct SendDraftTests {
  private func draft(_ words: String...) throws -> SendDraft {
    var generator = SeededGenerator(seed: 7)
    return try SendDraft(
      Arguments(words, of: SendCommand.command), using: &generator)
  }

  /// The request that the worker reads from the draft's record.
  private func request(_ draft: SendDraft) throws -> Request {
    try Request.decode(
      value: draft.value.span, headers: [],
      origin: RecordOrigin(topic: "t", partition: 0, offset: 0), timestamp: nil,
      now: Timestamp(milliseconds: 0), lifetime: { _ in .seconds(600) })
  }

  @Test func `The least gives a request with six random digits`() throws {
    let draft = try draft("--to", "+45 12 34 56 78")
    #expect(draft.key == Array("+4512345678".utf8))
    let request = try request(draft)
    #expect(request.usageType.rawValue == "SignIn" && request.recipient.address == "+4512345678")
    #expect(request.payload.code == draft.drawnCode)
    #expect(draft.drawnCode?.count == 6 && draft.drawnCode?.allSatisfy(\.isNumber) == true)
    #expect(request.eventID == draft.id && draft.id.hasPrefix("send-"))
    #expect(request.metadata == nil && request.expiresAt == Timestamp(milliseconds: 600_000))
  }

  @Test func `Everything that can be said`() throws {
    let draft = try draft(
      "--to", "a@Example.com", "--usage-type", "Register", "--code", "0042", "--locale", "de",
      "--ttl", "5m", "--id", "mine", "--payload", #"{"application":{"name":"Shop"}}"#)
    let request = try request(draft)
    #expect(request.recipient.address == "a@example.com" && request.eventID == "mine")
    #expect(request.payload.code == "0042" && request.payload.locale == "de")
    #expect(request.expiresAt == Timestamp(milliseconds: 300_000))
    #expect(draft.drawnCode == nil)
    #expect(String(decoding: request.payload.json, as: UTF8.self).contains(#""name":"Shop""#))
  }

  @Test func `A link, or a code in the payload, needs no drawn one`() throws {
    for payload in [#"{"link":"https://example.com/"}"#, #"{"code":"1"}"#] {
      let draft = try draft("--to", "+4512345678", "--payload", payload)
      #expect(draft.drawnCode == nil)
      #expect(String(decoding: draft.value, as: UTF8.self).contains(payload))
    }
  }

  @Test func `A test can be told from anything else`() throws {
    let draft = try draft("--to", "+4512345678", "--test", "--payload", #"{"a":1}"#)
    let request = try request(draft)
    #expect(request.payload.code == "000000" && request.usageType == .generic)
    #expect(request.metadata == Array(#"{"test":true}"#.utf8))
    #expect(
      try self.draft("--to", "+4512345678", "--test", "--usage-type", "X").usageType.rawValue == "X"
    )
  }

  @Test(arguments: [
    ([], "send needs --to"),
    (["--to", "12345"], "--to takes a phone number of 7 to 15 digits"),
    (["--to", "a@b"], "--to takes a phone number of 7 to 15 digits"),
    (["--to", "+4512345678", "--id", ""], "--id takes 1 to 128 characters"),
    (["--to", "+4512345678", "--id", String(repeating: "x", count: 129)], "--id takes"),
    (["--to", "+4512345678", "--code", ""], "--code takes a code"),
    (["--to", "+4512345678", "--usage-type", ""], "--usage-type takes a name"),
    (["--to", "+4512345678", "--payload", "{"], "--payload is no JSON: "),
    (["--to", "+4512345678", "--payload", "[]"], "--payload takes an object such as"),
    (["--to", "+4512345678", "--payload", #"{"code":"1"}"#, "--code", "2"], "keep one"),
    (["--to", "+4512345678", "--payload", #"{"locale":"de"}"#, "--locale", "en"], "keep one"),
    (["--to", "+4512345678", "--test", "--code", "1"], "--test sends the code 000000"),
    (["--to", "+4512345678", "--test", "--payload", #"{"code":"1"}"#], "--test sends the code"),
    (["--to", "+4512345678", "--ttl", "5"], "--ttl takes a whole number and ms, s, m, h or d"),
    (["--to", "+4512345678", "--ttl", "1500ms"], "--ttl takes whole seconds"),
    (["--to", "+4512345678", "--ttl", "8d"], "from 1s to 7d, not \"8d\""),
  ])
  func `A mistake says what is allowed`(words: [String], message: String) throws {
    var generator = SeededGenerator(seed: 7)
    let given = try Arguments(words, of: SendCommand.command)
    let error = #expect(throws: UsageError.self) { try SendDraft(given, using: &generator) }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test func `A payload past what the worker reads is refused here`() throws {
    let text = String(repeating: "x", count: Request.maximumValueBytes)
    let error = #expect(throws: UsageError.self) {
      try draft("--to", "+4512345678", "--payload", "{\"a\":\"\(text)\"}")
    }
    #expect(error?.message.contains("1 MiB") == true)
  }
}
