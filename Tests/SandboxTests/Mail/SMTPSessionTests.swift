import Foundation
import TestSupport
import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(1)))
struct SMTPSessionTests {
  private func session(
    _ policy: MailPolicy = MailPolicy(), faults: FaultBook = FaultBook()
  ) -> SMTPSession {
    SMTPSession(
      policy: policy, fault: { faults.next(for: "smtp", recipient: $1, at: $0) }, makeID: { "Q1" })
  }

  private static let content = [
    "From: a@b.example", "Date: Sat, 21 Nov 2026 10:00:00 +0000", "Subject: x", "", "..dot", "end",
  ]

  /// The last reply's code after each line.
  private func codes(_ session: inout SMTPSession, _ lines: [String]) -> [String] {
    lines.map { line in
      let actions = session.take(Array(line.utf8))
      return actions.compactMap {
        if case .reply(let text) = $0 { String(text.prefix(3)) } else { nil }
      }
      .last ?? (actions.isEmpty ? "" : "\(actions)")
    }
  }

  @Test func `A mail is taken whole, its dots unstuffed`() {
    var session = session()
    #expect(session.greeting() == [.reply("220 sandbox.otp-worker ESMTP")])
    let dialogue = [
      "EHLO me", "MAIL FROM:<a@b.example> SIZE=9 BODY=8BITMIME", "RCPT TO:<c@d.example>", "data",
    ]
    #expect(codes(&session, dialogue) == ["250", "250", "250", "354"])
    for line in Self.content { #expect(session.take(Array(line.utf8)).isEmpty) }
    let end = session.take([UInt8(ascii: ".")])
    guard case .take(let mail, "Q1")? = end.first else { return #expect(Bool(false), "\(end)") }
    #expect(end.last == .reply("250 2.0.0 Ok: queued as Q1"))
    #expect(mail.sender == "a@b.example" && mail.recipients == ["c@d.example"])
    #expect(String(decoding: mail.content, as: UTF8.self).hasSuffix("\r\n\r\n.dot\r\nend\r\n"))
    // The next mail of the same connection begins anew.
    #expect(codes(&session, ["RCPT TO:<c@d.example>", "MAIL FROM:<>"]) == ["503", "250"])
  }

  @Test(arguments: [
    (["MAIL FROM:<a@b.example>"], "503"), (["EHLO"], "501"), (["EHLO mé"], "501"),
    (["EHLO me", "RCPT TO:<a@b.example>"], "503"), (["EHLO me", "DATA"], "503"),
    (["EHLO me", "MAIL FROM:a@b.example"], "501"),
    (["EHLO me", "MAIL FROM:<a b@c.example>"], "501"),
    (["EHLO me", "MAIL FROM:<a@b.example> SIZE=99999999"], "552"),
    (["EHLO me", "MAIL FROM:<a@b.example> SIZE=x"], "501"),
    (["EHLO me", "MAIL FROM:<a@b.example> RET=FULL"], "555"),
    (["EHLO me", "MAIL FROM:<é@b.example>"], "553"),
    (["EHLO me", "MAIL FROM:<é@b.example> SMTPUTF8"], "250"),
    (["EHLO me", "MAIL FROM:<a@b.example>", "MAIL FROM:<a@b.example>"], "503"),
    (["EHLO me", "MAIL FROM:<a@b.example>", "DATA"], "554"),
    (["EHLO me", "MAIL FROM:<a@b.example>", "RCPT TO:<c@localhost>"], "501"),
    (["EHLO me", "MAIL FROM:<a@b.example>", "RCPT TO:<é@d.example>"], "553"),
    (["EHLO me", "MAIL FROM:<a@b.example>", "RSET", "RCPT TO:<c@d.example>"], "503"),
    (["HELO me"], "250"), (["NOOP"], "250"), (["VRFY a"], "252"), (["EXPN a"], "502"),
    (["QUIT"], "221"),
    (["HELP"], "214"), ([""], "500"), (["FROB"], "500"), (["GET / HTTP/1.1"], "421"),
    (["a\0b"], "500"),
    (["EHLO me", "AUTH CRAM-MD5"], "504"), (["EHLO me", "AUTH"], "501"),
    (["EHLO me", "AUTH PLAIN x y"], "501"),
    (["EHLO me", "AUTH PLAIN ???"], "501"), (["EHLO me", "AUTH PLAIN", "*"], "501"),
    (["EHLO me", "AUTH PLAIN AHUAcA=="], "235"), (["EHLO me", "AUTH PLAIN AABw"], "535"),
    (["EHLO me", "AUTH LOGIN", "dXNlcg==", "cGFzcw=="], "235"),
    (["EHLO me", "AUTH LOGIN dXNlcg=="], "334"), (["AUTH PLAIN AHUAcA=="], "503"),
    (["EHLO me", "AUTH PLAIN AHUAcA==", "AUTH PLAIN AHUAcA=="], "503"), (["STARTTLS now"], "501"),
  ])
  func `Each fault of a client gets its code`(lines: [String], code: String) {
    var session = session()
    #expect(codes(&session, lines).last == code)
  }

  @Test func `Credentials are checked when there are some, in every mechanism`() {
    var policy = MailPolicy()
    policy.credentials = ["ada": "right"]
    func login(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
    var session = session(policy)
    #expect(codes(&session, ["EHLO me", "MAIL FROM:<a@b.example>"]) == ["250", "530"])
    #expect(codes(&session, ["AUTH PLAIN \(login("\0ada\0wrong"))"]) == ["535"])
    #expect(
      codes(&session, ["AUTH LOGIN", login("ada"), login("wrong")]) == ["334", "334", "535"])
    let wrong = login("user=ada\u{1}auth=Bearer wrong\u{1}\u{1}")
    #expect(codes(&session, ["AUTH XOAUTH2 \(wrong)", ""]) == ["334", "535"])
    let right = login("user=ada\u{1}auth=Bearer right\u{1}\u{1}")
    #expect(
      codes(&session, ["AUTH XOAUTH2 \(right)", "MAIL FROM:<a@b.example>"]) == ["235", "250"])
    policy.needsTLS = true
    session = self.session(policy)
    #expect(codes(&session, ["EHLO me", "AUTH PLAIN x"]) == ["250", "530"])
    #expect(session.take(Array("STARTTLS".utf8)).last == .startTLS)
    session.secured()
    let ada = "AUTH PLAIN \(login("\0ada\0right"))"
    #expect(codes(&session, [ada, "EHLO me", ada, "STARTTLS"]) == ["503", "250", "235", "503"])
  }

  @Test(arguments: [
    (["Date: x", "", "y"], "554 5.6.0"), (["From: a", "From: b", "Date: x", "", "y"], "554 5.6.0"),
    (["From: é", "Date: x", "", "y"], "554 5.6.7"),
    (["From: a", "Date: x", "", String(repeating: "y", count: 999)], "554 5.6.0"),
    (["From: a", "Date: x", "", "a\nb"], "550 5.5.2"),
    (["From: a", "Date: x", ""] + [String](repeating: "yyyyyyyyyy", count: 100), "552 5.3.4"),
    (["From: a", "Date: x", "", "ø " + String(repeating: "y", count: 900)], "250 2.0.0"),
  ])
  func `A message that is not in order is refused at its end`(lines: [String], reply: String) {
    var policy = MailPolicy()
    policy.sizeLimit = lines.count > 100 ? 1_000 : 10_000
    var session = session(policy)
    _ = codes(&session, ["EHLO me", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA"])
    for line in lines { #expect(session.take(Array(line.utf8)).isEmpty) }
    guard case .reply(let text)? = session.take([46]).last else { return #expect(Bool(false)) }
    #expect(text.hasPrefix(reply))
  }

  @Test func `A client of many errors is sent away`() {
    var session = session()
    var actions: [SMTPSession.Action] = []
    for _ in 0..<10 { actions = session.take(Array("nonsense".utf8)) }
    #expect(actions.last == .close)
  }

  @Test func `Faults come at their stage, and a refusal changes nothing`() throws {
    let faults = FaultBook()
    var session = session(faults: faults)
    func add(_ json: String) throws {
      faults.add(try Fault(json: Array(json.utf8), providers: ["smtp"], mail: "smtp"))
    }
    try add(#"{"stage":"connect","status":421}"#)
    #expect(session.greeting().last == .close)
    _ = codes(&session, ["EHLO me"])
    try add(#"{"stage":"mail","status":451,"code":"4.3.0"}"#)
    #expect(
      codes(&session, ["MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>"]) == ["451", "503"])
    _ = codes(&session, ["MAIL FROM:<a@b.example>"])
    try add(#"{"provider":"smtp","status":450,"code":"4.7.1","to":"C@D.example"}"#)
    let greylisted = session.take(Array("RCPT TO:<c@d.example>".utf8))
    #expect(greylisted == [.reply("450 4.7.1 Asked for by a fault")])
    #expect(codes(&session, ["RCPT TO:<c@d.example>", "DATA"]) == ["250", "354"])
    for line in Self.content { _ = session.take(Array(line.utf8)) }
    try add(#"{"drop":"after","delayMs":5}"#)
    let lost = session.take([46])
    guard case .take? = lost.first else { return #expect(Bool(false), "\(lost)") }
    #expect(Array(lost.dropFirst()) == [.wait(.milliseconds(5)), .close])
  }

  @Test func `Mutated dialogues end in replies, never in a crash`() {
    var random = SeededGenerator(seed: 5)
    let lines = [
      "EHLO me", "AUTH LOGIN", "dXNlcg==", "AUTH XOAUTH2 eA==", "MAIL FROM:<a@b.example> SIZE=1",
      "RCPT TO:<c@d.example>", "DATA", "From: a", "", ".", "RSET", "QUIT", "STARTTLS",
    ]
    for _ in 0..<500 {
      var session = session()
      _ = session.greeting()
      for _ in 0..<30 {
        var line = Array(lines.randomElement(using: &random)!.utf8)
        if !line.isEmpty, Bool.random(using: &random) {
          line[line.indices.randomElement(using: &random)!] = .random(in: 0...255, using: &random)
        }
        let actions = session.take(line)
        if actions.contains(.close) { break }
        if actions.contains(.startTLS) { session.secured() }
      }
    }
  }
}
