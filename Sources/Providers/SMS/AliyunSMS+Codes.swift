internal import Delivery

extension AliyunSMS {
  /// The service's codes, and those of the gateway before it.
  ///
  /// [The list](https://help.aliyun.com/zh/sms/developer-reference/api-error-codes) is the provider's; ours has what several
  /// published copies of it agree on.
  static let codes = CodeTable(
    "aliyun",
    [
      // Rates. What a recipient's limit lasts stands in the reply's text; a minute is the shortest.
      .init(
        ["isv.BUSINESS_LIMIT_CONTROL"], .throttled(wait: .seconds(60), scope: .recipient),
        "this recipient has got as many messages as Alibaba Cloud lets through in a minute, an hour or a day"
      ),
      .init(
        ["isv.DAY_LIMIT_CONTROL"], .throttled(wait: .seconds(60), scope: .connector),
        "the account's limit for the day is used up: raise it in the console"),

      // Recipient and values.
      .init(
        ["isv.MOBILE_NUMBER_ILLEGAL", "isv.MOBILE_COUNT_OVER_LIMIT"], .rejected,
        reason: .recipientInvalid, "the recipient is no valid number"),
      .init(
        ["isv.BLACK_KEY_CONTROL_LIMIT", "isv.PARAM_LENGTH_LIMIT", "isv.PARAM_NOT_SUPPORT_URL"],
        .rejected, reason: .contentRefused,
        "a value holds a forbidden word, is too long or is a URL: look at the template's variables"),
      .init(
        ["isv.SMS_CONTENT_ILLEGAL", "isv.UNSUPPORTED_CONTENT"], .rejected, reason: .contentRefused,
        "the text holds forbidden words or signs: look at the template's variables"),
      .init(
        ["isv.DOMESTIC_NUMBER_NOT_SUPPORTED"], .misconfigured(.destination),
        "the template is not for numbers of mainland China: see its templateCode"),
      .init(
        ["isv.SMS_TEST_NUMBER_LIMIT"], .misconfigured(.destination),
        "test templates and signatures write to listed numbers only: add the number or have them approved"
      ),

      // Template and signature.
      .init(
        ["isv.SMS_TEMPLATE_ILLEGAL"], .misconfigured(.template),
        "Alibaba Cloud does not know the template or has not approved it: check templateCode"),
      .init(
        [
          "isv.SMS_SIGNATURE_ILLEGAL", "isv.SMS_SIGN_ILLEGAL", "isv.SIGN_NAME_ILLEGAL",
          "isv.SIGN_STATE_ILLEGAL", "isv.SMS_SIGNATURE_SCENE_ILLEGAL",
        ], .misconfigured(.template),
        "Alibaba Cloud does not know the signature or has not approved it for this template: check signName"
      ),
      .init(
        [
          "isv.TEMPLATE_MISSING_PARAMETERS", "isv.TEMPLATE_PARAMS_ILLEGAL",
          "isv.INVALID_JSON_PARAM", "isv.INVALID_PARAMETERS",
          "isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE",
        ], .misconfigured(.template),
        "the template has other variables, or takes no such values: check the entry's variables"),

      // Account.
      .init(
        ["isv.OUT_OF_SERVICE", "isv.AMOUNT_NOT_ENOUGH"], .misconfigured(.account),
        "the account's balance is used up: top it up"),
      .init(
        ["isv.ACCOUNT_NOT_EXISTS", "isv.ACCOUNT_ABNORMAL"], .misconfigured(.account),
        "the account does not exist or is in disorder: ask Alibaba Cloud"),
      .init(
        ["isv.PRODUCT_UN_SUBSCRIPT", "isv.PRODUCT_UNSUBSCRIBE"], .misconfigured(.account),
        "the account has not enabled the Short Message Service"),
      .init(
        ["isp.RAM_PERMISSION_DENY"], .misconfigured(.account),
        "the access key may not send: give its RAM user the right to"),

      // The service itself.
      .init(
        ["isp.SYSTEM_ERROR", "isp.GATEWAY_ERROR", "InternalError"], .transient(wait: nil),
        "the service failed before it took the message"),
    ] + AliyunRPC.codes)
}
