internal import Delivery
internal import JSON

/// A mail as providers' interfaces want it: not one text, but its parts, each of them checked.
struct OutgoingMail {
  /// What it says.
  enum Content {
    /// Our text: the plain part, the HTML part or both.
    case text(plain: String?, html: String?)
    /// The provider's template.
    case hosted(Message.HostedMail)
  }

  /// Who writes.
  var from: Mailbox
  /// To whom.
  var to: MailAddress
  /// Where answers go, when not to `from`.
  var replyTo: [Mailbox]
  /// The subject; nil where the provider's template has it.
  var subject: String?
  /// What it says.
  var content: Content
}

extension MailParties {
  /// The mail that hands `message` over.
  /// - Parameters:
  ///   - message: the message.
  ///   - mayBeInternational: whether the provider takes addresses with other letters than ASCII's before the `@`.
  /// - Returns: the mail.
  /// - Throws: ``Refusal`` when there is no text, or when something in it cannot stand where it would have to.
  func mail(
    for message: Message, mayBeInternational: Bool = false
  ) throws(Refusal) -> OutgoingMail {
    let content: OutgoingMail.Content
    let subject: String?
    let given: (sendFrom: String?, replyTo: String?)
    switch message.content {
    case .mail(let mail) where !mail.body.isEmpty:
      content = mail.isHTML ? .both(mail) : .text(plain: mail.body, html: nil)
      subject = mail.subject
      given = (mail.sendFrom, mail.replyTo)
    case .hostedMail(let hosted):
      content = .hosted(hosted)
      subject = hosted.subject
      given = (hosted.sendFrom, hosted.replyTo)
    default:
      throw Refusal(
        Answer(
          .rejected, reason: .contentRefused, code: "content.missing",
          detail: "there is no text to send"))
    }
    let parties: Resolved
    do throws(Fault) {
      parties = try resolved(
        recipient: message.recipient.address, sendFrom: given.sendFrom, replyTo: given.replyTo,
        headers: [subject])
    } catch {
      throw Refusal(error.answer)
    }
    guard mayBeInternational || parties.to.localPart.utf8.allSatisfy({ $0 < 0x80 }) else {
      throw Refusal(
        Answer(
          .rejected, reason: .recipientUnreachable, code: "recipient.utf8",
          detail: "the provider takes only addresses in ASCII before the @"))
    }
    return OutgoingMail(
      from: parties.from, to: parties.to, replyTo: parties.replyTo, subject: subject,
      content: content)
  }
}

extension OutgoingMail {
  /// Where answers go, with commas between, letters of other scripts as they are.
  var replyToText: String { replyTo.map(\.text).joined(separator: ", ") }
}

extension OutgoingMail.Content {
  /// HTML with the plain part that its template gives, or one made of it where it says anything.
  fileprivate static func both(_ mail: Message.Mail) -> OutgoingMail.Content {
    let plain = mail.plainText ?? PlainText.text(of: mail.body)
    return .text(plain: plain.allSatisfy(\.isWhitespace) ? nil : plain, html: mail.body)
  }
}

extension Mailbox {
  /// Name and address on one line, letters of other scripts as they are: for providers that encode them.
  var text: String {
    guard let name, !name.isEmpty else { return address.text }
    let isWords = name.unicodeScalars.allSatisfy { $0 == " " || $0.isAtomText }
    return "\(isWords ? name : quoted(name)) <\(address.text)>"
  }

  /// Name and address on one line of ASCII, as headers have them.
  var encodedText: String {
    guard let name, !name.isEmpty else { return address.text }
    let phrase = HeaderText.phrase(name, from: 0).replacing("\r\n", with: "")
    return "\(phrase) <\(address.text)>"
  }
}

extension JSONWriter {
  /// Writes an object of address and name.
  mutating func mailbox(_ mailbox: Mailbox) {
    beginObject()
    key("email")
    string(mailbox.address.text)
    if let name = mailbox.name, !name.isEmpty {
      key("name")
      string(name)
    }
    endObject()
  }

  /// Writes a member whose value is text.
  mutating func member(_ name: StaticString, _ text: String) {
    key(name)
    string(text)
  }
}
