import Delivery
import Providers

/// The driver of a provider that exists in the simulation only.
struct SimulatedDriver: Driver {
  static let descriptor = makeDescriptor(of: .sms)
  /// Where its provider is.
  private static let host = "provider.example"

  private let endpoint: HTTPEndpoint

  init(settings: SettingsReader) throws(InvalidSettings) {
    try self.init(host: Self.host)
  }

  init(host: String) throws(InvalidSettings) {
    guard let endpoint = HTTPEndpoint("https://\(host)") else { throw InvalidSettings() }
    self.endpoint = endpoint
  }

  static func makeDescriptor(of channel: Channel) -> DriverDescriptor {
    DriverDescriptor(
      id: "simulated-\(channel)", channel: channel, name: "Simulated",
      documentation: "https://example.com", text: .receiver, settings: [])
  }

  /// The body is the code, which tells requests apart.
  func exchange(for message: Message, context: SendContext) throws(Refusal) -> Exchange {
    .http(HTTPExchange(endpoint, body: Array((message.payload.code ?? "").utf8)))
  }

  func answer(to reply: Reply) -> Answer {
    guard case .http(let reply) = reply else { return Answer(.ambiguous, code: "foreign") }
    let wait = reply.body.first.map { Duration.milliseconds(Int64($0) * 20) }
    return switch reply.status {
    case 200: Answer(.accepted, code: "200")
    case 422: Answer(.rejected, code: "422")
    case 429: Answer(.throttled(wait: wait, scope: .recipient), code: "429")
    case 430: Answer(.throttled(wait: wait, scope: .connector), code: "430")
    case 503: Answer(.transient(wait: wait), code: "503")
    case 401: Answer(.misconfigured(.account), code: "401")
    case 409: Answer(.misconfigured(.destination), code: "409")
    default: Answer(.ambiguous, code: "\(reply.status)")
    }
  }
}

/// The same for mail.
struct SimulatedMailDriver: Driver {
  static let descriptor = SimulatedDriver.makeDescriptor(of: .email)
  /// Where its provider is.
  static let host = "mail.example"

  private let driver: SimulatedDriver

  init(settings: SettingsReader) throws(InvalidSettings) {
    driver = try SimulatedDriver(host: Self.host)
  }

  func exchange(for message: Message, context: SendContext) throws(Refusal) -> Exchange {
    try driver.exchange(for: message, context: context)
  }

  func answer(to reply: Reply) -> Answer { driver.answer(to: reply) }
}
