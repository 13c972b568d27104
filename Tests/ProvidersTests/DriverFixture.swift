import Delivery
import Foundation
import JSON

@testable import Providers

/// What the contract asks of a driver: settings that are complete, replies of its provider, and how to read its requests.
struct DriverFixture: Sendable {
  /// A driver's id.
  let id: String
  /// A complete `config`, without `templates`.
  let settings: [String: SettingNode.Value]
  /// Secret keys that cannot stand beside the others, which a test of the driver's own looks at.
  var otherSecrets: Set<String> = []
  /// The settings that lead to a service on a port of this machine, without TLS.
  let loopback: @Sendable (_ port: UInt16) -> [String: SettingNode.Value]
  /// The provider's reply to a message that it takes, and the ids in it.
  let accepted: (reply: Reply, ids: [String])
  /// Its reply to a recipient that cannot be.
  let refused: Reply
  /// Its reply to too many requests.
  let throttled: Reply
  /// What that reply means when it does not say how long: a rate, or a quota that is used up.
  var limit = Answer.Class.throttled(wait: nil, scope: .connector)
  /// Its reply when it cannot work.
  let down: Reply
  /// Whom an exchange writes to and what.
  let read: @Sendable (Exchange) throws -> (recipient: String, text: String)

  static let all: [DriverFixture] = [
    .aliyunDirectMail, .aliyunSMS, .amazonSES, .gatewayAPI, .httpEmail, .httpSMS, .logtoEmail,
    .mailgun,
    .postmark, .sendGrid, .smsAero, .smtp,
    .tencentSMS, .twilio,
    .vonage,
  ]
}

extension DriverFixture {
  /// The fixture of a driver that speaks HTTP; `baseURLKey` says where the service is.
  init(
    id: String, settings: [String: SettingNode.Value], baseURLKey: String,
    accepted: (reply: HTTPReply, ids: [String]), refused: HTTPReply, throttled: HTTPReply,
    read: @escaping @Sendable (HTTPExchange) throws -> (recipient: String, text: String)
  ) {
    self.init(
      id: id, settings: settings,
      loopback: { [baseURLKey: .string("http://127.0.0.1:\($0)/mock/")] },
      accepted: (.http(accepted.reply), accepted.ids), refused: .http(refused),
      throttled: .http(throttled), down: .http(HTTPReply(status: 503)),
      read: { exchange in
        guard case .http(let request) = exchange else { throw ForeignProtocol() }
        return try read(request)
      })
  }

  /// An exchange in a protocol that the fixture does not read.
  struct ForeignProtocol: Error {}

  /// Whether its driver speaks HTTP.
  var isHTTP: Bool { if case .http = accepted.reply { true } else { false } }
}

extension Message {
  /// A text message; where the receiver writes the text, `text` is in the payload.
  static func sms(
    to recipient: String = "+4512345678", _ text: String, ip: String? = nil, eventID: String = "e1"
  ) -> Message {
    Message(
      eventID: eventID, recipient: Recipient(recipient, channel: .sms)!,
      usageType: UsageType(rawValue: "SignIn"),
      payload: Payload(json: try! JSONEncoder().encode(["code": text]).map(\.self), code: text),
      ip: ip, content: .text(text))
  }
}

extension Message {
  /// A mail; where the receiver writes the text, `text` is in the payload.
  static func mail(
    to recipient: String = "ann@example.org", _ text: String, subject: String = "Your code",
    isHTML: Bool = false, replyTo: String? = nil, sendFrom: String? = nil, eventID: String = "e1"
  ) -> Message {
    Message(
      eventID: eventID, recipient: Recipient(recipient, channel: .email)!,
      usageType: UsageType(rawValue: "SignIn"),
      payload: Payload(json: try! JSONEncoder().encode(["code": text]).map(\.self), code: text),
      ip: nil,
      content: .mail(
        Mail(subject: subject, body: text, isHTML: isHTML, replyTo: replyTo, sendFrom: sendFrom)))
  }

