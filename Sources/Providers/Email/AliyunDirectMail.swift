import Delivery
import JSON

/// Sends mails by [Alibaba Cloud's Direct Mail](https://api.aliyun.com/document/Dm/2015-11-23/SingleSendMail).
struct AliyunDirectMail: Driver {
  static let descriptor = DriverDescriptor(
    id: "aliyun-direct-mail", channel: .email, name: "Aliyun Direct Mail",
    documentation: "https://api.aliyun.com/document/Dm/2015-11-23/SingleSendMail",
    text: .templates,
    settings: [
      SettingDescriptor(
        "accessKeyId", .text, isRequired: true, "The id of a RAM user's access key.",
        example: .set("LTAI0000000000000000")),
      SettingDescriptor(
        "accessKeySecret", .text, isRequired: true, isSecret: true, "The access key's secret.",
        example: .set("${ALIYUN_ACCESS_KEY_SECRET:-replace-me}")),
      SettingDescriptor(
        "regionId", .choice(regions),
        "The region in which the sender is configured; cn-hangzhou by default.",
        example: .set("cn-hangzhou")),
      SettingDescriptor(
        "accountName", .text, isRequired: true, "Who writes: the address of a configured sender.",
        example: .set("no-reply@mail.example.com")),
      SettingDescriptor(
        "fromAlias", .text, "The sender's name, at most 15 characters.", example: .set("Example")),
      SettingDescriptor(
        "replyTo", .text,
        "Where answers go, one address; to accountName by default.",
        example: .optional("help@example.com")),
      SettingDescriptor(
        "replyToAddress", .flag,
        "Lets answers go to the address that the console has for the sender; false by default.",
        example: .optional("false")),
      SettingDescriptor(
        "tagName", .text, "A tag that the console has, for statistics.",
        example: .optional("codes")),
      SettingDescriptor(
        "endpoint", .url, "The service's base URL; that of regionId by default.",
        example: .optional("https://dm.aliyuncs.com")),
    ])

  private static let regions = [
    "cn-hangzhou", "ap-southeast-1", "ap-southeast-2", "eu-central-1", "us-east-1",
  ]
  private static let longestAlias = 15
  private static let replyNames = ReplyFields.Names("Code", "EnvId", "RequestId")

  private let service: AliyunRPC
  private let parties: MailParties
  private let options: [(name: String, value: String)]

  init(settings: SettingsReader) throws(InvalidSettings) {
    let region = settings.text("regionId") ?? "cn-hangzhou"
    let host = region == "cn-hangzhou" ? "dm" : "dm.\(region)"
    let isKnown = Self.regions.contains(region)
    let parties = MailParties(settings, from: "accountName", name: "fromAlias")
    if let alias = settings.text("fromAlias"), alias.count > Self.longestAlias {
      settings.report("fromAlias", "must have at most \(Self.longestAlias) characters")
    }
    if let parties, parties.replyTo.count > 1 {
      settings.report("replyTo", "must be one address: Alibaba Cloud takes no more")
    }
    options =
      [
        ("AddressType", "1"), ("ClickTrace", "0"),
        ("ReplyToAddress", settings.flag("replyToAddress") == true ? "true" : "false"),
      ] + ["TagName"].compactMap { name in settings.text("tagName").map { (name, $0) } }
    let identifier = try settings.required("accessKeyId")
    let secret = Secret(try settings.required("accessKeySecret"))
    guard let parties, isKnown else { throw InvalidSettings() }
    self.parties = parties
    service = AliyunRPC(
      endpoint: settings.baseURL("endpoint", default: "https://\(host).aliyuncs.com"),
      accessKeyID: identifier, secret: secret, region: region)
  }

  func exchange(for message: Message, context: SendContext) throws(Refusal) -> Exchange {
    let mail = try parties.mail(for: message)
    var fields = [
      (name: "AccountName", value: mail.from.address.text), ("ToAddress", mail.to.text),
      ("Subject", mail.subject ?? ""),
    ]
    if let name = mail.from.name { fields.append(("FromAlias", name)) }
    // One of the two: what becomes of both is not documented.
    if case .text(let plain, let html) = mail.content {
      if let html {
        fields.append(("HtmlBody", html))
      } else if let plain {
        fields.append(("TextBody", plain))
      }
    }
    if let answers = mail.replyTo.first {
      guard mail.replyTo.count == 1 else { throw Refusal(MailParties.Fault.replyTo.answer) }
      fields.append(("ReplyAddress", answers.address.text))
      if let name = answers.name { fields.append(("ReplyAddressAlias", name)) }
    }
    // Headers of that name come back in events.
    var headers = JSONWriter(capacity: 64)
    headers.beginObject()
    headers.member("X-User-Notify-Otp-Id", message.reference(atMost: 128))
    headers.endObject()
    fields.append(("Headers", String(decoding: headers.bytes, as: UTF8.self)))
    return .http(
      service.exchange(
        "SingleSendMail", version: "2015-11-23", fields + options, context: context))
  }

  func answer(to reply: Reply) -> Answer {
    guard case .http(let reply) = reply else { return .foreignReply }
    let fields = ReplyFields(Self.replyNames, in: reply.body)
    if let code = fields?["Code"] { return Self.codes.answer(to: reply, code: code) }
    guard reply.isSuccess, let id = fields?["EnvId"], isReadableID(id) else {
      return StatusTable.answer(to: reply)
    }
    return Answer(
      .accepted, code: StatusTable.code(of: reply.status),
      providerMessageIDs: [id, fields?["RequestId"]].compactMap(\.self).filter(isReadableID))
  }
}
