/// A phone number or a mail address, checked and in its canonical form.
///
/// Prints masked, so that it may not slip into a log.
public struct Recipient: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// How messages reach it.
  public let channel: Channel
  /// A number as `+` and 7–15 digits (E.164), an address as it was given but for its domain, which is lower case.
  public let address: String
  /// What the producer wrote.
  public let original: String

  /// The number's digits without `+`; the address for mail.
  public var digits: String { channel == .sms ? String(address.dropFirst()) : address }

  /// Reads a recipient; nil when it is no number and no address.
  ///
  /// A number may have `+`, `00` or neither before it and spaces, dots, hyphens and parentheses
  /// inside; it has 7–15 digits. An address has one `@` that counts (the last), a local part, a dot in its
  /// domain, at most 254 bytes and no control characters or spaces.
  /// - Parameters:
  ///   - text: what the producer wrote.
  ///   - channel: what it must be; nil takes what it looks like.
  public init?(_ text: String, channel: Channel? = nil) {
    let channel = channel ?? (text.utf8.contains(UInt8(ascii: "@")) ? .email : .sms)
    guard let address = channel == .sms ? Self.number(text) : Self.mailAddress(text) else {
      return nil
    }
    self.channel = channel
    self.address = address
    original = text
  }

  private static func number(_ text: String) -> String? {
    var digits: [UInt8] = [UInt8(ascii: "+")]
    digits.reserveCapacity(16)
    var plus = false
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(byte)
      case UInt8(ascii: "+"):
        guard !plus, digits.count == 1 else { return nil }
        plus = true
      case UInt8(ascii: " "), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "("),
        UInt8(ascii: ")"):
        continue
      default: return nil
      }
      if digits.count > 18 { return nil }
    }
    if !plus, digits.count > 3, digits[1] == UInt8(ascii: "0"), digits[2] == UInt8(ascii: "0") {
      digits.removeSubrange(1...2)
    }
    guard (8...16).contains(digits.count) else { return nil }
    return String(decoding: digits, as: UTF8.self)
  }

  private static func mailAddress(_ text: String) -> String? {
    let bytes = text.utf8
    guard bytes.count <= 254, let at = bytes.lastIndex(of: UInt8(ascii: "@")),
      (1...64).contains(bytes.distance(from: bytes.startIndex, to: at))
    else { return nil }
    let domain = text[bytes.index(after: at)...]
    let labels = domain.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard labels.count > 1, !labels.contains(where: \.isEmpty),
      text.unicodeScalars.allSatisfy(isAllowedInAddress)
    else { return nil }
    return text[...at] + domain.lowercased()
  }

  private static func isAllowedInAddress(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "<", ">", ",", ";": false
    case "!"..."~": true
    default: scalar.value > 0x9F && !scalar.properties.isWhitespace
    }
  }

  /// The recipient as people may see it: `+45•••••78`, `a•••@example.com`.
  public var masked: String {
    // In bytes rather than characters, which are far dearer: this is done for every outcome.
    let bytes = address.utf8Span.span
    let shown: (first: Int, last: Int) =
      switch channel {
      case .sms: (3, 2)
      case .email:
        (
          address.unicodeScalars.first?.utf8.count ?? 0,
          bytes.count - (bytes.indices.last { bytes[$0] == UInt8(ascii: "@") } ?? 0)
        )
      }
    let hidden = channel == .sms ? max(0, bytes.count - 5) : 3
    let masked = [UInt8](capacity: shown.first + shown.last + 3 * hidden) { masked in
      for index in 0..<shown.first { masked.append(bytes[index]) }
      for _ in 0..<hidden { for byte in "•".utf8 { masked.append(byte) } }
      for index in (bytes.count - shown.last)..<bytes.count { masked.append(bytes[index]) }
    }
    return String(decoding: masked, as: UTF8.self)
  }

  /// ``masked``.
  public var description: String { masked }
  /// ``masked``.
  public var debugDescription: String { masked }
  /// Without children, so that `dump` shows no more than ``masked``.
  public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}
