internal import Delivery

extension TencentSMS {
  /// Tencent's codes, of the call and of a number alike.
  ///
  /// [The list](https://www.tencentcloud.com/document/api/382/40536) is at the end of the page; the rest is from the catalogue
  /// of Tencent's SDKs.
  static let codes = CodeTable("tencent", credentials + templates + recipients + limits + service)

  private static let credentials: [CodeTable.Row] = [
    .init(
      ["AuthFailure.SignatureExpire", "InternalError.RequestTimeException"],
      .misconfigured(.account),
      "the time in the request is minutes off: set this machine's clock"),
    .init(
      [
        "AuthFailure*", "InternalError.SigVerificationFail", "InternalError.SigFieldMissing",
      ], .misconfigured(.account),
      "Tencent does not take the credentials: check accessKeyId and accessKeySecret"),
    .init(
      ["UnauthorizedOperation.RequestIpNotInWhitelist"], .misconfigured(.account),
      "this machine's address is not on the application's list"),
    .init(
      [
        "UnauthorizedOperation.SdkAppIdIsDisabled", "UnauthorizedOperation.SmsSdkAppIdVerifyFail",
        "InvalidParameter.AppidAndBizId", "InvalidParameterValue.SdkAppIdNotExist",
      ], .misconfigured(.account),
      "Tencent does not know the application or it is disabled: check sdkAppId"),
    .init(
      [
        "UnauthorizedOperation.ServiceSuspendDueToArrears",
        "FailedOperation.InsufficientBalanceInSmsPackage",
      ], .misconfigured(.account), "the account's balance or package is used up: top it up"),
    .init(
      ["UnauthorizedOperation*"], .misconfigured(.account),
      "the API key may not send: give its user the right to"),
    .init(
      [
        "MissingParameter*", "UnknownParameter*", "InvalidParameter",
        "FailedOperation.FailResolvePacket", "FailedOperation.JsonParseFail",
      ], .misconfigured(.account),
      "Tencent does not take the request: check region, sdkAppId and senderId"),
  ]

  private static let templates: [CodeTable.Row] = [
    .init(
      ["FailedOperation.SignatureIncorrectOrUnapproved", "FailedOperation.MissingSignatureList"],
      .misconfigured(.template),
      "Tencent does not know the signature or has not approved it: check signName"),
    .init(
      [
        "FailedOperation.TemplateIncorrectOrUnapproved",
        "FailedOperation.TemplateUnapprovedOrNotExist", "FailedOperation.TemplateIdNotExist",
        "FailedOperation.MissingTemplateList",
      ], .misconfigured(.template),
      "Tencent does not know the template or has not approved it: check templateCode"),
    .init(
      [
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
        "InvalidParameterValue.TemplateParameterFormatError",
        "InvalidParameterValue.TemplateParameterLengthLimit",
        "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
        "InvalidParameterValue.ContentLengthLimit",
      ], .misconfigured(.template),
      "the template has other variables, or takes no such values: check the entry's variables"),
    .init(
      ["FailedOperation.ContainSensitiveWord", "InvalidParameter.DirtyWordFound"],
      .misconfigured(.template),
      "the text holds a forbidden word: look at the template and its variables"),
    // Right for some numbers, so that only this one is given up.
    .init(
      [
        "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone",
        "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone",
        "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber",
      ], .misconfigured(.destination),
      "mainland China and other places need a template each: give templateCode china and overseas"
    ),
  ]

  private static let recipients: [CodeTable.Row] = [
    .init(
      ["FailedOperation.PhoneNumberParseFail", "InvalidParameterValue.IncorrectPhoneNumber"],
      .rejected, reason: .recipientInvalid, "the recipient is no valid number"),
    .init(
      ["FailedOperation.PhoneNumberInBlacklist"], .rejected, reason: .recipientBlocked,
      "the recipient is on a list of blocked numbers"),
    .init(
      ["UnsupportedOperation.UnsupportedRegion", "LimitExceeded.AppCountryOrRegionInBlacklist"],
      .misconfigured(.destination),
      "the recipient's country is not enabled for the application"),
  ]

  private static let limits: [CodeTable.Row] = [
    .init(
      ["LimitExceeded.PhoneNumberThirtySecondLimit"],
      .throttled(wait: .seconds(30), scope: .recipient),
      "this recipient gets no more messages for half a minute"),
    .init(
      ["LimitExceeded.PhoneNumberOneHourLimit"],
      .throttled(wait: .seconds(3_600), scope: .recipient),
      "this recipient gets no more messages for an hour"),
    .init(
      [
        "LimitExceeded.PhoneNumberDailyLimit", "LimitExceeded.PhoneNumberSameContentDailyLimit",
      ], .throttled(wait: .seconds(86_400), scope: .recipient),
      "this recipient gets no more messages today"),
    // By the rules that the console has for how often one number may be written to.
    .init(
      ["LimitExceeded.DeliveryFrequencyLimit"], .throttled(wait: nil, scope: .recipient),
      "the application's limit of messages to one number is used up"),
    .init(
      ["LimitExceeded.GlobalSmsSendingRateLimit", "RequestLimitExceeded*"],
      .throttled(wait: nil, scope: .connector), "the account sends more often than it may"),
    .init(
      ["LimitExceeded.AppDailyLimit", "LimitExceeded.DailyLimit"],
      .throttled(wait: .seconds(60), scope: .connector),
      "the application's limit for the day is used up: raise it in the console"),
    // Not the whole connector's: other places may still be reached.
    .init(
      [
        "LimitExceeded.AppMainlandChinaDailyLimit", "LimitExceeded.AppGlobalDailyLimit",
        "LimitExceeded.AppCountryOrRegionDailyLimit",
      ], .throttled(wait: .seconds(60), scope: .recipient),
      "the application's limit for the recipient's country is used up for the day: raise it in the console"
    ),
  ]

  private static let service: [CodeTable.Row] = [
    .init(
      [
        "InternalError.Timeout", "InternalError.SendAndRecvFail",
        "InternalError.ParseBackendResponseFail",
      ], .ambiguous, "Tencent failed and may have sent the message"),
    .init(
      ["InternalError.OtherError", "InternalError.UnknownError", "FailedOperation.OtherError"],
      .transient(wait: nil), "Tencent failed before it took the message"),
  ]
}
