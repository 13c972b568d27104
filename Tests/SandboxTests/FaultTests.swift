import TestSupport
import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(1)))
struct FaultTests {
  private func read(_ json: String) throws(InvalidFault) -> Fault {
    try Fault(json: Array(json.utf8), providers: ["twilio", "smtp"], mail: "smtp")
  }

  @Test func `Every member is read`() throws {
    let fault = try read(
      #"{"provider":"twilio","to":"+4512345678","times":3,"status":429,"code":"20429","retryAfter":5,"delayMs":10}"#
    )
    #expect(fault.provider == "twilio" && fault.recipient == "+4512345678" && fault.times == 3)
    #expect(fault.status == 429 && fault.code == "20429")
    #expect(fault.retryAfter == .seconds(5) && fault.delay == .milliseconds(10))
    let mail = try read(#"{"stage":"rcpt","status":450,"code":"4.7.1","to":null}"#)
    #expect(mail.stage == .rcpt && mail.code == "4.7.1" && mail.recipient == nil)
    #expect(try read(#"{"hang":true}"#).mailStage == .dot)
    #expect(try read(#"{"provider":"smtp","status":550}"#).mailStage == .rcpt)
    #expect(try read(#"{"drop":"after"}"#).drop == .after)
  }

  @Test(arguments: [
    ("", "JSON"), ("[]", "object"), ("{}", "what shall go wrong"), (#"{"staus":503}"#, "staus"),
    (#"{"status":"503"}"#, "whole number"), (#"{"status":200}"#, "300 to 599"),
    (#"{"status":503,"times":0}"#, "1 to"), (#"{"status":503,"times":1.5}"#, "whole number"),
    (#"{"status":503,"provider":"vonage"}"#, "twilio, smtp"), (#"{"hang":1}"#, "true or false"),
    (#"{"drop":"during"}"#, "before, after"), (#"{"hang":true,"status":503}"#, "only one"),
    (#"{"status":503,"to":""}"#, "1 to 256"), (#"{"status":503,"to":"nobody"}"#, "number"),
    (#"{"hang":true,"retryAfter":1}"#, "status"), (#"{"status":503,"status":504}"#, "JSON"),
    (#"{"status":450,"stage":"rcpt","provider":"twilio"}"#, "SMTP"),
    (#"{"status":302,"stage":"rcpt"}"#, "400"),
    (#"{"status":450,"code":"5.7.1","stage":"rcpt"}"#, "4.7.1"),
    (#"{"code":"4.7.1","stage":"rcpt"}"#, "status"),
    (#"{"status":450,"stage":"mail","to":"a@b.example"}"#, "later stage"),
  ])
  func `What is wrong is named`(json: String, words: String) {
    let error = #expect(throws: InvalidFault.self) { try read(json) }
    #expect(error?.problem.contains(words) == true, "\(error?.problem ?? "")")
  }

  @Test func `Mutated faults are read or refused, never more`() {
    var random = SeededGenerator(seed: 11)
    let seed = Array(
      #"{"provider":"smtp","to":"a@b.example","status":450,"code":"4.7.1","stage":"rcpt"}"#.utf8)
    for _ in 0..<2_000 {
      var json = seed
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = json.indices.randomElement(using: &random)!
        json[index] = UInt8.random(in: 0...255, using: &random)
      }
      _ = try? Fault(json: json, providers: ["smtp"], mail: "smtp")
    }
  }

  @Test func `The oldest that fits is met first, and a book that is full takes no more`() throws {
    let book = FaultBook()
    book.add(try read(#"{"to":"4511111111","status":500}"#))
    book.add(try read(#"{"status":501,"provider":"twilio"}"#))
    book.add(try read(#"{"status":502}"#))
    #expect(book.next(for: "http-sms", recipient: "4522222222")?.status == 502)
    #expect(book.next(for: "twilio", recipient: "+4511111111")?.status == 500)
    #expect(book.next(for: "twilio", recipient: "+4511111111")?.status == 501)
    #expect(book.next(for: "twilio", recipient: "+4511111111") == nil)
    for _ in 0..<FaultBook.limit { #expect(book.add(try read(#"{"hang":true}"#)) != nil) }
    #expect(book.add(try read(#"{"hang":true}"#)) == nil)
    #expect(book.remove() && book.pending.isEmpty && !book.remove())
  }

  @Test func `A fault for HTTP alone is not met by a mail server`() throws {
    let book = FaultBook()
    book.add(try read(#"{"code":"21610"}"#))
    book.add(try read(#"{"status":302}"#))
    for stage in Fault.Stage.allCases {
      #expect(book.next(for: "smtp", recipient: "a@b.example", at: stage) == nil)
    }
    #expect(book.next(for: "twilio", recipient: "1234567")?.code == "21610")
  }
}
