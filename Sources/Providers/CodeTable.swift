internal import Delivery

/// What a provider's own codes mean: data, a row for each meaning.
struct CodeTable: Sendable {
  /// Codes that mean the same.
  struct Row: Sendable {
    let codes: [String]
    let meaning: Answer.Class
    let reason: Reason?
    /// What an operator should know or do.
    let detail: String

    /// - Parameters:
    ///   - codes: the provider's codes.
    ///   - meaning: the class. Where it has a wait and the row gives none, the reply's `Retry-After` counts.
    ///   - reason: why, where the class does not say it.
    ///   - detail: what an operator should know or do.
    init(
      _ codes: [String], _ meaning: Answer.Class, reason: Reason? = nil, _ detail: String
    ) {
      self.codes = codes
      self.meaning = meaning
      self.reason = reason
      self.detail = detail
    }
  }

  let provider: String
  let rows: [Row]
  private let byCode: [String: Row]

  /// A table of a provider, whose name goes before its codes; no code may stand twice.
  init(_ provider: String, _ rows: [Row]) {
    self.provider = provider
    self.rows = rows
    byCode = Dictionary(uniqueKeysWithValues: rows.flatMap { row in row.codes.map { ($0, row) } })
  }

  /// What a reply means that holds the provider's `code`, or none.
  ///
  /// A code that is not in the table goes into the answer, but the status says what it means: such a code names no cause, so
  /// the answer does not count as the provider's own word.
  func answer(to reply: HTTPReply, code: String?) -> Answer {
    guard let code, isReadable(code) else { return StatusTable.answer(to: reply) }
    let name = "\(provider).\(code)"
    guard let row = byCode[code] else {
      var answer = StatusTable.answer(to: reply)
      answer.code = name
      return answer
    }
    let meaning: Answer.Class =
      switch row.meaning {
      case .throttled(nil, let scope): .throttled(wait: reply.retryAfter, scope: scope)
      case .transient(nil): .transient(wait: reply.retryAfter)
      default: row.meaning
      }
    return Answer(
      meaning, reason: row.reason, code: name, detail: row.detail, isProvidersOwnCode: true)
  }

  /// Whether a code from outside may be shown: short, of letters, digits, dots, hyphens and underscores.
  private func isReadable(_ code: String) -> Bool {
    (1...64).contains(code.utf8.count)
      && code.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}
