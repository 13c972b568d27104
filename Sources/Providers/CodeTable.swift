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
    /// Whether the provider documents these codes as its whole service being out.
    let isOutage: Bool

    /// - Parameters:
    ///   - codes: the provider's codes.
    ///   - meaning: the class. Where it has a wait and the row gives none, the reply's `Retry-After` counts.
    ///   - reason: why, where the class does not say it.
    ///   - isOutage: whether the provider documents them as its whole service being out, not as a failure of this
    ///     message: a single such answer stops the connector for a while.
    ///   - detail: what an operator should know or do.
    init(
      _ codes: [String], _ meaning: Answer.Class, reason: Reason? = nil, isOutage: Bool = false,
      _ detail: String
    ) {
      self.codes = codes
      self.meaning = meaning
      self.reason = reason
      self.detail = detail
      self.isOutage = isOutage
    }
  }

  let provider: String
  let rows: [Row]
  private let byCode: [String: Row]
  private let families: [(pattern: String, row: Row)]

  /// A table of a provider, whose name goes before its codes; no code may stand twice.
  ///
  /// `*` at the end of a code stands for anything or nothing, `?` for one character. A code's own row goes before such a
  /// family's, and an earlier family before a later one.
  init(_ provider: String, _ rows: [Row]) {
    self.provider = provider
    self.rows = rows
    let all = rows.flatMap { row in row.codes.map { (pattern: $0, row: row) } }
    byCode = Dictionary(uniqueKeysWithValues: all.map { ($0.pattern, $0.row) })
    families = all.filter { $0.pattern.contains("*") || $0.pattern.contains("?") }
  }

  /// Whether a code has a row, of its own or of a family.
  func knows(_ code: String) -> Bool { row(of: code) != nil }

  /// The row of a code.
  private func row(of code: String) -> Row? {
    byCode[code] ?? families.first { Self.fits(code, $0.pattern) }?.row
  }

  private static func fits(_ code: String, _ pattern: String) -> Bool {
    let isOpen = pattern.hasSuffix("*")
    let fixed = isOpen ? pattern.utf8.dropLast() : pattern.utf8[...]
    guard isOpen ? code.utf8.count >= fixed.count : code.utf8.count == fixed.count else {
      return false
    }
    return zip(code.utf8, fixed).allSatisfy { $1 == UInt8(ascii: "?") || $0 == $1 }
  }

  /// What a reply means that holds the provider's `code`, or none.
  ///
  /// A code that is not in the table goes into the answer, but the status says what it means: such a code names no cause, so
  /// the answer does not count as the provider's own word.
  func answer(to reply: HTTPReply, code: String?) -> Answer {
    guard let code, isReadable(code) else { return StatusTable.answer(to: reply) }
    let name = "\(provider).\(code)"
    guard let row = row(of: code) else {
      var answer = StatusTable.answer(to: reply)
      answer.code = name
      if answer.class == .ambiguous {
        answer.detail = "the code is not known here: what became of the message is not known either"
      }
      return answer
    }
    let meaning: Answer.Class =
      switch row.meaning {
      case .throttled(nil, let scope): .throttled(wait: reply.retryAfter, scope: scope)
      case .transient(nil): .transient(wait: reply.retryAfter)
      default: row.meaning
      }
    return Answer(
      meaning, reason: row.reason, code: name, detail: row.detail, isProvidersOwnCode: true,
      isOutage: row.isOutage)
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
