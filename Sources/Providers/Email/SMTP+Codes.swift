internal import Delivery

extension SMTP {
  private static let delivery: [SMTPReply.Stage] = [.recipient, .data, .message]
  private static let content: [SMTPReply.Stage] = [.data, .message]

  /// What servers say: basic codes by [RFC 5321 §4.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.2), enhanced ones by
  /// [RFC 3463](https://www.rfc-editor.org/rfc/rfc3463) and
  /// [the registry](https://www.iana.org/assignments/smtp-enhanced-status-codes).
  static let codes = SMTPCodeTable(rows: throttling + opening + addresses + mails + general)

  private static let throttling: [SMTPCodeTable.Row] = [
    // https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html
    .init(
      [], ["454"], words: ["throttling failure"], .throttled(wait: nil, scope: .connector),
      "the server's rate or quota is used up"),
    .init([], ["421"], .transient(wait: nil), "the server closes the connection for now"),
  ]

  private static let opening: [SMTPCodeTable.Row] = [
    .init(
      [.greeting], ["4xx", "5xx"], .transient(wait: nil), "the server takes no connections now"),
    .init([.hello], ["4xx"], .transient(wait: nil), "the server is not ready"),
    .init(
      [.hello], ["5xx"], .misconfigured(.account),
      "the server does not take our introduction: set name to the host name of this machine"),
    .init([.startTLS], ["4xx"], .transient(wait: nil), "the server cannot speak TLS for now"),
    .init([.startTLS], ["5xx"], .misconfigured(.account), "the server refuses STARTTLS"),
    .init(
      [.login], ["4xx"], .transient(wait: nil), "the server cannot check the login for now"),
    .init(
      [.login], ["5xx"], .misconfigured(.account),
      "the server does not take the login: check auth"),
    .init(
      [], ["530", "534", "535", "538"], .misconfigured(.account),
      "the server wants a login, or another one, or encryption: check auth and secure"),
  ]

  private static let addresses: [SMTPCodeTable.Row] = [
    .init(
      [.mail], ["5.2.3", "5.3.4"], .rejected, reason: .contentRefused, "the mail is too large"),
    // Many servers judge the sender only when they know the recipient.
    .init(
      delivery, ["5.1.7", "5.1.8"], .misconfigured(.account),
      "the server does not take the sender: check fromEmail"),
    .init(
      delivery, ["5xx"], words: ["sender address rejected"], .misconfigured(.account),
      "the server does not take the sender: check fromEmail"),
    .init(
      [.recipient], ["4.7.x"], .throttled(wait: .seconds(60), scope: .recipient),
      "the server wants the mail for this recipient later (greylisting)"),
    .init(
      delivery, ["5.1.x"], .rejected, reason: .recipientInvalid, "there is no such recipient"),
    .init(
      delivery, ["5xx"],
      words: ["relay access denied", "relaying denied", "unable to relay", "relay not permitted"],
      .misconfigured(.account),
      "the server does not relay for us: check auth, or allow this machine there"),
    .init(
      delivery, ["5.2.3", "5.3.4"], .rejected, reason: .contentRefused, "the mail is too large"),
    .init(
      delivery, ["5.2.x"], .rejected, reason: .recipientUnreachable,
      "the recipient's mailbox is full, disabled or takes nothing from us"),
    .init(
      [.recipient], ["5.7.x"], .rejected, reason: .policyRefused,
      "the server takes no mail for this recipient from us"),
  ]

  private static let mails: [SMTPCodeTable.Row] = [
    // https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online
    .init(
      content, ["5.7.57", "5.7.60"], .misconfigured(.account),
      "the login may not send as this sender: check auth and fromEmail"),
    .init(
      content, ["5.7.x"], .rejected, reason: .policyRefused,
      "the server refuses the mail by its policy: look at the template, and at the sender's SPF and DKIM"
    ),
    .init(
      content, ["5.6.x"], .rejected, reason: .contentRefused,
      "the server refuses the mail's content"
    ),
  ]

  /// By the basic code alone, for servers without enhanced codes and for those that say nothing special.
  private static let general: [SMTPCodeTable.Row] = [
    .init(
      [.recipient], ["4.1.x", "4.2.1", "4.2.2", "4.2.3", "4.3.x", "4.4.x", "4.5.x"],
      .transient(wait: nil), "the server cannot take the mail for now"),
    .init(
      [.recipient], ["450"], .throttled(wait: .seconds(60), scope: .recipient),
      "the server wants the mail for this recipient later (greylisting)"),
    .init([], ["4xx"], .transient(wait: nil), "the server cannot take the mail for now"),
    .init(
      [], ["500", "501", "502", "503", "504", "555"], .misconfigured(.destination),
      "the server does not understand us"),
    .init(
      [.mail], ["552"], .rejected, reason: .contentRefused, "the mail is too large"),
    .init(
      [.mail], ["5xx"], .misconfigured(.account),
      "the server does not take the sender: check fromEmail and auth"),
    .init(
      [.recipient], ["551", "553", "556"], .rejected, reason: .recipientInvalid,
      "there is no such recipient"),
    .init(
      [.recipient], ["5xx"], .rejected, reason: .recipientUnreachable,
      "the server takes no mail for this recipient"),
    .init(
      content, ["552"], .rejected, reason: .recipientUnreachable,
      "the mailbox is full, or the mail too large"),
    .init(content, ["5xx"], .rejected, reason: .contentRefused, "the server refuses the mail"),
  ]
}
