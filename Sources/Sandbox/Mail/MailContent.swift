/// The bytes of a message as they come, line by line, and what is wrong with them.
struct MailContent {
  /// Without CR LF. https://www.rfc-editor.org/rfc/rfc5322#section-2.1.1
  static let lineLimit = 998

  private(set) var bytes: [UInt8] = []
  private var isTooLarge = false
  private var hasLongLine = false
  private var hasBareBreak = false
  private var isPastHeader = false
  private var hasUTF8Header = false

  mutating func append(_ line: ArraySlice<UInt8>, limit: Int) {
    hasLongLine = hasLongLine || line.count > Self.lineLimit
    hasBareBreak = hasBareBreak || line.contains { $0 == 10 || $0 == 13 }
    // A body of 8 bits is taken without BODY=8BITMIME, as servers do.
    if !isPastHeader, line.contains(where: { $0 >= 0x80 }) { hasUTF8Header = true }
    if line.isEmpty { isPastHeader = true }
    guard !isTooLarge else { return }
    guard bytes.count + line.count + 2 <= limit else {
      isTooLarge = true
      bytes = []
      return
    }
    bytes += line
    bytes += [13, 10]
  }

  /// Why a strict server refuses it; nil when it does not.
  func complaint(about mail: ReceivedMail) -> String? {
    if isTooLarge { return "552 5.3.4 Message size exceeds fixed limit" }
    if hasLongLine { return "554 5.6.0 Message has a line of more than 998 octets" }
    if hasBareBreak { return "550 5.5.2 Bare <CR> or <LF> received" }
    if hasUTF8Header, !mail.has("SMTPUTF8") {
      return "554 5.6.7 Header is not ASCII and SMTPUTF8 was not declared"
    }
    let header = MailHeader(bytes)
    for name in ["From", "Date"] where header.all(name).count != 1 {
      return "554 5.6.0 Message must have one \(name) header"
    }
    return nil
  }
}
