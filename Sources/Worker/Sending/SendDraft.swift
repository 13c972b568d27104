import Delivery
import JSON
import Settings

/// A request that `send` enqueues, made from the words of a command line.
struct SendDraft: Sendable {
  /// What a test is recognised by: nobody would draw it by chance and nobody accepts it.
  static let testCode = "000000"

  var id: String
  var recipient: Recipient
  var usageType: UsageType
  /// A JSON object.
  var payload: JSONValue
  var lifetime: Duration?
  var isTest: Bool
  /// The code when it was drawn here, to be shown.
  var drawnCode: String?

  /// The record's key: the same for all requests to one recipient.
  var key: [UInt8] { Array(recipient.address.utf8) }

  /// The record's value.
  var value: [UInt8] {
    var json = JSONWriter(capacity: 256)
    json.beginObject()
    json.member("id", id)
    json.member("to", recipient.original)
    json.member("usageType", usageType.rawValue)
    json.key("payload")
    payload.write(to: &json)
    if let lifetime { json.member("ttlSeconds", Int(lifetime.components.seconds)) }
    if isTest {
      json.key("metadata")
      json.raw(#"{"test":true}"#)
    }
    json.endObject()
    return json.bytes
  }
}

extension SendDraft {
  /// Reads the options of `send`.
  /// - Parameters:
  ///   - arguments: the command line.
  ///   - generator: draws the id and the code where none is given.
  /// - Throws: what is wrong with them, and what is allowed.
  init(
    _ arguments: Arguments, using generator: inout some RandomNumberGenerator
  ) throws(UsageError) {
    guard let to = arguments["--to"] else {
      throw UsageError("send needs --to: a phone number such as +4512345678, or an e-mail address")
    }
    guard let recipient = Recipient(to) else {
      throw UsageError(
        "--to takes a phone number of 7 to 15 digits, or an e-mail address with a dot in its domain"
      )
    }
    self.recipient = recipient
    isTest = arguments.has("--test")
    id =
      arguments["--id"] ?? "send-"
      + String(UInt64.random(in: .min ... .max, using: &generator), radix: 36)
    guard (1...128).contains(id.unicodeScalars.count) else {
      throw UsageError("--id takes 1 to 128 characters")
    }
    let usageType = arguments["--usage-type"] ?? (isTest ? "Generic" : "SignIn")
    guard !usageType.isEmpty else { throw UsageError("--usage-type takes a name such as SignIn") }
    self.usageType = UsageType(rawValue: usageType)
    lifetime = try arguments.duration("--ttl", in: .seconds(1) ... .seconds(604_800))
    if let lifetime, lifetime.components.attoseconds != 0 {
      throw UsageError("--ttl takes whole seconds")
    }
    (payload, drawnCode) = try Self.payload(arguments, isTest: isTest, using: &generator)
    guard value.count <= Request.maximumValueBytes else {
      throw UsageError("the request is larger than 1 MiB, the most that the worker reads")
    }
  }

  private static func payload(
    _ arguments: Arguments, isTest: Bool, using generator: inout some RandomNumberGenerator
  ) throws(UsageError) -> (JSONValue, drawn: String?) {
    var members = try object(arguments["--payload"])
    let hasCode = members.contains { $0.0 == "code" }
    let hasLink = members.contains { $0.0 == "link" }
    if isTest, arguments["--code"] != nil || hasCode {
      throw UsageError("--test sends the code \(testCode); leave the other code out")
    }
    if let code = arguments["--code"] {
      guard !hasCode else {
        throw UsageError("the code stands in --code and in --payload; keep one")
      }
      guard !code.isEmpty else { throw UsageError("--code takes a code such as 123456") }
      members.append(("code", .string(code)))
    }
    if let locale = arguments["--locale"] {
      guard !members.contains(where: { $0.0 == "locale" }) else {
        throw UsageError("the language stands in --locale and in --payload; keep one")
      }
      members.append(("locale", .string(locale)))
    }
    if isTest { return (.object(members + [("code", .string(testCode))]), nil) }
    if hasCode || hasLink || arguments["--code"] != nil { return (.object(members), nil) }
    let drawn = String(
      String(UInt32.random(in: 1_000_000..<2_000_000, using: &generator)).dropFirst())
    return (.object(members + [("code", .string(drawn))]), drawn)
  }

  private static func object(_ text: String?) throws(UsageError) -> [(String, JSONValue)] {
    guard let text else { return [] }
    let example = "an object such as '{\"code\":\"123456\"}'"
    let json: JSONValue
    do {
      json = try JSONValue(parsing: Array(text.utf8))
    } catch {
      throw UsageError("--payload is no JSON: \(error); it takes \(example)")
    }
    guard case .object(let members) = json else { throw UsageError("--payload takes \(example)") }
    return members
  }
}

extension Arguments {
  /// The duration that an option was given; nil when it was not.
  /// - Throws: ``UsageError`` when it is none within `range`.
  func duration(
    _ option: String, in range: ClosedRange<Duration>
  ) throws(UsageError) -> Duration? {
    guard let text = self[option] else { return nil }
    guard let duration = DurationText.duration(of: text), range.contains(duration) else {
      let (least, most) = (
        DurationText.text(of: range.lowerBound), DurationText.text(of: range.upperBound)
      )
      throw UsageError(
        "\(option) takes a whole number and ms, s, m, h or d, from \(least) to \(most), not \"\(text)\""
      )
    }
    return duration
  }
}
