/// One mail for one recipient, whole; or only the way to its server.
public struct SMTPExchange: Sendable {
  /// Where it goes.
  public var server: SMTPServer
  /// The envelope's sender, to whom bounces go: an address without angle brackets.
  public var sender: String
  /// The envelope's recipient: an address without angle brackets.
  public var recipient: String
  /// The mail as [RFC 5322](https://www.rfc-editor.org/rfc/rfc5322) has it: lines that end in CR LF, dots not doubled.
  public var data: [UInt8]
  /// Its Message-ID without angle brackets, the same for every try.
  public var messageID: String
  /// Whether nothing is sent: connecting, encrypting and logging in is all.
  public let isOpeningOnly: Bool

  /// A mail.
  public init(
    server: SMTPServer, sender: String, recipient: String, data: [UInt8], messageID: String
  ) {
    self.server = server
    self.sender = sender
    self.recipient = recipient
    self.data = data
    self.messageID = messageID
    isOpeningOnly = false
  }

  /// No mail, only what comes before one: connecting, encrypting, logging in.
  ///
  /// The reply is the server's last: to the login, or to EHLO where there was none.
  public init(opening server: SMTPServer) {
    self.server = server
    (sender, recipient, data, messageID) = ("", "", [], "")
    isOpeningOnly = true
  }

  /// Whether only a server with SMTPUTF8 can take it ([RFC 6531](https://www.rfc-editor.org/rfc/rfc6531)).
  public var isInternational: Bool {
    !sender.utf8.allSatisfy { $0 < 0x80 } || !recipient.utf8.allSatisfy { $0 < 0x80 }
      || !data.allSatisfy { $0 < 0x80 }
  }
}

// An exchange holds credentials, codes and addresses. What prints one shows where it goes and how large it is.
extension SMTPExchange: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Server and size.
  public var description: String {
    let way = "smtp://\(server.host):\(server.port)"
    return isOpeningOnly ? "OPEN \(way)" : "MAIL \(way) (\(data.count) bytes)"
  }
  /// The same as `description`.
  public var debugDescription: String { description }
  /// Shows no part of the mail.
  public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}
