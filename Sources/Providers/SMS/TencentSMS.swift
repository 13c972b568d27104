import Delivery
import JSON

/// Sends text messages by [Tencent Cloud's SMS](https://www.tencentcloud.com/document/api/382/40536).
///
/// The texts are templates that Tencent has approved.
struct TencentSMS: Driver {
  static let descriptor = DriverDescriptor(
    id: "tencent-short-message-service", channel: .sms, name: "Tencent Short Message Service",
    documentation: "https://www.tencentcloud.com/document/api/382/40536",
    text: .provider(.init(parameters: .ordered)),
    settings: [
      SettingDescriptor(
        "accessKeyId", .text, isRequired: true, "The SecretId of an API key, AKID….",
        example: .set("AKID0000000000000000000000000000")),
      SettingDescriptor(
        "accessKeySecret", .text, isRequired: true, isSecret: true, "The API key's SecretKey.",
        example: .set("${TENCENT_SECRET_KEY:-replace-me}")),
      SettingDescriptor(
        "signName", .text, isRequired: true,
        "The content (not the id) of the approved signature, which stands before every text.",
        example: .set("\"腾讯云\"")),
      SettingDescriptor(
        "overseasSignName", .text,
        "The signature for numbers outside mainland China; signName by default.",
        example: .optional("Example")),
      SettingDescriptor(
        "sdkAppId", .text, isRequired: true, "The application's SdkAppId.",
        example: .set("\"1400006666\"")),
      SettingDescriptor(
        "region", .text, isRequired: true,
        "The region, such as ap-guangzhou, ap-beijing, ap-nanjing or ap-singapore.",
        example: .set("ap-guangzhou")),
      SettingDescriptor(
        "senderId", .text, "A registered sender for numbers outside mainland China.",
        example: .optional("Example")),
      SettingDescriptor(
        "endpoint", .url,
        "The service's base URL, such as https://sms.intl.tencentcloudapi.com; https://sms.tencentcloudapi.com by default.",
        example: .optional("https://sms.tencentcloudapi.com")),
    ])

  private static let contentType = "application/json; charset=utf-8"
  private static let longestReference = 128

  private let endpoint: HTTPEndpoint
  private let signature: TC3Signature
  private let region: String
  private let application: String
  private let signName: String
  private let overseasSignName: String
  private let senderID: String?

  init(settings: SettingsReader) throws(InvalidSettings) {
    endpoint = settings.baseURL("endpoint", default: "https://sms.tencentcloudapi.com")
      .appending(path: "/")
    if let id = settings.text("sdkAppId"), !id.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      settings.report("sdkAppId", "must be digits: the SdkAppId of the SMS application")
    }
    for key in ["accessKeyId", "region"] {
      // Both go into headers.
      if let text = settings.text(key), !isReadableID(text) {
        settings.report(key, "must be of letters, digits and signs of ASCII, without spaces")
      }
    }
    senderID = settings.text("senderId")
    signName = try settings.required("signName")
    overseasSignName = settings.text("overseasSignName") ?? signName
    application = try settings.required("sdkAppId")
    region = try settings.required("region")
    signature = TC3Signature(
      secretID: try settings.required("accessKeyId"),
      secretKey: Secret(try settings.required("accessKeySecret")), service: "sms")
  }

  func exchange(for message: Message, context: SendContext) throws(Refusal) -> Exchange {
    let template = try message.filledTemplate()
    let isMainland = message.recipient.isInMainlandChina
    var json = JSONWriter(capacity: 256)
    json.beginObject()
    json.key("SmsSdkAppId")
    json.string(application)
    json.key("SignName")
    json.string(isMainland ? signName : overseasSignName)
    json.key("TemplateId")
    json.string(try template.code(inMainlandChina: isMainland))
    json.key("TemplateParamSet")
    json.beginArray()
    for value in template.values { json.string(value.text) }
    json.endArray()
    json.key("PhoneNumberSet")
    json.beginArray()
    // With its sign: without it 11 digits are taken for a number of mainland China.
    json.string(message.recipient.address)
    json.endArray()
    json.key("SessionContext")
    json.string(message.reference(atMost: Self.longestReference))
    if let senderID, !isMainland {
      json.key("SenderId")
      json.string(senderID)
    }
    json.endObject()
    return .http(request(json.bytes, at: context.now))
  }

  private func request(_ body: [UInt8], at time: Timestamp) -> HTTPExchange {
    let authorization = signature.authorization(
      endpoint, contentType: Self.contentType, body: body, at: time)
    return HTTPExchange(
      endpoint,
      headers: [
        ("Authorization", authorization), ("Content-Type", Self.contentType),
        ("X-TC-Action", "SendSms"), ("X-TC-Version", "2021-01-11"), ("X-TC-Region", region),
        ("X-TC-Timestamp", TC3Signature.seconds(of: time)),
      ], body: body)
  }

  /// A refusal has the status 200 too: what counts is `Error`, and the `Code` of each number.
  func answer(to reply: Reply) -> Answer {
    guard case .http(let reply) = reply else { return .foreignReply }
    let body = reply.json?["Response"]
    if let error = body?["Error"], error != .null {
      return Self.codes.answer(to: reply, code: error["Code"]?.text)
    }
    var parts = PartAnswers()
    for part in body?["SendStatusSet"]?.elements ?? [] {
      if part["Code"]?.text?.lowercased() == "ok" {
        parts.accept(id: part["SerialNo"]?.text)
      } else {
        parts.fail(Self.codes.answer(to: reply, code: part["Code"]?.text))
      }
    }
    return parts.answer(to: reply) ?? StatusTable.answer(to: reply)
  }

  /// What it can be asked besides sending takes rights that a key for sending need not have.
  func probe(context: SendContext) -> Probe {
    .impossible("what Tencent can be asked takes rights that a key for sending need not have")
  }
}
