public import Delivery
public import EventLoop
public import HTTPServer
import JSON

/// Aliyun's Short Message Service, which writes the text itself.
/// https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms
public struct AliyunSMSFace: CodedFace {
  private let key: StandInKey
  private let templates: [String: [String]]
  private let gateway: AliyunGateway

  /// The service for one access key.
  /// - Parameters:
  ///   - key: the access key.
  ///   - templates: the variables of approved templates by code, at least one; others are taken as they come.
  ///   - clock: what a request's time is compared with.
  public init(key: StandInKey, templates: [String: [String]], clock: any Clock = SystemClock()) {
    self.key = key
    self.templates = templates
    gateway = AliyunGateway(
      key: key, action: "SendSms", version: "2017-05-25", host: "dysmsapi.aliyuncs.com",
      clock: clock)
  }

  /// The name in paths.
  public var name: String { "aliyun-sms" }
  /// What people call it.
  public var title: String { "Aliyun SMS" }
  /// How its messages travel.
  public var channel: Channel { .sms }

  /// A connector's configuration for this key.
  public func connector(at url: String) -> String {
    """
    provider: aliyun-short-message-service
    config:
      accessKeyId: \(key.id)
      accessKeySecret: \(key.secret)
      signName: Acme
      endpoint: \(url)
      templates:
        - usageType: Generic
          templateCode: \(templates.keys.min() ?? "SMS_1")
    """
  }

  /// Errors by their code; the service's own come with HTTP 200.
  public static let faults = FaultTable(
    AliyunGateway.faults.merging(service) { $1 }, otherwise: 200)

  /// Checks a request and reads the message in it.
  public func read(
    _ request: IncomingRequest, path: String
  ) throws(ProviderFault) -> Submission {
    let fields = try gateway.read(request, path: path, Self.faults)
    let number = try gateway.required("PhoneNumbers", of: fields)
    let sign = try gateway.required("SignName", of: fields)
    let template = try gateway.required("TemplateCode", of: fields)
    guard isNumber(number) else { throw Self.fault("isv.MOBILE_NUMBER_ILLEGAL") }
    guard template.hasPrefix("SMS_"), template.count > 4, isDigits(String(template.dropFirst(4)))
    else { throw Self.fault("isv.SMS_TEMPLATE_ILLEGAL") }
    var submission = Submission(recipient: number, text: "", sender: sign)
    submission.show(template: template, variables: try variables(fields, of: template))
    submission.reference = fields["OutId"]
    return submission
  }

  /// A new id.
  public func makeID() -> String { "\(Int.random(in: 100_000_000_000_000_000...Int.max))^0" }

  /// The answer to a message that was taken.
  public func acceptance(of submission: Submission, id: String) -> OutgoingResponse {
    .json(status: 200) { json in
      json.member("Message", "OK")
      json.member("RequestId", makeUUID().uppercased())
      json.member("Code", "OK")
      json.member("BizId", id)
    }
  }

  /// The answer with an error.
  public func answer(_ fault: ProviderFault) -> OutgoingResponse { gateway.answer(fault) }

  /// The answer with a status that is not about the message.
  public func failure(status: Int) -> OutgoingResponse {
    gateway.answer(Self.faults.fault(AliyunGateway.code(of: status), status: status))
  }

  /// A mobile number of the mainland in one of its spellings, or country code and number.
  private func isNumber(_ number: String) -> Bool {
    if let prefix = ["+86", "0086"].first(where: number.hasPrefix) {
      return isMainland(number.dropFirst(prefix.count))
    }
    return isBareE164(number)
  }

  private func isMainland(_ number: Substring) -> Bool {
    number.count == 11 && number.first == "1" && isDigits(String(number))
  }

  /// Texts of letters and digits only: more is not for verification.
  private func variables(
    _ fields: [String: String], of template: String
  ) throws(ProviderFault) -> JSONFields? {
    let wanted = templates[template] ?? []
    guard let text = fields["TemplateParam"] else {
      if !wanted.isEmpty { throw Self.fault("isv.TEMPLATE_MISSING_PARAMETERS") }
      return nil
    }
    guard let object = JSONFields(text: text), let values = object.allTexts else {
      throw Self.fault("isv.INVALID_JSON_PARAM")
    }
    guard wanted.allSatisfy(values.keys.contains) else {
      throw Self.fault("isv.TEMPLATE_MISSING_PARAMETERS")
    }
    guard values.values.allSatisfy(isAlphanumeric) else {
      throw Self.fault(
        "isv.INVALID_PARAMETERS", "Params must be [a-zA-Z0-9] for verification sms")
    }
    guard values.values.allSatisfy({ $0.count <= 35 }) else {
      throw Self.fault("isv.PARAM_LENGTH_LIMIT")
    }
    return object
  }

  private static let service: [String: (status: Int, message: String)] = [
    "isp.GATEWAY_ERROR": (200, "网关错误"), "isp.RAM_PERMISSION_DENY": (200, "RAM权限不足"),
    "isp.SYSTEM_ERROR": (200, "系统错误"), "isv.ACCOUNT_ABNORMAL": (200, "账户异常"),
    "isv.ACCOUNT_NOT_EXISTS": (200, "账户不存在"), "isv.AMOUNT_NOT_ENOUGH": (200, "账户余额不足"),
    "isv.BLACK_KEY_CONTROL_LIMIT": (200, "黑名单管控"),
    "isv.BUSINESS_LIMIT_CONTROL": (200, "触发分钟级流控Permits:1"),
    "isv.DAY_LIMIT_CONTROL": (200, "触发日发送限额"),
    "isv.DOMESTIC_NUMBER_NOT_SUPPORTED": (200, "国际/港澳台消息模板不支持发送境内号码"),
    "isv.INVALID_JSON_PARAM": (200, "JSON参数不合法，只接受字符串值"),
    "isv.INVALID_PARAMETERS": (200, "参数异常"),
    "isv.MOBILE_COUNT_OVER_LIMIT": (200, "手机号码数量超过限制"),
    "isv.MOBILE_NUMBER_ILLEGAL": (200, "非法手机号"),
    "isv.OUT_OF_SERVICE": (200, "业务停机"), "isv.PARAM_LENGTH_LIMIT": (200, "参数超出长度限制"),
    "isv.PARAM_NOT_SUPPORT_URL": (200, "不支持URL"),
    "isv.PRODUCT_UN_SUBSCRIPT": (200, "未开通云通信产品的阿里云客户"),
    "isv.PRODUCT_UNSUBSCRIBE": (200, "产品未开通"),
    "isv.SMS_SIGNATURE_ILLEGAL": (200, "短信签名不合法"),
    "isv.SMS_TEMPLATE_ILLEGAL": (200, "短信模版不合法"),
    "isv.TEMPLATE_MISSING_PARAMETERS": (200, "模版缺少变量"),
  ]
}
