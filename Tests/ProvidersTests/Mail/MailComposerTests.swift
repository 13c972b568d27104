import Delivery
import Foundation
import TestSupport
import Testing

@testable import Providers

@Suite struct MailComposerTests {
  private func compose(
    _ subject: String, _ body: String, isHTML: Bool = false, to: String = "ann@example.org",
    from: String = "Example <no-reply@example.com>",
    headers: [(name: String, value: String)] = []
  ) throws -> (bytes: [UInt8], mail: ReadMail) {
    let composer = MailComposer(from: Mailbox(from)!, replyTo: [], customHeaders: headers)
    let composed = try composer.compose(
      Message.Mail(subject: subject, body: body, isHTML: isHTML), to: to, eventID: "e1",
      date: Timestamp(milliseconds: 0))
    return (composed.bytes, try ReadMail(composed.bytes))
  }

  // MARK: - Headers

  @Test(arguments: [
    "Your code", "", " leading", "trailing ", "two  spaces", "a=?utf-8?B?eA==?=b",
    "Din kode er på vej",
    "您的验证码", "👩‍👩‍👧 code", "tab\tin it", "\u{1}\u{7F}", "\u{85}\u{2028}x", "\"quotes\" <and> (more)",
    String(repeating: "long ", count: 60) + "end", String(repeating: "x", count: 1_500),
    String(repeating: "æ", count: 400), String(repeating: "a", count: 75) + " b", "e\u{301}",
  ])
  func `a subject arrives as it was, in lines of ASCII`(subject: String) throws {
    let (bytes, mail) = try compose(subject, "x")
    #expect(mail.header("Subject") == subject)
    let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
    #expect(lines.allSatisfy { $0.utf8.count <= 76 })
    #expect(!lines.contains { !$0.isEmpty && $0.allSatisfy { $0 == " " } })
    #expect(bytes.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0D || $0 == 0x0A })
  }

  @Test func `random subjects arrive as they were`() throws {
    var random = SeededGenerator(seed: 20_261_121)
    let pieces = ["a", "word", " ", "=", "?", "æ", "漢", "😀", "=?", "\"", "<", ".", "e\u{301}", "-"]
    for _ in 0..<2_000 {
      let count = Int.random(in: 0...80, using: &random)
      let subject = (0..<count).map { _ in pieces.randomElement(using: &random)! }.joined()
      let (bytes, mail) = try compose(subject, subject)
      #expect(mail.header("Subject") == subject)
      #expect(mail.parts[0].text == subject + "\r\n")
      let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
      #expect(lines.allSatisfy { $0.utf8.count <= 76 })
    }
  }

  @Test(arguments: [
    ("a@b.example", "a@b.example"), ("Ann <a@b.example>", "Ann <a@b.example>"),
    ("Ann B. <a@b.example>", "\"Ann B.\" <a@b.example>"),
    ("\"B, Ann\" <a@b.example>", "\"B, Ann\" <a@b.example>"),
    ("A \"B\" \\ C <a@b.example>", "\"A \\\"B\\\" \\\\ C\" <a@b.example>"),
    ("Søren <a@b.example>", "Søren <a@b.example>"),
    ("<a@b.example>", "a@b.example"), (" Ann  <a@b.example> ", "Ann <a@b.example>"),
  ])
  func `a sender's name is quoted or encoded where it must be`(from: String, header: String) throws
  {
    #expect(try compose("s", "x", from: from).mail.header("From") == header)
  }

  @Test func `a long name is folded, the address too`() throws {
    let name = String(repeating: "Überlänge ", count: 12) + "Ende"
    let (bytes, mail) = try compose(
      "s", "x", from: "\(name) <someone@a-rather-long-domain.example>")
    #expect(mail.header("From") == "\(name) <someone@a-rather-long-domain.example>")
    let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
    #expect(lines.allSatisfy { $0.utf8.count <= 76 })
  }

  @Test func `a header of the settings may replace Auto-Submitted`() throws {
    let mail = try compose(
      "s", "x", headers: [("auto-submitted", "no"), ("X-Ä".filter(\.isASCII), "é")]
    ).mail
    #expect(mail.header("Auto-Submitted") == "no")
    #expect(mail.header("X-") == "é")
  }

  @Test(arguments: [
    (Int64(0), "Thu, 01 Jan 1970 00:00:00 +0000"),
    (-1, "Wed, 31 Dec 1969 23:59:59 +0000"),
    (951_782_400_000, "Tue, 29 Feb 2000 00:00:00 +0000"),
    (1_795_257_060_500, "Sat, 21 Nov 2026 10:31:00 +0000"),
    (4_102_444_799_999, "Thu, 31 Dec 2099 23:59:59 +0000"),
  ])
  func `a date is written as mails have it`(milliseconds: Int64, text: String) {
    #expect(Timestamp(milliseconds: milliseconds).mailDate == text)
  }

  // MARK: - Bodies

