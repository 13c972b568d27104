import Providers

extension SMTPExchange: PooledExchange {
  /// The longest line of a mail in bytes, without CR LF ([RFC 5321 §4.5.3.1.6](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.6)).
  private static let longestLine = 998

  /// Why the mail must not be written, nil when it may.
  ///
  /// Nothing in the envelope may become a command of its own.
  var complaint: String? {
    guard Self.isAddress(sender) else { return "the sender's address cannot stand in a command" }
    guard isOpeningOnly || !recipient.isEmpty, Self.isAddress(recipient) else {
      return "the recipient's address cannot stand in a command"
    }
    guard !server.host.isEmpty, server.host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      return "the host is no name"
    }
    guard server.login == nil || server.security != .none || server.allowsPlaintextLogin else {
      return "the login would go over a connection that is not encrypted"
    }
    guard
      data.split(whereSeparator: { $0 == 0x0D || $0 == 0x0A })
        .allSatisfy({ $0.count <= Self.longestLine })
    else { return "a line of the mail is longer than \(Self.longestLine) bytes" }
    return nil
  }

  /// Whether `text` can stand between angle brackets; at most 320 bytes.
  private static func isAddress(_ text: String) -> Bool {
    text.utf8.count <= 320
      && text.unicodeScalars.allSatisfy { scalar in
        scalar.value > 0x20 && !(0x7F...0x9F).contains(scalar.value) && scalar != "<"
          && scalar != ">" && scalar.value != 0x2028 && scalar.value != 0x2029
      }
  }

  /// Writes the mail and the dot behind it.
  ///
  /// Every line ends in CR LF, whatever ended it before: a server that took a bare LF for a line's end could be made
  /// to see a dot where there is none. A dot that begins a line is doubled
  /// ([RFC 5321 §4.5.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.2)).
  func writeMail(into buffer: inout OutgoingBuffer) {
    buffer.clear()
    var lines: [UInt8] = []
    lines.reserveCapacity(data.count + 64)
    var last: UInt8 = 0x0A
    for byte in data {
      switch byte {
      case 0x0A where last == 0x0D: break
      case 0x0A, 0x0D: lines += [0x0D, 0x0A]
      case UInt8(ascii: ".") where last == 0x0A || last == 0x0D:
        lines += [byte, byte]
      default: lines.append(byte)
      }
      last = byte
    }
    if last != 0x0A, last != 0x0D { lines += [0x0D, 0x0A] }
    buffer.append(lines)
    buffer.append(".\r\n")
  }

  /// What the commands need to know.
  var envelope: SMTPDialogue.Envelope {
    SMTPDialogue.Envelope(
      sender: sender, recipient: recipient, size: data.count, isInternational: isInternational,
      messageID: messageID)
  }
}
