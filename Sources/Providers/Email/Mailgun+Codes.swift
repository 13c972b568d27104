internal import Delivery

extension Mailgun {
  /// What Mailgun refuses, by its cause.
  ///
  /// It has no codes: these are words of ours for what the texts beside
  /// [its statuses](https://documentation.mailgun.com/docs/mailgun/api-reference/mailgun-api/overview) name.
  static let codes = CodeTable(
    "mailgun",
    [
      .init(
        ["to"], .rejected, reason: .recipientInvalid,
        "Mailgun does not take the recipient's address"),
      .init(
        ["sandbox"], .misconfigured(.destination),
        "a sandbox domain or free account writes to authorized recipients only: add the recipient, or use a domain of your own"
      ),
      .init(["from"], .misconfigured(.account), "Mailgun does not take the sender: check from"),
      .init(
        ["domain"], .misconfigured(.account),
        "Mailgun does not know the domain or lets it send nothing: check domain, endpoint (the EU has its own) and the domain's state"
      ),
      .init(
        ["template"], .misconfigured(.template),
        "Mailgun does not know the template or cannot render it: check template and variables"),
      .init(
        ["parameter"], .misconfigured(.template),
        "Mailgun misses a part of the mail or cannot read it: check the delivery"),
    ])

  /// Words in Mailgun's texts, without quotes, in the order in which they count.
  private static let words: [(words: String, code: String)] = [
    ("authorized recipients", "sandbox"), ("to parameter", "to"), ("from parameter", "from"),
    ("template", "template"), ("domain", "domain"), ("parameter", "parameter"),
  ]

  /// The code that a refusal comes to; nil when only its status says something.
  static func code(_ text: String?, _ status: Int) -> String? {
    guard [400, 403, 404].contains(status), let text else { return nil }
    let plain = text.lowercased().filter { $0 != "'" && $0 != "\"" && $0 != "`" }
    return words.first { plain.contains($0.words) }?.code
  }
}