  @Test(arguments: [
    "x", "a\r\nb", "a\nb", "a\rb", "a\r\n\r\n\r\nb", ".", "..", "a\n.\nb", "From me", "a=b",
    "a \nb\t\nc",
    "=\r\n", "100% =20", String(repeating: "x", count: 5_000), String(repeating: "æ", count: 2_000),
    String(repeating: "word ", count: 400), "😀👩‍👩‍👧", "\u{0}\u{1}\u{7F}", "\u{FEFF}x", "漢字かな", "-- ",
    String(repeating: "a", count: 75), String(repeating: "a", count: 76),
    String(repeating: "a", count: 77),
    String(repeating: "a", count: 75) + "=", String(repeating: "a", count: 73) + " ",
  ])
  func `a text arrives as it was, but for its line ends`(text: String) throws {
    let (bytes, mail) = try compose("s", text)
    let expected = text.unicodeScalars.reduce(into: "") { $0.unicodeScalars.append($1) }
      .replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\r", with: "\n")
      .replacingOccurrences(of: "\n", with: "\r\n")
    #expect(mail.parts[0].text == (expected.hasSuffix("\r\n") ? expected : expected + "\r\n"))
    let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
    #expect(lines.allSatisfy { $0.utf8.count <= 76 && $0.utf8.last != 0x20 || $0.isEmpty })
  }

  @Test func `HTML has a plain part made of it`() throws {
    let mail = try compose(
      "s",
      """
      <!DOCTYPE html><html><head><title>T</title><style>p { color: red }</style></head>
      <body><!-- <p>no</p> --><h1>Hi &amp; hello</h1><p>Your code is <b>123456</b>.<br>Not you?
      <a href="https://example.com/?a=1&amp;b=2">Tell us</a></p><ul><li>one<li>two</ul>
      <script>alert("<p>no</p>")</script><table><tr><td>a</td><td>b</td></tr></table>
      1 &lt; 2 &#65;&#x42; &unknown; & < 3</body></html>
      """, isHTML: true
    ).mail
    #expect(mail.parts.map(\.type) == ["text/plain; charset=utf-8", "text/html; charset=utf-8"])
    #expect(
      mail.parts[0].text.replacingOccurrences(of: "\r\n", with: "\n") == """
        Hi & hello

        Your code is 123456.
        Not you? Tell us (https://example.com/?a=1&b=2)

        - one
        - two

        a b

        1 < 2 AB &unknown; & < 3

        """)
    #expect(mail.parts[1].text.contains("<b>123456</b>"))
  }

  @Test(arguments: [
    ("", ""), ("<", "<"), ("<p", "<p"), ("<p title='>'>x</p>", "x"), ("<a href=>x</a>", "x"),
    ("<a href=https://a.example>https://a.example</a>", "https://a.example"), ("</a>x", "x"),
    ("<style>never closed", ""), ("<!-- never closed", ""), ("&", "&"),
    ("&#;&#x;&#1114112;", "&#;&#x;&#1114112;"),
    ("a<br/>b<BR>c", "a\nb\nc"), ("x > y", "x > y"),
    ("<a href='mailto:x@y.z'>write</a>", "write (mailto:x@y.z)"),
    ("<a name=x>y</a>", "y"), ("&nbsp;a&nbsp;", "a"),
  ])
  func `odd HTML becomes some text`(html: String, text: String) {
    #expect(PlainText.text(of: html) == text + "\n")
  }

  @Test func `mutated HTML becomes some text without end or harm`() {
    var random = SeededGenerator(seed: 7)
    let page = Array("<p class=\"a\">x&amp;<a href='b'>c</a><!-- d --><style>e</style>".utf8)
    for _ in 0..<2_000 {
      var bytes = page
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      #expect(PlainText.text(of: String(decoding: bytes, as: UTF8.self)).hasSuffix("\n"))
    }
  }

  // MARK: - Addresses

  @Test(
    arguments: [
      ("ann@example.org", "ann@example.org"), ("a.b+c@example.org", "a.b+c@example.org"),
      ("x@y@example.org", "\"x@y\"@example.org"), ("a..b@example.org", "\"a..b\"@example.org"),
      (".a@example.org", "\".a\"@example.org"), ("a\"b@example.org", "\"a\\\"b\"@example.org"),
      ("\"a b\"@example.org", nil), ("\"ab\"@example.org", "\"ab\"@example.org"),
      ("a@[192.0.2.1]", "a@[192.0.2.1]"), ("a@[IPv6:2001:db8::1]", "a@[IPv6:2001:db8::1]"),
      // https://www.rfc-editor.org/rfc/rfc3492#section-7.1 has the labels of the first two.
      ("a@bücher.example", "a@xn--bcher-kva.example"),
      ("a@他们为什么不说中文.example", "a@xn--ihqwcrb4cv8a8dqg056pqjye.example"),
      ("a@ПРИМЕР.рф", "a@xn--e1afmkfd.xn--p1ai"), ("пример@пример.рф", "пример@пример.рф"),
      ("a@b\u{308}.example", "a@b\u{308}.example"),
      ("a@b>c", nil), ("a@b c", nil), ("a@", nil), ("@b.c", nil), ("a b@c.d", nil), ("a@b..c", nil),
      ("a\r\n@b.c", nil), ("a\u{202E}@b.c", nil), ("a@b\u{200B}.c", nil), ("a@[b]c]", nil),
      ("", nil),
      ("a@b.c\r\nRCPT TO:<x@y.z>", nil), ("a@b.c>", nil), ("a@b_c.d", "a@b_c.d"),
    ] as [(String, String?)])
  func `an address is made fit for envelope and header, or is none`(text: String, address: String?)
  {
    #expect(MailAddress(text)?.text == address)
  }
}
