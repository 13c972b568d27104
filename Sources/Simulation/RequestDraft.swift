import Delivery

/// What a producer asks for.
struct RequestDraft {
  var serial: Int
  var id: String?
  var recipient: String
  var supersedes: Bool
  /// In milliseconds.
  var lifetime: Int64
  var isReadable = true
  /// Whether nothing went wrong any more when it was asked for.
  var isLate = false

  /// The record's value.
  var value: [UInt8] {
    guard isReadable else { return Array("{".utf8) }
    var text = "{"
    if let id { text += "\"id\":\"\(id)\"," }
    text += "\"to\":\"\(recipient)\",\"usageType\":\"SignIn\",\"ttlSeconds\":\(lifetime / 1_000),"
    if !supersedes { text += "\"supersede\":false," }
    text += "\"payload\":{\"code\":\"\(serial)\"}}"
    return Array(text.utf8)
  }
}
