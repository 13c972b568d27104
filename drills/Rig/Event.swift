import JSON

/// A request as a producer writes it.
struct Event: Sendable {
  var id: String
  var to: String
  var usageType = "SignIn"
  var code = "482913"
  /// Members of the request besides, as JSON.
  var more = ""

  /// A request for a recipient of its own, by number.
  static func sms(_ number: Int, prefix: String = "sms") -> Event {
    Event(id: "\(prefix)-\(number)", to: "+4520\(1_000_000 + number)")
  }

  /// The same by mail.
  static func mail(_ number: Int, prefix: String = "mail") -> Event {
    Event(id: "\(prefix)-\(number)", to: "person\(number)@example.com")
  }

  var value: [UInt8] {
    Array(
      #"{"id":"\#(id)","to":"\#(to)","usageType":"\#(usageType)","payload":{"code":"\#(code)"}\#(more)}"#
        .utf8)
  }
}
