internal import Delivery

extension Vonage {
  /// The `status` of a part that was not taken.
  ///
  /// [The list](https://developer.vonage.com/en/messaging/sms/guides/troubleshooting-sms). `2.to` and `3.to` are the statuses
  /// 2 and 3 with a text that names the parameter `to`.
  static let codes = CodeTable(
    "vonage",
    [
      // Rates.
      .init(
        ["1"], .throttled(wait: nil, scope: .connector),
        "the account sends more in a second than Vonage lets it"),
      .init(
        ["10"], .throttled(wait: nil, scope: .connector),
        "too many connections at once: lower the connector's concurrency"),

      // Parameters.
      .init(
        ["2.to", "3.to"], .rejected, reason: .recipientInvalid, "the recipient is no valid number"),
      .init(
        ["2", "3"], .misconfigured(.account),
        "Vonage misses a parameter or does not take one: check brandName, callback, entityId and contentId"
      ),
      .init(
        ["12"], .misconfigured(.template), "the text is too long for Vonage: shorten the template"),
      .init(["22"], .misconfigured(.account), "Vonage does not know the network code"),
      .init(["23"], .misconfigured(.account), "Vonage does not take the URL in callback"),

      // Account and credentials.
      .init(
        ["4"], .misconfigured(.account),
        "Vonage does not take the credentials: check apiKey and apiSecret"),
      .init(["8"], .misconfigured(.account), "the Vonage account is barred: ask its support"),
      .init(["9"], .misconfigured(.account), "the Vonage account has no credit left: top it up"),
      .init(
        ["11"], .misconfigured(.account), "the Vonage account is not enabled for the SMS API"),
      .init(
        ["14"], .misconfigured(.account),
        "Vonage does not take the signature: check signatureSecret, signatureMethod and this machine's clock"
      ),
      .init(
        ["32"], .misconfigured(.account),
        "the Vonage account wants signed requests only: set signatureSecret"),

      // Destinations; the sender is refused by country, so that others may well be reached.
      .init(
        ["15"], .misconfigured(.destination),
        "the sender is not allowed in the recipient's country: check brandName"),
      .init(
        ["29"], .misconfigured(.destination),
        "a demo account writes to listed numbers only: add the number or top the account up"),

      // Recipient.
      .init(
        ["6"], .rejected, reason: .recipientUnreachable,
        "Vonage cannot process the message, for instance because it does not know the number's prefix"
      ),
      .init(["7"], .rejected, reason: .recipientBlocked, "the recipient's number is barred"),
      .init(
        ["33"], .rejected, reason: .recipientUnreachable, "the recipient's number is deactivated"),

      // Vonage itself.
      .init(["5"], .transient(wait: nil), "Vonage failed before it took the message"),
    ])
}
