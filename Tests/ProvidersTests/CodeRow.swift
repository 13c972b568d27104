import Delivery
import Testing

@testable import Providers

/// What codes of a provider must come to: written down a second time, from its documentation.
struct CodeRow: Sendable, CustomTestStringConvertible {
  var codes: [String]
  var meaning: Answer.Class
  var reason: Reason?
  var testDescription: String { codes.joined(separator: " ") }

  init(_ codes: [String], _ meaning: Answer.Class, _ reason: Reason? = nil) {
    self.codes = codes
    self.meaning = meaning
    self.reason = reason
  }

  /// Asks a driver about each code, in the reply that `reply` makes of it.
  func check(_ driver: any Driver, _ provider: String, reply: (String) -> HTTPReply) {
    for code in codes {
      let answer = driver.answer(to: .http(reply(code)))
      #expect(answer.class == meaning, "\(code)")
      #expect(answer.reason == reason ?? Answer(meaning, code: "").reason, "\(code)")
      #expect(answer.code == "\(provider).\(code)")
      #expect(answer.isProvidersOwnCode, "\(code)")
      #expect(!answer.detail.isEmpty && !answer.detail.contains("4512345678"), "\(code)")
      #expect(answer.providerMessageIDs.isEmpty, "\(code)")
    }
  }
}

/// Whether the rows name the codes of the table, each once; families stand in the table as patterns.
func expectComplete(_ rows: [CodeRow], _ table: CodeTable, families: [String: [String]] = [:]) {
  let written = table.rows.flatMap(\.codes).flatMap { families[$0] ?? [$0] }
  #expect(rows.flatMap(\.codes).sorted() == written.sorted())
}
