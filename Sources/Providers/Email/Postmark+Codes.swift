internal import Delivery

extension Postmark {
  /// Postmark's codes, which have nothing to do with HTTP's.
  ///
  /// [The list](https://postmarkapp.com/developer/api/overview#error-codes). 300 says which address it means only in its
  /// text.
  static let codes = CodeTable(
    "postmark",
    [
      // Account.
      .init(
        ["10"], .misconfigured(.account), "Postmark does not take the token: check serverToken"),
      .init(
        ["400", "401", "300.from"], .misconfigured(.account),
        "the sender is not confirmed: add fromEmail or its domain under Sender Signatures"),
      .init(
        ["405"], .misconfigured(.account), "the account may not send now: its credit is used up"),
      .init(
        ["412"], .misconfigured(.account),
        "the account is not approved yet: until then it writes to its own domain only"),
      .init(["413"], .misconfigured(.account), "the account may not send: ask Postmark"),
      .init(
        ["1235", "1236"], .misconfigured(.account),
        "the message stream does not exist or cannot send: check messageStream"),
      .init(
        ["402", "403", "409", "status.415"], .misconfigured(.account),
        "Postmark cannot read the request: check endpoint"),

      // Recipient.
      .init(
        ["300.to"], .rejected, reason: .recipientInvalid,
        "Postmark does not take the recipient's address"),
      .init(
        ["406"], .rejected, reason: .recipientBlocked,
        "the recipient is inactive after a bounce or complaint: see the server's suppressions"),

      // Template.
      .init(
        ["300"], .misconfigured(.template),
        "Postmark does not take a part of the mail: check the template's replyTo and variables"),
      .init(
        ["1101"], .misconfigured(.template),
        "Postmark does not know the template: check templateAlias and the token's server"),
      .init(
        ["1120", "1121", "1122", "1123"], .misconfigured(.template),
        "the template cannot be rendered: try it with its values at Postmark"),

      // Postmark itself.
      .init(["100"], .transient(wait: nil), isOutage: true, "Postmark is being maintained"),
    ])

  /// The code of a refusal; nil when only its status says something.
  static func code(_ fields: ReplyFields?, _ status: Int) -> String? {
    guard let code = fields?["ErrorCode"], code != "0" else {
      return status == 415 ? "status.415" : nil
    }
    guard code == "300", let text = fields?["Message"] else { return code }
    if text.contains("'To'") { return "300.to" }
    return text.contains("'From'") ? "300.from" : code
  }
}
