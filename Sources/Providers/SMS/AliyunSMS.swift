import Delivery
import JSON

/// Sends text messages by [Alibaba Cloud's Short Message Service](https://api.aliyun.com/document/Dysmsapi/2017-05-25/SendSms).
///
/// The texts are templates that Alibaba Cloud has approved.
struct AliyunSMS: Driver {
  static let descriptor = DriverDescriptor(
    id: "aliyun-short-message-service", channel: .sms, name: "Aliyun Short Message Service",
    documentation:
      "https://api.aliyun.com/document/Dysmsapi/2017-05-25/SendSms",
    text: .provider(.init(parameters: .named, kinds: [0, 1, verification, 6, 7])),
    settings: [
      SettingDescriptor(
        "accessKeyId", .text, isRequired: true, "The id of a RAM user's access key.",
        example: .set("LTAI0000000000000000")),
      SettingDescriptor(
        "accessKeySecret", .text, isRequired: true, isSecret: true, "The access key's secret.",
        example: .set("${ALIYUN_ACCESS_KEY_SECRET:-replace-me}")),
      SettingDescriptor(
        "signName", .text, isRequired: true,
        "The approved signature, which stands before every text.", example: .set("\"阿里云\"")),
      SettingDescriptor(
        "overseasSignName", .text,
        "The signature for numbers outside mainland China; signName by default.",
        example: .optional("Example")),
      SettingDescriptor(
        "strictPhoneRegionNumberCheck", .flag,
        "Numbers are E.164, so that only those of country code 86 get the template for China. With false, 11 digits that begin with 13 to 19 and were written without + or 00 get it too, as numbers of old accounts may; so do such numbers of North America. True by default.",
        example: .optional("true")),
      SettingDescriptor(
        "endpoint", .url,
        "The service's base URL, such as https://dysmsapi.ap-southeast-1.aliyuncs.com; https://dysmsapi.aliyuncs.com by default.",
        example: .optional("https://dysmsapi.aliyuncs.com")),
      SettingDescriptor(
        "regionId", .text, "The service's region; cn-hangzhou by default.",
        example: .optional("cn-hangzhou")),
    ])

  /// The `type` of templates for codes.
  private static let verification = 2
  private static let replyNames = ReplyFields.Names("Code", "Message", "BizId", "RequestId")
  private static let longestReference = 128

  private let service: AliyunRPC
  private let signName: String
  private let overseasSignName: String
  private let takesBareNumbers: Bool

  init(settings: SettingsReader) throws(InvalidSettings) {
    takesBareNumbers = settings.flag("strictPhoneRegionNumberCheck") == false
    let endpoint = settings.baseURL("endpoint", default: "https://dysmsapi.aliyuncs.com")
    signName = try settings.required("signName")
    overseasSignName = settings.text("overseasSignName") ?? signName
    service = AliyunRPC(
      endpoint: endpoint, accessKeyID: try settings.required("accessKeyId"),
      secret: Secret(try settings.required("accessKeySecret")),
      region: settings.text("regionId") ?? "cn-hangzhou")
  }

  func exchange(for message: Message, context: SendContext) throws(Refusal) -> Exchange {
    let template = try message.filledTemplate()
    let recipient = message.recipient
    let isMainland =
      recipient.isInMainlandChina || takesBareNumbers && recipient.couldLackChinasCode
    return .http(
      service.exchange(
        "SendSms", version: "2017-05-25",
        [
          ("PhoneNumbers", recipient.digits),
          ("SignName", isMainland ? signName : overseasSignName),
          ("TemplateCode", try template.code(inMainlandChina: isMainland)),
          ("TemplateParam", try Self.parameters(of: template)),
          ("OutId", message.reference(atMost: Self.longestReference)),
        ], context: context))
  }

  /// The values as a JSON object of strings: numbers are not taken.
  private static func parameters(
    of template: Message.FilledTemplate
  ) throws(Refusal) -> String {
    var json = JSONWriter(capacity: 64)
    json.beginObject()
    for value in template.values {
      // One odd value would otherwise hold the template for everybody.
      if template.kind == verification, !value.text.isLettersAndDigits {
        throw Refusal(
          Answer(
            .rejected, reason: .contentRefused, code: "template.value",
            detail: "templates for codes (type 2) take values of letters and digits only"))
      }
      json.key(text: value.name)
      json.string(value.text)
    }
    json.endObject()
    return String(decoding: json.bytes, as: UTF8.self)
  }

  /// A refusal may have the status 200 too: what counts is `Code`.
  func answer(to reply: Reply) -> Answer {
    guard case .http(let reply) = reply else { return .foreignReply }
    let fields = ReplyFields(Self.replyNames, in: reply.body)
    guard fields?["Code"] == "OK" else {
      var answer = Self.codes.answer(to: reply, code: fields?["Code"])
      if fields?["Code"] == Self.recipientLimit, let wait = Self.wait(in: fields?["Message"]) {
        answer.class = .throttled(wait: wait, scope: .recipient)
      }
      return answer
    }
    guard reply.isSuccess else { return StatusTable.answer(to: reply) }
    return Answer(
      .accepted, code: StatusTable.code(of: reply.status),
      providerMessageIDs: [fields?["BizId"], fields?["RequestId"]].compactMap(\.self)
        .filter(isReadableID))
  }

  /// What it can be asked besides sending takes rights that a key for sending need not have.
  func probe(context: SendContext) -> Probe {
    .impossible("what Alibaba Cloud can be asked takes rights that a key for sending need not have")
  }

  private static let recipientLimit = "isv.BUSINESS_LIMIT_CONTROL"

  /// How long a recipient's limit lasts, which only the text beside the code says: 触发分钟级流控Permits:1.
  private static func wait(in text: String?) -> Duration? {
    let limits = [
      (["天", "day"], 86_400), (["小时", "hour"], 3_600), (["分钟", "minute"], 60),
    ]
    guard let text = text?.lowercased() else { return nil }
    return limits.first { words, _ in words.contains { text.contains($0) } }.map { .seconds($0.1) }
  }
}

extension String {
  fileprivate var isLettersAndDigits: Bool {
    !isEmpty
      && unicodeScalars.allSatisfy {
        ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
      }
  }
}
