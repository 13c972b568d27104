import Delivery
import Testing

@testable import Providers

@Suite struct CodeTableTests {
  private static let table = CodeTable(
    "acme",
    [
      .init(["a.*", "x??9"], .rejected, reason: .policyRefused, "family"),
      .init(["a.b"], .misconfigured(.account), "one of it"),
      .init(["a.*.c"], .ambiguous, "a star inside is a star"),
      .init(["slow"], .throttled(wait: nil, scope: .recipient), "slow"),
      .init(["out"], .transient(wait: nil), isOutage: true, "out"),
    ])

  @Test(arguments: [
    ("a.b", Answer.Class.misconfigured(.account), true), ("a.bc", .rejected, true),
    ("a.", .rejected, true), ("a", .ambiguous, false), ("b.a.b", .ambiguous, false),
    ("x129", .rejected, true), ("x19", .ambiguous, false), ("x1299", .ambiguous, false),
    ("x128", .ambiguous, false),
  ]) func `A code's own row goes before its family's`(
    code: String, meaning: Answer.Class, isKnown: Bool
  ) {
    let answer = Self.table.answer(to: HTTPReply(status: 200), code: code)
    #expect(answer.class == meaning)
    #expect(answer.code == "acme.\(code)")
    #expect(answer.isProvidersOwnCode == isKnown)
  }

  @Test func `An unknown code is told apart from a body that cannot be read`() {
    let unknown = Self.table.answer(to: HTTPReply(status: 200), code: "new")
    #expect(unknown.detail.contains("code is not known"))
    #expect(Self.table.answer(to: HTTPReply(status: 400), code: "new").class == .rejected)
    #expect(Self.table.answer(to: HTTPReply(status: 200), code: nil).detail.contains("be read"))
  }

  @Test(arguments: [("out", true), ("slow", false), ("new", false)])
  func `Only a row that says so means the whole service`(code: String, isOutage: Bool) {
    let reply = HTTPReply(status: 503)
    #expect(Self.table.answer(to: reply, code: code).isOutage == isOutage)
  }

  @Test func `A row's wait goes before the reply's`() {
    let patient = HTTPReply(status: 200, headers: [("Retry-After", "9")])
    #expect(
      Self.table.answer(to: patient, code: "slow").class
        == .throttled(wait: .seconds(9), scope: .recipient))
  }
}
