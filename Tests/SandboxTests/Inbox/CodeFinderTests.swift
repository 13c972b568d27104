import TestSupport
import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(1)))
struct CodeFinderTests {
  @Test(arguments: [
    ("Your code is 123456", "123456"),
    ("123456 is your code to sign in. It is valid for 10 minutes.", "123456"),
    ("Acme: ihr Code lautet 774-201. Gültig 10 Minuten.", "774201"),
    ("Your code is 558 201.", "558201"),
    ("G-482913 is your verification code.", "482913"),
    ("【Acme】您的验证码是084512，5分钟内有效。", "084512"),
    ("Your Acme code is: 0042", "0042"),
    ("Din kode er 8391. Brug den inden 2026-11-21 12:30.", "8391"),
    ("Your verification code: X7K2QM", "X7K2QM"),
    ("Code: ABCDEF", "ABCDEF"),
    ("Hello,\n\n918273\n\nEnter this within 10 minutes. Ref 44556677.", "918273"),
    ("Order 44556677: your code is 918273", "918273"),
    ("Call +4512345678 or use code 9911", "9911"),
    ("Code 1234, see https://acme.example/9876543?id=555666", "1234"),
    ("Your code is 123456.\n\n@acme.example #123456", "123456"),
    ("Welcome! 339201 is your code to register.", "339201"),
    ("123456", "123456"),
    ("It is 2026, and 20261 people use code 2025 today", "2025"),
    ("Pay $1000 with PIN 4821", "4821"),
    ("Код подтверждения: 661204", "661204"),
  ])
  func `The code is found`(text: String, code: String) {
    #expect(CodeFinder.code(in: text) == code)
  }

  @Test(arguments: [
    "", "Hello!", "See you in 2026", "Call +4512345678", "It costs $1500.00",
    "https://acme.example/invite/123456", "Meet at 12:30 on 2026-11-21", "ada1234@example.com",
    "Your code is on its way", "Rated 99.1234%", "ACME WISHES YOU A GOOD YEAR",
  ])
  func `What is no code is not taken for one`(text: String) {
    #expect(CodeFinder.code(in: text) == nil)
  }

  @Test func `A subject is looked at when the text has none`() {
    #expect(CodeFinder.code(in: "Open the app.", subject: "4711 is your code") == "4711")
    #expect(CodeFinder.code(in: "Code 1122", subject: "Code 3344") == "1122")
  }

  @Test func `Any text is searched in bounded time, without a crash`() {
    var random = SeededGenerator(seed: 7)
    let alphabet = Array("aZ09 -+#@.:/$%\n验é\u{0}\u{301}code is")
    for _ in 0..<400 {
      let count = Int.random(in: 0...80, using: &random)
      let text = String((0..<count).map { _ in alphabet.randomElement(using: &random)! })
      if let code = CodeFinder.code(in: text) { #expect((4...10).contains(code.count)) }
    }
    #expect(CodeFinder.code(in: String(repeating: "code ", count: 300_000)) == nil)
    #expect(CodeFinder.code(in: String(repeating: "1", count: 1_000_000)) == nil)
  }
}
