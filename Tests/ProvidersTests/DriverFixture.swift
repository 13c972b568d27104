import Delivery
import Foundation
import Providers

/// What the contract asks of a driver: settings that are complete, replies of its provider, and how to read its requests.
struct DriverFixture: Sendable {
  /// A driver's id.
  let id: String
  /// A complete `config`, without `templates`.
  let settings: [String: SettingNode.Value]
  /// The key that says where the service is.
  let baseURLKey: String
  /// The provider's reply to a message that it takes, and the ids in it.
  let accepted: (reply: HTTPReply, ids: [String])
  /// Its reply to a recipient that cannot be.
  let refused: HTTPReply
  /// Its reply to too many requests.
  let throttled: HTTPReply
  /// What a request holds.
  let read: @Sendable (HTTPExchange) throws -> (recipient: String, text: String)

  static let all: [DriverFixture] = [.httpSMS, .twilio]
}

extension Message {
  /// A text message; where the receiver writes the text, `text` is in the payload.
  static func sms(to recipient: String = "+4512345678", _ text: String, ip: String? = nil)
    -> Message
  {
    Message(
      eventID: "e1", recipient: Recipient(recipient, channel: .sms)!,
      usageType: UsageType(rawValue: "SignIn"),
      payload: Payload(json: try! JSONEncoder().encode(["code": text]).map(\.self), code: text),
      ip: ip, content: .text(text))
  }
}

extension SendContext {
  /// A message that lives for so many seconds.
  static func lifetime(_ lifetime: Duration) -> SendContext {
    let now = Timestamp(milliseconds: 1_790_000_000_000)
    return SendContext(now: now, deadline: now + lifetime, nonce: "n1")
  }
}

extension SettingsReader {
  /// Reads settings that stand at the beginning of a file.
  convenience init(_ settings: [String: SettingNode.Value]) {
    let place = SourcePosition(file: "test.yaml", line: 1, column: 1)
    self.init(
      SettingNode(
        .object(
          settings.sorted { $0.key < $1.key }.map {
            SettingMember(key: $0.key, at: place, node: SettingNode($0.value, at: place))
          }), at: place), path: "config")
  }
}

/// A driver of these settings, and all that is wrong with them.
func makeDriver(
  _ type: any Driver.Type, _ settings: [String: SettingNode.Value]
) -> (driver: (any Driver)?, problems: [String]) {
  let reader = SettingsReader(settings)
  reader.check(type.descriptor.settings, shared: ["templates"])
  let driver = try? type.init(settings: reader)
  return (driver, reader.problems.map(\.description))
}

extension Driver {
  /// The HTTP request for a message.
  func http(
    _ message: Message, context: SendContext = .lifetime(.seconds(600))
  ) throws(Refusal) -> HTTPExchange {
    switch try exchange(for: message, context: context) {
    case .http(let exchange): exchange
    case .smtp: throw Refusal(.init(.ambiguous, code: "test.protocol"))
    }
  }
}

extension HTTPExchange {
  /// The first header of that name.
  func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  /// The fields of a form, in their order.
  func formFields() -> [(name: String, value: String)] {
    String(decoding: body, as: UTF8.self).split(separator: "&").map { field in
      let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
        $0.replacing("+", with: " ").removingPercentEncoding!
      }
      return (parts[0], parts[1])
    }
  }

  /// The first field of that name.
  func formField(_ name: String) -> String? { formFields().first { $0.name == name }?.value }
}

extension HTTPReply {
  /// A reply with a body of text.
  static func json(
    _ status: Int, _ body: String, headers: [(name: String, value: String)] = []
  ) -> HTTPReply {
    HTTPReply(
      status: status, headers: [("Content-Type", "application/json")] + headers,
      body: Array(body.utf8))
  }
}