  /// A mail by a template of the provider's.
  static func hosted(
    to recipient: String = "ann@example.org", _ key: String, _ name: String, _ model: JSONValue,
    subject: String? = nil, replyTo: String? = nil, sendFrom: String? = nil
  ) -> Message {
    Message(
      eventID: "e1", recipient: Recipient(recipient, channel: .email)!,
      usageType: UsageType(rawValue: "SignIn"), payload: Payload(json: Array("{}".utf8)), ip: nil,
      content: .hostedMail(
        HostedMail(
          key: key, name: name, model: model, subject: subject, replyTo: replyTo,
          sendFrom: sendFrom)))
  }

  /// A message whose text the provider keeps; the payload holds more than the template wants.
  static func template(
    to recipient: String = "+4512345678", _ values: [(name: String, text: String)],
    code: ProviderTemplate.Code = .everywhere("T1"), kind: Int? = nil, eventID: String = "e1"
  ) -> Message {
    Message(
      eventID: eventID, recipient: Recipient(recipient)!, usageType: UsageType(rawValue: "SignIn"),
      payload: Payload(json: Array(#"{"code":"000","uiLocales":"da en","locale":"da"}"#.utf8)),
      ip: nil,
      content: .template(
        FilledTemplate(
          code: code, kind: kind, values: values.map { .init(name: $0.name, text: $0.text) })))
  }
}

extension SendContext {
  /// A message that lives for so many seconds.
  static func lifetime(_ lifetime: Duration) -> SendContext {
    let now = Timestamp(milliseconds: 1_790_000_000_000)
    return SendContext(now: now, deadline: now + lifetime, nonce: "n1", token: Secret("token-1"))
  }

  /// A message that lives for ten minutes, sent at a moment.
  static func at(_ seconds: Int64, nonce: Nonce = "n1") -> SendContext {
    let now = Timestamp(milliseconds: seconds * 1_000 + 999)
    return SendContext(
      now: now, deadline: now + .seconds(600), nonce: nonce, token: Secret("token-1"))
  }
}

extension SettingsReader {
  /// Reads settings that stand at the beginning of a file.
  convenience init(_ settings: [String: SettingNode.Value]) {
    self.init(SettingNode(.object(settings.members), at: .beginning), path: "config")
  }
}

extension SourcePosition {
  static let beginning = SourcePosition(file: "test.yaml", line: 1, column: 1)
}

extension [String: SettingNode.Value] {
  /// The settings as members of a mapping.
  var members: [SettingMember] {
    sorted { $0.key < $1.key }.map {
      SettingMember(key: $0.key, at: .beginning, node: SettingNode($0.value, at: .beginning))
    }
  }

  /// The settings with another value for one of them, which may stand in a mapping inside.
  func setting(_ path: [String], to value: SettingNode.Value) -> [String: SettingNode.Value] {
    var copy = self
    if path.count == 1 {
      copy[path[0]] = value
    } else if case .object(let members)? = copy[path[0]] {
      let inner = Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.node.value) })
      copy[path[0]] = .object(inner.setting(Array(path.dropFirst()), to: value).members)
    }
    return copy
  }
}

/// A driver of these settings, and all that is wrong with them.
func makeDriver(
  _ type: any Driver.Type, _ settings: [String: SettingNode.Value]
) -> (driver: (any Driver)?, problems: [String]) {
  let reader = SettingsReader(settings)
  reader.check(type.descriptor.settings, shared: ["templates", "deliveries"])
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
    case .smtp: throw Refusal(.foreignReply)
    }
  }

  /// The mail for a message.
  func smtp(
    _ message: Message, context: SendContext = .lifetime(.seconds(600))
  ) throws(Refusal) -> SMTPExchange {
    switch try exchange(for: message, context: context) {
    case .http: throw Refusal(.foreignReply)
    case .smtp(let exchange): exchange
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
