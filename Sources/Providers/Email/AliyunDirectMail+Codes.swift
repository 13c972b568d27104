internal import Delivery

extension AliyunDirectMail {
  /// The service's codes, and those of the gateway before it.
  ///
  /// [The list](https://help.aliyun.com/zh/direct-mail/developer-reference/api-error-codes) is the provider's; ours has what
  /// published copies of it agree on.
  static let codes = CodeTable(
    "aliyun",
    [
      // Recipient.
      .init(
        ["InvalidToAddress", "InvalidReceiverName.Malformed", "InvalidReceiver.NotFound"],
        .rejected, reason: .recipientInvalid, "the recipient's address is not valid"),
      .init(
        ["InvalidToAddress.Spam"], .rejected, reason: .recipientBlocked,
        "the recipient's address is in Alibaba Cloud's library of invalid ones"),

      // Sender.
      .init(
        [
          "InvalidMailAddress.NotFound", "InvalidMailAddressStatus.Malformed",
          "InvalidMailAddressDomain.Malformed", "InvalidMailAddressSendType.Malformed",
        ], .misconfigured(.account),
        "the sender is not configured in this region or not for single mails: check accountName and regionId"
      ),

      // Texts.
      .init(
        ["InvalidBody", "InvalidSubject.Malformed"], .misconfigured(.template),
        "the subject (at most 100 characters) or the text (at most 80 KB) is not taken: check the template"
      ),
      .init(
        ["InvalidFromAlias.Malformed", "InvalidFromALias*", "InvalidReplyAddress.Malformed"],
        .misconfigured(.template),
        "the sender's name (at most 15 characters) or the reply address is not taken: check fromAlias and the template's sendFrom and replyTo"
      ),

      // Account. A hold asks again by and by, with one mail at a time.
      .init(
        ["InvalidSendMail.Spam"], .misconfigured(.account),
        "the account may not send for now, for its rate, quota or state: see the console"),
      .init(
        ["Signature"], .misconfigured(.account),
        "Alibaba Cloud does not take the signature: check accessKeySecret"),

      // Unlike other services, Direct Mail may have taken what ends so.
      .init(
        ["InternalServiceError", "InternalError"], .ambiguous,
        "Direct Mail failed and may have sent the message"),
    ] + AliyunRPC.codes)
}
