internal import Delivery

/// What the replies of mail servers mean: data, a row for each meaning.
///
/// The first row that fits a reply counts. Rows that go by the enhanced code stand before those that go by the basic one,
/// because it says more.
struct SMTPCodeTable: Sendable {
  /// A meaning, and the replies that have it.
  struct Row: Sendable {
    /// What the replies are to; empty for anything.
    var stages: [SMTPReply.Stage]
    /// Basic codes such as `550`, where `x` is any digit, or enhanced ones such as `5.1.x`.
    var codes: [String]
    /// What the text must hold one of, in lower case; empty for any text.
    var words: [String]
    var meaning: Answer.Class
    var reason: Reason?
    /// What an operator should know or do.
    var detail: String

    init(
      _ stages: [SMTPReply.Stage], _ codes: [String], words: [String] = [], _ meaning: Answer.Class,
      reason: Reason? = nil, _ detail: String
    ) {
      self.stages = stages
      self.codes = codes
      self.words = words
      self.meaning = meaning
      self.reason = reason
      self.detail = detail
    }

    fileprivate func fits(_ reply: SMTPReply) -> Bool {
      (stages.isEmpty || stages.contains(reply.stage))
        && codes.contains { pattern in
          let isEnhanced = pattern.contains(".")
          let code = isEnhanced ? reply.enhancedCode?.description : "\(reply.code)"
          return code.map { Self.matches($0, pattern) } ?? false
        }
        && (words.isEmpty || words.contains { reply.text.lowercased().contains($0) })
    }

    private static func matches(_ code: String, _ pattern: String) -> Bool {
      guard pattern.contains(".") else {
        return code.utf8.count == pattern.utf8.count
          && zip(code.utf8, pattern.utf8).allSatisfy { $1 == UInt8(ascii: "x") || $0 == $1 }
      }
      return zip(code.split(separator: "."), pattern.split(separator: "."))
        .allSatisfy { $1 == "x" || $0 == $1 }
    }
  }

  let rows: [Row]

  /// A reply's codes as one word: `smtp.550`, `smtp.550.5.1.1`.
  static func code(of reply: SMTPReply) -> String {
    "smtp.\(reply.code)" + (reply.enhancedCode.map { ".\($0)" } ?? "")
  }

  /// What a refusal means.
  func answer(to reply: SMTPReply) -> Answer {
    guard let row = rows.first(where: { $0.fits(reply) }) else {
      return Answer(
        .ambiguous, code: Self.code(of: reply),
        detail: "the reply fits nothing at this point: what became of the mail is not known")
    }
    return Answer(
      row.meaning, reason: row.reason, code: Self.code(of: reply), detail: row.detail,
      isProvidersOwnCode: true)
  }
}
