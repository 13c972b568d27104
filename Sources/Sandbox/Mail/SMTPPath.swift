/// `FROM:<address> PARAMETER …`, the way MAIL and RCPT are followed.
/// https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2
struct SMTPPath: Equatable {
  let address: String
  let parameters: [String]

  /// Reads what stands behind MAIL or RCPT; nil when it is no path.
  init?(_ text: String, keyword: String) {
    guard text.prefix(keyword.count).uppercased() == keyword else { return nil }
    let rest = text.dropFirst(keyword.count).drop { $0 == " " }
    guard rest.first == "<", let end = rest.firstIndex(of: ">") else { return nil }
    let behind = rest[rest.index(after: end)...]
    guard behind.isEmpty || behind.first == " " else { return nil }
    address = String(rest[rest.index(after: rest.startIndex)..<end])
    parameters = behind.split(separator: " ").map(String.init)
  }

  /// Whether it is an address of somebody.
  var isMailbox: Bool { isMailAddress(address) }
  /// Whether any server takes it.
  var isASCII: Bool { address.utf8.allSatisfy { $0 < 0x80 } }
}
