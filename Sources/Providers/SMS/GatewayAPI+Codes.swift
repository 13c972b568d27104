internal import Delivery

extension GatewayAPI {
  /// GatewayAPI's codes, as far as they can stand in the reply to a send.
  ///
  /// [The index](https://gatewayapi.com/docs/errors.html). The last two digits of general ones mean the same whatever part of
  /// the service they come from; those of them that name no cause (`01`, `02`, `04`, `08`) are left to the status.
  static let codes = CodeTable(
    "gatewayapi",
    [
      // Account and credentials.
      .init(
        ["0x0210", "0x0211", "0x0221", "0x0223", "0x0224", "0x0225", "0x0226", "0x0229"],
        .misconfigured(.account), "GatewayAPI does not take the credentials: check apiToken"),
      .init(
        ["0x0212", "0x0213"], .misconfigured(.account),
        "this machine's address may not use the token: see the API key's list of addresses"),
      .init(
        ["0x0216"], .misconfigured(.account),
        "the GatewayAPI account has no credit left: top it up"),
      .init(
        ["0x021D", "0x022A"], .misconfigured(.account),
        "the GatewayAPI account may not send text messages or is frozen: ask its support"),
      .init(
        ["0x??03", "0x??07"], .misconfigured(.account), "the GatewayAPI account may not do this"),

      // Settings.
      .init(
        ["0x0218", "0x021E"], .misconfigured(.account),
        "the account does not have this class of messages: check class"),
      .init(
        ["0x0311"], .misconfigured(.account),
        "the account does not have this priority: check priority and class"),
      .init(
        ["0x0220", "0x0222"], .misconfigured(.account),
        "GatewayAPI misses a parameter or does not take one: check sender, class, priority and callbackUrl"
      ),
      .init(
        ["0x0312"], .misconfigured(.template),
        "GatewayAPI refuses the text: have the links in the template allowed"),

      // Destinations.
      .init(
        ["0x0217", "0x021F"], .misconfigured(.destination),
        "the recipient's country or operator is not enabled for the account"),

      // Recipient.
      .init(
        ["0x0215"], .rejected, reason: .recipientBlocked, "GatewayAPI has blocked the recipient"),
      .init(["0x0310"], .rejected, reason: .recipientInvalid, "the recipient is named twice"),
      .init(
        ["0x0214"], .throttled(wait: nil, scope: .recipient),
        "the same text went to this recipient too often: GatewayAPI blocks it for a while"),

      // GatewayAPI itself.
      .init(
        ["0x??05", "0x??06", "0x??09"], .transient(wait: nil),
        "GatewayAPI cannot take the message for now"),
    ])
}
