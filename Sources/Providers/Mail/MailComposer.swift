internal import Delivery
internal import Digest

/// Makes mails: a rendered text in, lines of [RFC 5322](https://www.rfc-editor.org/rfc/rfc5322) out.
///
/// An HTML text goes out as `multipart/alternative` with a plain part made of it. Everything but addresses of other
/// scripts is ASCII, in lines of at most 76 bytes where a word allows, so that every server takes it.
struct MailComposer: Sendable {
  /// Who writes.
  let from: Mailbox
  /// Where answers go, when not to `from`.
  let replyTo: [Mailbox]
  /// More headers, in their order; checked by `complaint(about:)`.
  let customHeaders: [(name: String, value: String)]

  /// A mail with its envelope.
  struct Composed {
    var sender: String
    var recipient: String
    var messageID: String
    var bytes: [UInt8]
  }

  /// Makes the mail for one message.
  /// - Parameters:
  ///   - mail: subject and text.
  ///   - recipient: the recipient's address.
  ///   - eventID: the idempotency key that the Message-ID is made of.
  ///   - date: the time.
  /// - Returns: the mail with its envelope.
  /// - Throws: ``MailParties/Fault``; nothing in the mail may come to stand where it does not belong.
  func compose(
    _ mail: Message.Mail, to recipient: String, eventID: String, date: Timestamp
  ) throws(MailParties.Fault) -> Composed {
    let parties = try MailParties(from: from, replyTo: replyTo).resolved(
      recipient: recipient, sendFrom: mail.sendFrom, replyTo: mail.replyTo, headers: [mail.subject])
    let hash = Self.hash(of: eventID)
    let messageID = "\(hash)@\(from.address.domain)"

    var header = Header()
    header.add("Date", date.mailDate)
    header.add("From", Self.text(of: [parties.from], name: "From"))
    header.add("To", Self.text(of: [Mailbox(name: nil, address: parties.to)], name: "To"))
    if !parties.replyTo.isEmpty {
      header.add("Reply-To", Self.text(of: parties.replyTo, name: "Reply-To"))
    }
    header.add("Subject", HeaderText.unstructured(mail.subject, name: "Subject"))
    header.add("Message-ID", "<\(messageID)>")
    header.add("MIME-Version", "1.0")
    if !customHeaders.contains(where: { $0.name.lowercased() == "auto-submitted" }) {
      // https://www.rfc-editor.org/rfc/rfc3834#section-5: nobody's absence should answer a code.
      header.add("Auto-Submitted", "auto-generated")
    }
    for (name, value) in customHeaders {
      header.add(name, HeaderText.unstructured(value, name: name))
    }
    return Composed(
      sender: parties.from.address.text, recipient: parties.to.text, messageID: messageID,
      bytes: header.bytes + Self.content(of: mail, hash: hash))
  }

  /// 128 bits of SHA-256: the same for every try, and nothing of the id shows.
  private static func hash(of eventID: String) -> String {
    SHA256.digest(of: Array(eventID.utf8)).prefix(16).map(\.self).hex
  }

  private static func text(of mailboxes: [Mailbox], name: String) -> String {
    var result = ""
    for (index, mailbox) in mailboxes.enumerated() {
      if index > 0 { result += ",\r\n " }
      let column = index > 0 ? 1 : name.utf8.count + 2
      guard let display = mailbox.name else {
        result += mailbox.address.text
        continue
      }
      let phrase = HeaderText.phrase(display, from: column)
      let address = "<\(mailbox.address.text)>"
      let lastLine =
        phrase.utf8.count
        - (phrase.utf8.lastIndex(of: 0x0A).map {
          phrase.utf8.distance(from: phrase.utf8.startIndex, to: $0)
        } ?? -column)
      let fits = lastLine + address.utf8.count + 1 <= HeaderText.width
      result += phrase + (fits ? " " : "\r\n ") + address
    }
    return result
  }

  // MARK: - The text

  private static func content(of mail: Message.Mail, hash: String) -> [UInt8] {
    guard mail.isHTML else { return part("text/plain", mail.body) }
    // No encoded line can hold "=_", so the boundary cannot stand in a part (RFC 2045 §6.7).
    let boundary = "=_\(hash)"
    var bytes = Array(
      "Content-Type: multipart/alternative;\r\n boundary=\"\(boundary)\"\r\n\r\n".utf8)
    let plain = mail.plainText ?? PlainText.text(of: mail.body)
    for part in [part("text/plain", plain), part("text/html", mail.body)] {
      bytes += "--\(boundary)\r\n".utf8
      bytes += part
    }
    bytes += "--\(boundary)--\r\n".utf8
    return bytes
  }

  private static func part(_ type: String, _ text: String) -> [UInt8] {
    let (encoding, body) = MailBody.encoded(text)
    let head =
      "Content-Type: \(type); charset=utf-8\r\nContent-Transfer-Encoding: \(encoding)\r\n\r\n"
    return Array(head.utf8) + body
  }
}

extension MailComposer {
  /// Headers that are not the settings' to write.
  private static let ours: Set<String> = [
    "from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "mime-version",
    "content-type", "content-transfer-encoding", "content-disposition", "return-path", "received",
  ]

  /// What is wrong with a header of the settings; nil when nothing is.
  static func complaint(about name: String, _ value: String) -> String? {
    guard (1...64).contains(name.utf8.count),
      name.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") })
    else { return "is no name of a header: printable ASCII without spaces and colons" }
    guard !ours.contains(name.lowercased()) else {
      return "is a header that every mail has already"
    }
    guard !value.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    else { return "must not hold control characters or line breaks" }
    return nil
  }
}

/// The lines of a header.
private struct Header {
  var bytes: [UInt8] = []

  /// Adds a line, or a few that folding made.
  mutating func add(_ name: String, _ value: String) {
    bytes += "\(name): \(value)\r\n".utf8
  }
}
