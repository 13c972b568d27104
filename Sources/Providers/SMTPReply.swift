/// One whole reply of a mail server: the one that decided what became of the mail.
public struct SMTPReply: Sendable, Equatable {
  /// What it replies to.
  public enum Stage: String, Sendable, CaseIterable {
    /// The connection.
    case greeting
    /// EHLO or HELO.
    case hello
    /// STARTTLS.
    case startTLS
    /// AUTH.
    case login
    /// MAIL, which names the sender.
    case mail
    /// RCPT, which names the recipient.
    case recipient
    /// DATA, which asks for leave to send the mail.
    case data
    /// The mail itself, ended by a dot.
    case message
  }

  /// What it replies to.
  public var stage: Stage
  /// The code, 200–599 ([RFC 5321 §4.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.2)).
  public var code: Int
  /// The enhanced code, when the server gave one that agrees with `code`.
  public var enhancedCode: SMTPEnhancedCode?
  /// What the server said behind the codes, lines joined by spaces, at most 1,024 bytes; may quote addresses.
  public var text: String
  /// The mail's Message-ID without angle brackets.
  public var messageID: String

  /// A reply.
  public init(
    stage: Stage, code: Int, enhancedCode: SMTPEnhancedCode? = nil, text: String = "",
    messageID: String = ""
  ) {
    self.stage = stage
    self.code = code
    self.enhancedCode = enhancedCode
    self.text = text
    self.messageID = messageID
  }
}

extension SMTPReply: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Stage and codes.
  public var description: String {
    "SMTP \(code)\(enhancedCode.map { " \($0)" } ?? "") to \(stage.rawValue)"
  }
  /// The same as `description`.
  public var debugDescription: String { description }
  /// Shows nothing of the text.
  public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}

/// An enhanced status code such as `5.1.1` ([RFC 3463](https://www.rfc-editor.org/rfc/rfc3463)).
public struct SMTPEnhancedCode: Sendable, Hashable, CustomStringConvertible {
  /// 2 for success, 4 for a temporary, 5 for a permanent failure.
  public var kind: Int
  /// What it is about: 1 address, 2 mailbox, 3 mail system, 4 network, 5 protocol, 6 content, 7 policy.
  public var subject: Int
  /// What exactly.
  public var detail: Int

  /// A code of its three numbers.
  public init(_ kind: Int, _ subject: Int, _ detail: Int) {
    self.kind = kind
    self.subject = subject
    self.detail = detail
  }

  /// Reads a code; nil when `text` is none.
  public init?(_ text: some StringProtocol) {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, [[0x32], [0x34], [0x35]].contains(Array(parts[0])) else { return nil }
    let numbers = parts.map { part -> Int? in
      guard (1...3).contains(part.count), part.allSatisfy({ (0x30...0x39).contains($0) }) else {
        return nil
      }
      return part.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
    guard let kind = numbers[0], let subject = numbers[1], let detail = numbers[2] else {
      return nil
    }
    self.init(kind, subject, detail)
  }

  /// The code as servers write it.
  public var description: String { "\(kind).\(subject).\(detail)" }
}
