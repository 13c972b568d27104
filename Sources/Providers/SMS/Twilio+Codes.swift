internal import Delivery

extension Twilio {
  /// Twilio's codes, as far as they can stand in the reply to a send.
  ///
  /// [The dictionary](https://www.twilio.com/docs/api/errors) has a page for each.
  static let codes = CodeTable(
    "twilio",
    [
      // Account and credentials.
      .init(
        ["20003"], .misconfigured(.account),
        "Twilio does not take the credentials: check accountSID, authToken and the region"),
      .init(
        ["10001", "20005", "30002"], .misconfigured(.account),
        "the Twilio account is not active or is suspended"),
      .init(
        ["20404"], .misconfigured(.account),
        "Twilio does not know the account: check accountSID and the region"),
      .init(
        ["21608"], .misconfigured(.destination),
        "a trial account writes to verified numbers only: verify it or upgrade the account"),

      // Sender and messaging service.
      .init(
        ["21212", "21606", "21659", "21660"], .misconfigured(.account),
        "the sender is not the account's or cannot send text messages: check from and the service's senders"
      ),
      .init(
        ["21701", "21703", "21704", "21705"], .misconfigured(.account),
        "the messaging service is unknown or has no senders: check fromMessagingServiceSID"),

      // Recipient.
      .init(["21211"], .rejected, reason: .recipientInvalid, "the recipient is no valid number"),
      .init(
        ["21614", "21635"], .rejected, reason: .recipientUnreachable,
        "the recipient is a landline or no mobile number"),
      .init(["21610"], .rejected, reason: .recipientBlocked, "the recipient has opted out (STOP)"),
      .init(
        ["21612"], .rejected, reason: .recipientUnreachable,
        "Twilio has no way from the sender to this recipient"),
      .init(
        ["21408"], .misconfigured(.destination),
        "the recipient's country is not enabled: see Messaging, Settings, Geo permissions"),

      // Text and parameters.
      .init(
        ["21602", "21617", "21619"], .misconfigured(.template),
        "the text is missing or longer than 1600 characters: check the template"),
      .init(
        ["21624", "90007"], .misconfigured(.account),
        "Twilio does not take the validity period"),

      // Rates.
      .init(
        ["20429"], .throttled(wait: nil, scope: .connector),
        "too many requests at once: lower the connector's concurrency"),
      .init(
        ["14107", "21611", "30001", "30022", "30023"], .throttled(wait: nil, scope: .connector),
        "the sender's rate, queue or daily cap is used up"),

      // Protection against SMS pumping.
      .init(
        ["30450"], .throttled(wait: .seconds(15 * 60), scope: .recipient),
        "Twilio's protection against SMS pumping blocks numbers like this for 15 to 30 minutes"),
      .init(
        ["30453"], .rejected, reason: .policyRefused,
        "Twilio's protection against SMS pumping blocks numbers like this, perhaps for hours"),

      // Twilio itself.
      .init(["20500"], .ambiguous, "Twilio failed and may have sent the message"),
      .init(["20503"], .transient(wait: nil), "Twilio is not available"),
    ])
}
