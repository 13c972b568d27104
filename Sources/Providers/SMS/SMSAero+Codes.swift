internal import Delivery

extension SMSAero {
  /// What SMS Aero says, by names of ours: it has no codes but the `status` of a message (`status.6`).
  static let codes = CodeTable(
    "smsaero",
    [
      // Account and sender.
      .init(
        ["credentials"], .misconfigured(.account),
        "SMS Aero does not take the credentials: check email and apiKey"),
      .init(
        ["no-credits"], .misconfigured(.account),
        "the SMS Aero account has no money left: top it up"),
      .init(
        ["validation.sign"], .misconfigured(.account),
        "SMS Aero does not take the sender: check senderName, and that it is approved"),

      // Text.
      .init(
        ["validation.text"], .misconfigured(.template),
        "SMS Aero does not take the text: look at the template"),
      // It may still go out, when somebody has looked at it.
      .init(
        ["status.8"], .misconfigured(.template),
        "SMS Aero holds the message for moderation: have sender and template approved there"),

      // Recipient and message.
      .init(
        ["validation.number"], .rejected, reason: .recipientInvalid,
        "the recipient is no valid number"),
      .init(
        ["status.2"], .rejected, reason: .recipientUnreachable,
        "SMS Aero could not deliver the message"),
      .init(
        ["reject", "status.6", "failure"], .rejected, reason: .policyRefused,
        "SMS Aero refuses the message: its journal says why"),
    ])
}
