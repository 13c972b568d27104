/// What a mail server offers, from its reply to EHLO ([RFC 5321 §4.1.1.1](https://www.rfc-editor.org/rfc/rfc5321#section-4.1.1.1)).
struct SMTPCapabilities: Equatable {
  /// Whether commands may be written before earlier ones are answered (RFC 2920).
  var pipelining = false
  /// Whether it takes bytes beyond ASCII (RFC 6152).
  var eightBit = false
  /// Whether it takes addresses beyond ASCII (RFC 6531).
  var utf8 = false
  /// Whether it wants to know a mail's size (RFC 1870).
  var size = false
  /// The largest mail in bytes; nil when it does not say.
  var largestMail: Int?

  /// Nothing but what every server can.
  init() {}

  /// What the lines of the reply say; the first is a greeting.
  init(lines: [String]) {
    for line in lines.dropFirst() {
      let words = line.split(separator: " ")
      switch words.first?.uppercased() {
      case "PIPELINING": pipelining = true
      case "8BITMIME": eightBit = true
      case "SMTPUTF8": utf8 = true
      case "SIZE":
        size = true
        if words.count > 1, let limit = Int(words[1]), limit > 0 { largestMail = limit }
      default: break
      }
    }
  }
}
