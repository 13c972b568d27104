/// A phone number or a mail address, checked and in its canonical form.
///
/// Prints masked, so that it may not slip into a log.
public struct Recipient: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
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
    guard text.utf8.count <= 254, let at = text.lastIndex(of: "@") else { return nil }
    let local = text[..<at]
    let domain = text[text.index(after: at)...]
    guard !local.isEmpty, local.utf8.count <= 64, domain.contains("."),
      !domain.hasPrefix("."), !domain.hasSuffix("."), !domain.contains("..")
    else { return nil }
    let isClean = text.unicodeScalars.allSatisfy {
      $0.value > 0x20 && $0.value != 0x7F && !(0x80...0x9F).contains($0.value)
        && $0 != "<" && $0 != ">" && $0 != "," && $0 != ";" && !$0.properties.isWhitespace
    }
    return isClean ? "\(local)@\(domain.lowercased())" : nil
  }

  /// The recipient as people may see it: `+45•••••78`, `a•••@example.com`.
  public var masked: String {
    switch channel {
    case .sms:
      // Digits are ASCII, so that bytes can be counted, which is cheaper than characters.
      let hidden = String(repeating: "•", count: max(0, address.utf8.count - 5))
      return address.prefix(3) + hidden + address.suffix(2)
    case .email:
      let domain = address.utf8.lastIndex(of: UInt8(ascii: "@")).map { address[$0...] } ?? ""
      return address.prefix(1) + "•••" + domain
    }
  }

  public var description: String { masked }
  public var debugDescription: String { masked }
}
