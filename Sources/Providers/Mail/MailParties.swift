internal import Delivery

/// Who writes and where answers go: what the settings say, and what a template says in their place.
struct MailParties: Sendable {
  /// Who writes.
  let from: Mailbox
  /// Where answers go, when not to `from`.
  let replyTo: [Mailbox]

  /// A message whose parties cannot stand in a mail.
  enum Fault: Error, Equatable {
    /// The recipient's address could be read as anything else.
    case recipient
    /// The rendered `sendFrom` is neither a mailbox nor a name.
    case sendFrom
    /// The rendered `replyTo` is no mailbox.
    case replyTo
    /// A header would have more than one line.
    case lineBreak
  }

  /// The parties of one mail.
  struct Resolved {
    var from: Mailbox
    var to: MailAddress
    var replyTo: [Mailbox]
  }

  /// The parties of one mail.
  /// - Parameters:
  ///   - recipient: the recipient's address.
  ///   - sendFrom: the template's mailbox, or a name for the connector's.
  ///   - replyTo: the template's mailboxes.
  ///   - headers: what else becomes headers, such as the subject.
  /// - Returns: the parties, taken apart so that each can be put together safely.
  /// - Throws: ``Fault``; nothing in the mail may come to stand where it does not belong.
  func resolved(
    recipient: String, sendFrom: String?, replyTo: String?, headers: [String?]
  ) throws(Fault) -> Resolved {
    for text in headers + [sendFrom, replyTo]
    where text?.unicodeScalars.contains(where: { $0 == "\r" || $0 == "\n" }) == true {
      throw .lineBreak
    }
    guard let to = MailAddress(recipient) else { throw .recipient }
    let from = try sender(sendFrom)
    var answers = self.replyTo
    if let replyTo {
      guard let given = Mailbox.list(replyTo) else { throw .replyTo }
      answers = given
    }
    return Resolved(from: from, to: to, replyTo: answers)
  }

  /// The template's mailbox, or the connector's with the template's name.
  private func sender(_ text: String?) throws(Fault) -> Mailbox {
    guard let text = text?.trimmed, !text.isEmpty else { return from }
    if let mailbox = Mailbox(String(text)) { return mailbox }
    guard !text.contains("@"), !text.contains("<"), !text.contains(">") else { throw .sendFrom }
    return Mailbox(name: String(text), address: from.address)
  }
}

extension MailParties {
  /// Reads who writes and where answers go; nil when the settings do not say who writes.
  /// - Parameters:
  ///   - settings: the settings.
  ///   - from: the key of an address, or a name and an address.
  ///   - name: the key of a name, which goes before that of `from`.
  ///   - replyTo: the key of mailboxes.
  init?(
    _ settings: SettingsReader, from: String, name: String? = nil, replyTo: String? = "replyTo"
  ) {
    let mailbox = settings.mailbox(from)
    var answers: [Mailbox] = []
    if let key = replyTo, let text = settings.text(key) {
      if let given = Mailbox.list(text) {
        answers = given
      } else {
        settings.report(key, "must be an address, or a name and an address: Name <a@b.example>")
      }
    }
    guard var mailbox else { return nil }
    if let name = name.flatMap(settings.text) { mailbox.name = name }
    self.init(from: mailbox, replyTo: answers)
  }
}

extension SettingsReader {
  /// The mailbox at `key` that mail comes from; nil when it is missing or none, which is reported.
  func mailbox(_ key: String) -> Mailbox? {
    guard let text = text(key) else { return nil }
    guard let mailbox = Mailbox(text) else {
      report(key, "must be an address, or a name and an address: Name <no-reply@example.com>")
      return nil
    }
    guard mailbox.address.domain.utf8.allSatisfy({ $0 < 0x80 }) else {
      report(key, "must have a domain in ASCII: write its xn-- form")
      return nil
    }
    return mailbox
  }
}

extension MailParties.Fault {
  /// What the pipeline makes of it.
  var answer: Answer {
    switch self {
    case .recipient:
      Answer(
        .rejected, reason: .recipientInvalid, code: "recipient.invalid",
        detail: "the address cannot stand in a mail")
    case .sendFrom:
      Answer(
        .misconfigured(.template), code: "mail.send-from",
        detail: "the template's sendFrom is neither a name nor a mailbox such as Name <a@b.example>"
      )
    case .replyTo:
      Answer(
        .misconfigured(.template), code: "mail.reply-to",
        detail: "the template's replyTo is no mailbox such as a@b.example")
    case .lineBreak:
      Answer(
        .rejected, reason: .contentRefused, code: "mail.line-break",
        detail: "a line break would stand in the mail's header")
    }
  }
}
