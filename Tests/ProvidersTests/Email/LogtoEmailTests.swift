import Delivery
import JSON
import Testing

@testable import Providers

extension DriverFixture {
  static let logtoEmail = DriverFixture(
    id: "logto-email",
    settings: [
      "endpoint": .string("https://cloud.logto.io/api"),
      "tokenEndpoint": .string("https://auth.logto.io/oidc/token"),
      "resource": .string("https://cloud.logto.io/api"), "appId": .string("m2m-app"),
      "appSecret": .string("m2m-secret"),
    ],
    loopback: { ["endpoint": .string("http://127.0.0.1:\($0)/mock/api")] },
    accepted: (.http(HTTPReply(status: 204)), []), refused: .http(.json(422, "{}")),
    throttled: .http(.json(429, "{}")), limit: .misconfigured(.account),
    down: .http(HTTPReply(status: 503)),
    read: { exchange in
      guard case .http(let request) = exchange else { throw ForeignProtocol() }
      let data = try JSONValue(parsing: request.body)["data"]
      return (data?["to"]?.string ?? "", data?["payload"]?["code"]?.string ?? "")
    })
}

@Suite struct LogtoEmailTests {
  private func make(
    _ changes: [String: SettingNode.Value] = [:]
  ) -> (driver: (any Driver)?, problems: [String]) {
    makeDriver(LogtoEmail.self, DriverFixture.logtoEmail.settings.merging(changes) { $1 })
  }

  private func driver(_ changes: [String: SettingNode.Value] = [:]) throws -> any Driver {
    let (driver, problems) = make(changes)
    #expect(problems == [])
    return try #require(driver)
  }

  private static func message(_ payload: String) -> Message {
    Message(
      eventID: "e1", recipient: Recipient("user@example.org")!,
      usageType: UsageType(rawValue: "SignIn"), payload: Payload(json: Array(payload.utf8)),
      ip: nil, content: .none)
  }

  @Test func `The request is whole`() throws {
    let exchange = try driver([
      "senderName": .string("Acme"), "companyInformation": .string("Acme S.p.A., p.s.a. Inc."),
      "appLogo": .string("https://example.com/logo.png"),
    ]).http(
      Self.message(
        #"{"code":"123456","locale":"en","uiLocales":"en da","user":{"name":"A","n":[1.50]},"other":"x","link":null}"#
      ))
    #expect(exchange.method == "POST")
    #expect(exchange.endpoint == HTTPEndpoint("https://cloud.logto.io/api/services/mails"))
    #expect(exchange.header("Authorization") == "Bearer token-1")
    #expect(exchange.header("Content-Type") == "application/json")
    #expect(
      String(decoding: exchange.body, as: UTF8.self)
        == #"{"data":{"to":"user@example.org","type":"SignIn","payload":{"code":"123456","locale":"en","user":{"name":"A","n":[1.50]},"#
        + #""senderName":"Acme","companyInformation":"Acme S.p.A., p.s.a. Inc.","appLogo":"https://example.com/logo.png"}}}"#
    )
  }

  @Test(arguments: [
    ("https://cloud.logto.io", "/api/services/mails"),
    ("https://cloud.logto.io/api/", "/api/services/mails"),
    ("https://cloud.logto.io/x/api", "/x/api/services/mails"),
    ("https://cloud.logto.io/apis", "/apis/api/services/mails"),
  ]) func `The address may end in api or not`(endpoint: String, target: String) throws {
    let exchange = try driver(["endpoint": .string(endpoint)]).http(Self.message("{}"))
    #expect(exchange.endpoint.target == target)
  }

  @Test func `Without a token nothing is sent`() throws {
    let driver = try driver()
    var context = SendContext.lifetime(.seconds(600))
    context.token = nil
    let refusal = #expect(throws: Refusal.self) {
      try driver.http(Self.message("{}"), context: context)
    }
    #expect(refusal?.answer.class == .transient(wait: nil))
  }

  @Test func `The request for a token is that of the vector`() throws {
    let vector = try #require(vectors("logto-email").first)
    let source = try #require(try driver().tokenSource)
    let exchange = source.exchange(at: Timestamp(milliseconds: 0))
    #expect(exchange.method == "POST")
    #expect(exchange.endpoint == HTTPEndpoint("https://auth.logto.io/oidc/token"))
    #expect(exchange.header("Content-Type") == "application/x-www-form-urlencoded")
    #expect(exchange.header("Authorization") == vector["expected"]?["authorization"]?.string)
    #expect(
      String(decoding: exchange.body, as: UTF8.self) == vector["expected"]?["form_body"]?.string)
    #expect(!"\(exchange) \(source)".contains("m2m-secret"))
  }

  @Test(arguments: ["see example.com", "https://a.b.co/x", "Acme.org", "mail.acme.org"])
  func `Addresses of web pages are refused, as by the service`(text: String) {
    for key in ["senderName", "companyInformation"] {
      #expect(
        make([key: .string(text)]).problems == [
          "test.yaml:1:1: config.\(key): must not hold the address of a web page: the service refuses it"
        ])
    }
  }

  @Test(
    arguments: [
      (200, [], Answer.Class.accepted), (204, [], .accepted), (201, [], .accepted),
      (401, [], .misconfigured(.account)), (403, [], .misconfigured(.account)),
      (404, [], .misconfigured(.account)), (400, [], .rejected), (422, [], .rejected),
      (429, [], .misconfigured(.account)),
      (429, [("Retry-After", "7")], .throttled(wait: .seconds(7), scope: .connector)),
      (500, [], .ambiguous), (503, [], .transient(wait: nil)),
    ] as [(Int, [(String, String)], Answer.Class)])
  func `What a reply means`(status: Int, headers: [(String, String)], meaning: Answer.Class) throws
  {
    let reply = HTTPReply(status: status, headers: headers.map { (name: $0.0, value: $0.1) })
    let answer = try driver().answer(to: .http(reply))
    #expect(answer.class == meaning)
    #expect(answer.code == "http.\(status)")
  }
}
