import TestSupport
import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(1)))
struct MailReaderTests {
  private func read(_ text: String) -> MailReader {
    MailReader(Array(text.replacing("\n", with: "\r\n").utf8))
  }

  @Test(arguments: [
    ("Your code", "Your code"), ("=?utf-8?Q?K=C3=B8d_1234?=", "Kød 1234"),
    ("=?UTF-8?B?S8O4ZCAxMjM0?=", "Kød 1234"), ("=?iso-8859-1?q?K=F8d?= og mer", "Kød og mer"),
    ("=?utf-8?Q?ab?=\n =?utf-8?Q?cd?=", "abcd"), ("a =?utf-8?Q?b?= c", "a b c"),
    ("folded\n  line", "folded  line"), ("=?utf-8?X?a?=", "=?utf-8?X?a?="), ("=?", "=?"),
    ("=?utf-8?Q?broken", "=?utf-8?Q?broken"), ("=?utf-8?B?!!?=", "=?utf-8?B?!!?="),
    ("=?utf-8?Q?line=0D=0Abreak?=", "linebreak"),
  ])
  func `A subject is decoded`(raw: String, subject: String) {
    #expect(read("Subject: \(raw)\n\nx").subject == subject)
  }

  @Test func `Text and HTML of a multipart are found`() {
    let mail = read(
      """
      From: =?utf-8?q?Acm=C3=A9?= <a@b.example>
      Message-ID: <1@b.example>
      Content-Type: multipart/mixed; boundary="o;u"

      preamble
      --o;u
      Content-Type: multipart/alternative; boundary=inner

      --inner
      Content-Type: text/plain; charset=utf-8
      Content-Transfer-Encoding: quoted-printable

      K=C3=B8d 123=
      456 =3D x=ZZ
      --inner
      Content-Type: TEXT/HTML; charset="utf-8"
      Content-Transfer-Encoding: base64

      PGI+S8O4ZCAx
      MjM0NTY8L2I+
      --inner--
      --o;u
      Content-Type: text/plain
      Content-Disposition: attachment; filename=a.txt

      not this
      --o;u--
      epilogue
      """)
    #expect(mail.text == "Kød 123456 = x=ZZ")
    #expect(mail.html == "<b>Kød 123456</b>")
    #expect(mail.sender == "Acmé <a@b.example>" && mail.messageID == "<1@b.example>")
  }

  @Test func `HTML alone gives a text without style and script`() {
    let mail = read(
      """
      Content-Type: text/html; charset=iso-8859-1
      Content-Transfer-Encoding: quoted-printable

      <head><title>t</title></head><style>b{}</style><p>K=F8d</p><script>var a=1</script>
      <h1>12&amp;34</h1><br>end <
      """)
    #expect(mail.text == nil)
    #expect(mail.readableText == "Kød\n12&34\nend")
  }

  @Test func `What is broken is read as far as it goes`() {
    #expect(read("").readableText == "")
    #expect(read("no header at all").readableText == "no header at all")
    #expect(read("\nonly text").readableText == "only text")
    #expect(read("Content-Type: multipart/mixed\n\nx").readableText == "")
    #expect(read("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx").readableText == "x")
    #expect(MailReader([10, 0xFF, 0xC3]).readableText == "\u{FFFD}\u{FFFD}")
    var nested = "Content-Type: text/plain\n\ndeep"
    for level in 0..<200 {
      nested =
        "Content-Type: multipart/mixed; boundary=b\(level)\n\n--b\(level)\n\(nested)\n--b\(level)--"
    }
    #expect(read(nested).readableText == "")
  }

  @Test func `Mutated mails are read without a crash`() {
    var random = SeededGenerator(seed: 3)
    let seed = Array(
      "Subject: =?utf-8?Q?a=C3=B8?=\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>a=C3=B8</p>\r\n--b\r\n\r\nx\r\n--b--\r\n"
        .utf8)
    for _ in 0..<3_000 {
      var bytes = seed
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let index = bytes.indices.randomElement(using: &random)!
        if Bool.random(using: &random) {
          bytes.remove(at: index)
        } else {
          bytes[index] = UInt8.random(in: 0...255, using: &random)
        }
      }
      _ = MailReader(bytes).readableText
    }
  }
}
