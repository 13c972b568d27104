internal import Delivery
internal import JSON

extension SendGrid {
  /// What SendGrid refuses, by its cause.
  ///
  /// It has no codes: these are the names of the fields it finds fault with, words of ours for what
  /// its [texts](https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/responses) say, and
  /// statuses that mean something else here.
  static let codes = CodeTable(
    "sendgrid",
    [
      // Fields.
      .init(
        ["personalizations.to*"], .rejected, reason: .recipientInvalid,
        "SendGrid does not take the recipient's address"),
      .init(
        ["from*"], .misconfigured(.account), "SendGrid does not take the sender: check fromEmail"),
      .init(
        ["template_id*", "personalizations.dynamic_template_data*"], .misconfigured(.template),
        "SendGrid does not take the template or its values: check templateId and variables"),
      .init(
        ["content*", "subject*", "reply_to*"], .misconfigured(.template),
        "SendGrid does not take subject, text or reply address: check the template"),

      // Texts.
      .init(
        ["credits"], .misconfigured(.account),
        "the SendGrid account's credits are used up: raise its plan or wait for the next period"),
      .init(
        ["sender"], .misconfigured(.account),
        "SendGrid has not verified the sender: verify fromEmail or its domain under Sender Authentication"
      ),
      .init(
        ["blocked"], .throttled(wait: .seconds(5 * 60), scope: .connector),
        "SendGrid blocks the account for a while after too many bad requests"),
      .init(
        ["key"], .misconfigured(.account),
        "SendGrid does not take the API key: check apiKey and its right Mail Send"),

      // Statuses.
      .init(
        ["405", "406"], .misconfigured(.account),
        "SendGrid does not take the request at this address: check endpoint"),
      .init(
        ["451"], .misconfigured(.account),
        "SendGrid keeps this account's data elsewhere: check endpoint and the key's region"),
    ])

  /// Words in SendGrid's texts, in the order in which they count.
  private static let words: [(words: String, code: String)] = [
    ("maximum credits exceeded", "credits"), ("verified sender identity", "sender"),
    ("temporarily blocked", "blocked"), ("temporary block", "blocked"),
    ("too many bad requests", "blocked"), ("authorization grant is invalid", "key"),
    ("wrong credentials", "key"), ("access forbidden", "key"),
  ]

  /// The code that a refusal comes to; nil when only its status says something.
  ///
  /// A fault in the recipient comes last: it is this message's alone, others are every message's.
  static func code(of reply: HTTPReply) -> String? {
    if [405, 406, 451].contains(reply.status) { return String(reply.status) }
    guard (400..<500).contains(reply.status), reply.status != 429 else { return nil }
    let errors = reply.json?["errors"]?.elements ?? []
    let texts = errors.compactMap { $0["message"]?.string?.lowercased() }
    if let known = words.first(where: { entry in texts.contains { $0.contains(entry.words) } }) {
      return known.code
    }
    let fields = errors.compactMap { $0["field"]?.string }.map(withoutIndices).filter(codes.knows)
    return fields.first { !$0.hasPrefix("personalizations.to") } ?? fields.first
  }

  /// `personalizations.0.to.0.email` without its numbers.
  private static func withoutIndices(_ field: String) -> String {
    field.split(separator: ".").filter { !$0.allSatisfy(\.isNumber) }.joined(separator: ".")
  }
}
