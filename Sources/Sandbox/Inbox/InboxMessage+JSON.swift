import Delivery
import HTTPServer
import JSON

extension InboxMessage {
  /// How much of a body is shown.
  private static let shownBytes = 256 * 1_024

  /// How much of a text stands in a summary, in characters.
  private static let briefLength = 160

  /// The message as the API tells it; in `summary` without HTML and request, and the text cut short.
  func json(summary: Bool = false) -> [UInt8] {
    var json = JSONWriter(capacity: 1_024)
    json.beginObject()
    json.member("id", String(id))
    json.member("time", time.rfc3339)
    json.member("channel", channel.rawValue)
    json.member("provider", provider)
    // Each as long as it likes, but not in events, of which many must fit into a listener's buffer.
    func shown(_ text: String?) -> String? {
      summary ? text.map { String($0.prefix(Self.briefLength)) } : text
    }
    json.member("recipient", shown(recipient))
    json.member("sender", shown(sender))
    json.member("usageType", shown(usageType ?? conclusion?.usageType))
    json.member("code", shown(code))
    json.member("subject", shown(subject))
    json.member("text", shown(text))
    if !summary {
      json.member("html", html)
      json.member("providerMessageId", providerMessageID)
      json.member("reference", reference)
      json.key("request")
      write(request, to: &json)
    }
    json.key("conclusion")
    if let conclusion { conclusion.write(to: &json) } else { json.null() }
    json.endObject()
    return json.bytes
  }

  private func write(_ request: IncomingRequest, to json: inout JSONWriter) {
    json.beginObject()
    json.member("line", "\(request.method) \(Redaction.target(request.target))")
    json.key("headers")
    json.beginArray()
    for (name, value) in request.headers {
      json.beginObject()
      json.member("name", name)
      json.member("value", Redaction.header(name, value))
      json.endObject()
    }
    json.endArray()
    let body = String(decoding: request.body.prefix(Self.shownBytes), as: UTF8.self)
    let isForm = request.mediaType == "application/x-www-form-urlencoded"
    json.member("body", isForm ? Redaction.fields(body[...]) : body)
    json.member("bodyBytes", request.body.count)
    json.endObject()
  }
}

extension InboxConclusion {
  /// The conclusion as the API tells it.
  func write(to json: inout JSONWriter) {
    json.beginObject()
    json.member("eventId", eventID)
    json.member("outcome", outcome)
    json.member("reason", reason)
    json.member("attempts", orNull: attempts)
    json.member("latencyMs", orNull: latencyMilliseconds)
    json.member("connector", connector)
    json.endObject()
  }
}

/// Keeps credentials of the worker's configuration from whoever may read the inbox.
enum Redaction {
  private static let telling = [
    "authorization", "token", "secret", "signature", "password", "cookie", "api-key", "apikey",
    "api_key", "accesskey",
  ]

  private static func isSecret(_ name: some StringProtocol) -> Bool {
    let name = name.lowercased()
    return telling.contains { name.contains($0) }
  }

  /// A header's value, or what stands for it; an authentication scheme stays, as it tells what is wrong.
  static func header(_ name: String, _ value: String) -> String {
    guard isSecret(name) else { return value }
    let words = value.split(separator: " ", maxSplits: 1)
    return words.count == 2 ? "\(words[0]) <redacted>" : "<redacted>"
  }

  /// A target without the values of secret query parameters.
  static func target(_ target: String) -> String {
    guard let mark = target.firstIndex(of: "?") else { return target }
    return target[...mark] + fields(target[target.index(after: mark)...])
  }

  /// `a=1&b=2` without the values of secret fields.
  static func fields(_ text: Substring) -> String {
    text.split(separator: "&", omittingEmptySubsequences: false).map { field in
      let name = field.prefix { $0 != "=" }
      return isSecret(name) ? "\(name)=<redacted>" : String(field)
    }.joined(separator: "&")
  }
}
