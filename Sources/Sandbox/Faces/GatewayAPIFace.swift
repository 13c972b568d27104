public import Delivery
public import HTTPServer
import JSON

/// GatewayAPI's REST API for messages.
/// https://gatewayapi.com/docs/apis/rest/
public struct GatewayAPIFace: CodedFace {
  private let apiToken: String

  /// The API of the account that a token belongs to.
  public init(apiToken: String) { self.apiToken = apiToken }

  /// The name in paths.
  public var name: String { "gatewayapi" }
  /// What people call it.
  public var title: String { "GatewayAPI" }
  /// How its messages travel.
  public var channel: Channel { .sms }

  /// A connector's configuration for this account.
  public func connector(at url: String) -> String {
    """
    provider: gatewayapi-sms
    config:
      endpoint: \(url)/rest/mtsms
      apiToken: \(apiToken)
      sender: Acme
      templates:
        - usageType: Generic
          content: "Your code is {{code}}"
    """
  }

  /// A line for a terminal that sends it a message.
  public func example(at url: String) -> String? {
    """
    curl -u '\(apiToken):' \(url)/rest/mtsms -H 'Content-Type: application/json' \\
      -d '{"sender":"Acme","message":"Your code is 482913","recipients":[{"msisdn":"4512345678"}]}'
    """
  }

  /// Errors by their code.
  /// https://gatewayapi.com/docs/appendix/errors/
  public static let faults = FaultTable(
    [
      "0x0106": (503, "Resources are temporarily unavailable"),
      "0x0109": (503, "The service is temporarily unavailable"),
      "0x0210": (401, "Unauthorized: unknown user"),
      "0x0211": (401, "Unauthorized: wrong password"),
      "0x0212": (401, "Unauthorized IP address"), "0x0213": (403, "IP address not allowed"),
      "0x0214": (403, "Number and content are temporarily blacklisted"),
      "0x0215": (403, "Number is blacklisted"), "0x0216": (403, "Insufficient credit"),
      "0x0217": (403, "Destination country is not allowed"),
      "0x0218": (422, "Unknown message class"), "0x021D": (403, "SMS is not enabled"),
      "0x021E": (500, "Message class is not configured"),
      "0x021F": (403, "Operator is not allowed"),
      "0x0220": (400, "Unsupported parameter"), "0x0222": (400, "Missing parameter"),
      "0x0223": (401, "Invalid API key"), "0x0224": (401, "Invalid signature"),
      "0x0229": (401, "Invalid API token"), "0x022A": (403, "Account is frozen"),
      "0x0310": (422, "Duplicate recipient"), "0x0311": (422, "Priority is not available"),
      "0x0312": (422, "Message was refused by the content filter"),
    ], otherwise: 422)

  /// The account, for a client that asks whether its token works.
  public func answer(toQuestion request: IncomingRequest, path: String) -> OutgoingResponse? {
    guard path == "/rest/me", request.method == "GET" else { return nil }
    guard isKnown(request) else { return answer(Self.fault("0x0229")) }
    return .json(status: 200) { json in
      json.key(text: "credit")
      json.raw("1234.56")
      json.member("currency", "DKK")
      json.member("id", 1)
    }
  }

  /// Checks a request and reads the message in it.
  public func read(
    _ request: IncomingRequest, path: String
  ) throws(ProviderFault) -> Submission {
    guard isKnown(request) else { throw Self.fault("0x0229") }
    guard path == "/rest/mtsms", request.method == "POST" else {
      throw Self.faults.fault("404", message: "Not Found")
    }
    guard let body = request.jsonFields else {
      throw Self.fault("0x0220", "The body must be a JSON object of type application/json")
    }
    return try GatewayAPIMessage(body: body).submission()
  }

  /// A new id, a number.
  public func makeID() -> String { String(Int.random(in: 400_000_000...999_999_999)) }

  /// The answer to a message that was taken.
  public func acceptance(of submission: Submission, id: String) -> OutgoingResponse {
    .json(status: 200) { json in
      json.member("ids", array: { $0.raw(id) })
      json.member(
        "usage",
        object: { json in
          json.member(
            "countries", object: { $0.member("DK", GSMAlphabet.partCount(submission.text)) })
          json.member("currency", "DKK")
          json.key(text: "total_cost")
          json.raw("0.12")
        })
    }
  }

  /// The answer with an error.
  public func answer(_ fault: ProviderFault) -> OutgoingResponse {
    .json(status: fault.status) { json in
      if fault.code.hasPrefix("0x") { json.member("code", fault.code) }
      json.member("incident_uuid", makeUUID())
      json.member("message", fault.message)
    }
  }

  /// The answer with a status that is not about the message.
  public func failure(status: Int) -> OutgoingResponse {
    answer(Self.faults.fault(String(status), status: status))
  }

  /// A token as the user without a password, or in the query.
  private func isKnown(_ request: IncomingRequest) -> Bool {
    if let given = request.basicCredentials { return given == (apiToken, "") }
    return request.query?.first { $0.name == "token" }?.value == apiToken
  }
}
