import Delivery
import Foundation
import Providers
import Settings
import Testing

@testable import Worker

/// What Logto stores as a connector's `config` is taken as it is, and a message comes out of it.
@Suite struct LogtoSettingsTests {
  struct Stored: Sendable, CustomTestStringConvertible {
    let provider: String
    let json: String
    /// What the request must hold.
    let traces: [String]
    var channel: Channel { DriverCatalog.driver(id: provider)!.descriptor.channel }
    var testDescription: String { provider }
  }

  private static let texts = """
    "templates": [
      {"usageType": "SignIn", "content": "Sign in with {{code}}."},
      {"usageType": "Register", "content": "Register with {{code}}."},
      {"usageType": "ForgotPassword", "content": "Reset with {{code}}."},
      {"usageType": "Generic", "content": "Your code is {{code}}."}
    ]
    """

  static let stored = [
    Stored(
      provider: "twilio-short-message-service",
      json: """
        {"accountSID": "AC1", "authToken": "t", "fromMessagingServiceSID": "MG1",
         "disableRiskCheck": false, \(texts)}
        """, traces: ["Body=Sign+in+with+042137."]),
    Stored(
      provider: "smsaero-short-message-service",
      json: #"{"email": "a@b.example", "apiKey": "k", "senderName": "SMS Aero", \#(texts)}"#,
      traces: [#""text":"Sign in with 042137.""#]),
    Stored(
      provider: "gatewayapi-sms",
      json: """
        {"endpoint": "https://gatewayapi.com/rest/mtsms", "apiToken": "t", "sender": "ExampleSMS",
         \(texts)}
        """, traces: [#""message":"Sign in with 042137.""#]),
    Stored(
      provider: "vonage-sms",
      json: #"{"apiKey": "abcd1234", "apiSecret": "s", "brandName": "Acme Inc", \#(texts)}"#,
      traces: ["from=Acme+Inc", "text=Sign+in+with+042137."]),
    Stored(
      provider: "aliyun-short-message-service",
      json: """
        {"accessKeyId": "i", "accessKeySecret": "s", "signName": "阿里云",
         "strictPhoneRegionNumberCheck": false,
         "templates": [
           {"type": 2, "usageType": "SignIn",
            "templateCode": {"china": "SMS_CN", "overseas": "SMS_INT"}},
           {"type": 2, "usageType": "Register", "templateCode": "SMS_1"},
           {"type": 2, "usageType": "ForgotPassword", "templateCode": "SMS_1"},
           {"type": 2, "usageType": "Generic", "templateCode": "SMS_1"}]}
        """,
      traces: [
        "TemplateCode=SMS_INT&", "TemplateParam=%7B%22code%22%3A%22042137%22%7D&",
      ]),
    Stored(
      provider: "tencent-short-message-service",
      json: """
        {"accessKeyId": "i", "accessKeySecret": "s", "signName": "腾讯云", "sdkAppId": "1400006666",
         "region": "ap-guangzhou",
         "templates": [
           {"usageType": "SignIn", "templateCode": "1110"},
           {"usageType": "Register", "templateCode": "1111"},
           {"usageType": "ForgotPassword", "templateCode": "1112"},
           {"usageType": "Generic", "templateCode": "1113"}]}
        """,
      traces: [
        #""TemplateId":"1110","TemplateParamSet":["042137"],"PhoneNumberSet":["+12025550123"]"#
      ]
    ),
  ]

  @Test(arguments: stored + mails) func `A connector of Logto's sends`(stored: Stored) throws {
    let config = try TemporaryFile(stored.json)
    let file = try TemporaryFile(
      """
      kafka: { bootstrap.servers: "localhost:9092", group.id: otp-worker }
      active: { \(stored.channel.rawValue): logto }
      connectors:
        logto: { provider: \(stored.provider), configFile: \(config.path) }
      """)
    let configuration = try ConfigurationLoader(environment: [:]).load(path: file.path).get()
    let connector = Connector(try #require(configuration.connectors.first))
    for usage in ["SignIn", "Register", "BindMfa"] {
      let exchange = try exchange(usage, through: connector)
      let body = String(decoding: exchange.body, as: UTF8.self)
      if usage == "SignIn" {
        for trace in stored.traces { #expect(body.contains(trace), "\(body)") }
      }
      #expect(body.contains("042137"))
      // What Logto sends besides the code stays here.
      #expect(!body.contains("en-GB"), "\(body)")
    }
  }

  private func exchange(_ usage: String, through connector: Connector) throws -> HTTPExchange {
    let value = Array(
      """
      {"to": "\(connector.descriptor.channel == .sms ? "12025550123" : "ann@example.org")", "type": "\(usage)",
       "payload": {"code": "042137", "locale": "da", "uiLocales": "da en-GB"}}
      """.utf8)
    let now = Timestamp(milliseconds: 1_790_000_000_000)
    let request = try Request.decode(
      value: value.span, headers: [],
      origin: RecordOrigin(topic: "send-otp", partition: 0, offset: 0), timestamp: nil, now: now,
      lifetime: { _ in .seconds(600) })
    let directory = ConnectorDirectory(
      connectors: [connector], activeSMS: connector.name, activeEmail: connector.name)
    var values = TemplateValues(request.payload, remaining: .seconds(600))
    let template = try directory.route(for: request).template
    let message = Message(
      eventID: request.eventID, recipient: request.recipient, usageType: request.usageType,
      payload: request.payload, ip: nil, content: try template?.rendered(with: &values) ?? .none)
    let context = SendContext(
      now: now, deadline: now + .seconds(600), nonce: "n", token: Secret("t"))
    guard case .http(let exchange) = try connector.driver.exchange(for: message, context: context)
    else { throw CancellationError() }
    return exchange
  }
}
