import Delivery

/// Sends mails by a server that speaks [SMTP](https://www.rfc-editor.org/rfc/rfc5321).
///
/// The settings are those of [Logto's SMTP connector](https://docs.logto.io/integrations/smtp), all of them, with one
/// difference: STARTTLS is required unless the settings say otherwise, because whoever can change the traffic can take
/// the server's offer away and read the codes.
struct SMTP: Driver {
  static let descriptor = DriverDescriptor(
    id: "simple-mail-transfer-protocol", channel: .email, name: "SMTP",
    documentation: "https://docs.logto.io/integrations/smtp", text: .templates,
    settings: settings, concurrency: 8)

  private let server: SMTPServer
  private let composer: MailComposer
  private let tokens: SMTPTokens?
  var tokenSource: TokenSource? { tokens?.source }

  init(settings: SettingsReader) throws(InvalidSettings) {
    let composer = Self.composer(in: settings)
    let server = SMTPServer(settings: settings)
    let auth = settings.mapping("auth")
    let wantsTokens = SMTPTokens.isWanted(by: auth)
    tokens = wantsTokens ? SMTPTokens(auth) : nil
    guard let composer, let server, wantsTokens == (tokens != nil) else { throw InvalidSettings() }
    self.composer = composer
    self.server = server
  }

  func exchange(for message: Message, context: SendContext) throws(Refusal) -> Exchange {
    guard case .mail(let mail) = message.content, !mail.body.isEmpty else {
      throw Refusal(
        Answer(
          .rejected, reason: .contentRefused, code: "content.missing",
          detail: "there is no text to send"))
    }
    var server = server
    if let tokens {
      guard let token = context.token else {
        throw Refusal(
          Answer(.transient(wait: nil), code: "token.missing", detail: "there is no token to send"))
      }
      server.login = .token(user: tokens.user, token: token)
    }
    let composed: MailComposer.Composed
    do throws(MailParties.Fault) {
      composed = try composer.compose(
        mail, to: message.recipient.address, eventID: message.eventID, date: context.now)
    } catch {
      throw Refusal(error.answer)
    }
    return .smtp(
      SMTPExchange(
        server: server, sender: composed.sender, recipient: composed.recipient,
        data: composed.bytes, messageID: composed.messageID))
  }

  func answer(to reply: Reply) -> Answer {
    guard case .smtp(let reply) = reply else { return .foreignReply }
    guard reply.stage == .message, (200..<300).contains(reply.code) else {
      return Self.codes.answer(to: reply)
    }
    return Answer(
      .accepted, code: SMTPCodeTable.code(of: reply),
      providerMessageIDs: [reply.messageID, Self.queueID(in: reply.text)].compactMap(\.self)
        .filter(isReadableID))
  }

  func probe(context: SendContext) -> Probe {
    var server = server
    // Less than whoever asks waits: it is opening that can say what the server owes us.
    server.openingLimit = min(server.openingLimit, .seconds(8))
    if let tokens {
      guard let token = context.token else {
        return .impossible("its login needs an access token first")
      }
      server.login = .token(user: tokens.user, token: token)
    }
    return .exchange(.smtp(SMTPExchange(opening: server)))
  }

  /// A login that was taken, or, where there is none in the settings, a server that answers.
  func result(ofProbe reply: Reply) -> ProbeResult {
    guard case .smtp(let reply) = reply else { return .foreignReply }
    return switch (reply.stage, reply.code / 100) {
    case (.login, 2): .works("takes the login")
    case (.hello, 2) where server.login == nil && tokens == nil:
      .works("answers; there is no login in the settings")
    case (.hello, 2):
      .untold(
        code: SMTPCodeTable.code(of: reply),
        "the server offers no login, and auth was not tried: see host and port, or take auth away")
    default: ProbeResult(Self.codes.answer(to: reply))
    }
  }

  /// The id under which the server queued the mail, when it says so in a usual way: `queued as 4Tz…`, or an id alone
  /// behind `Ok`.
  private static func queueID(in text: String) -> String? {
    let words = text.split(separator: " ")
    if let place = words.indices.dropLast(2).first(where: {
      words[$0].lowercased() == "queued" && words[$0 + 1].lowercased() == "as"
    }) {
      return String(words[place + 2])
    }
    guard words.count == 2, words[0].lowercased() == "ok" else { return nil }
    return String(words[1])
  }
}
