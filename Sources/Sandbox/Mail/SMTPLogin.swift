import Foundation

/// Where a login is: which answer of the client comes next.
enum SMTPLogin {
  case plain
  case user
  case password(user: String)
  case token
  /// After a refused token: any line, then the refusal.
  case refusedToken
}

extension SMTPSession {
  /// `AUTH mechanism [initial-response]`.
  /// https://www.rfc-editor.org/rfc/rfc4954
  mutating func beginLogin(_ rest: String) -> [Action] {
    guard isGreeted else { return refuse("503 5.5.1 Error: send HELO/EHLO first") }
    guard mail.login == nil else { return refuse("503 5.5.1 Error: already authenticated") }
    guard !hasSender else { return refuse("503 5.5.1 Error: MAIL transaction in progress") }
    guard mail.isEncrypted || !policy.needsTLS else {
      return refuse("530 5.7.0 Must issue a STARTTLS command first")
    }
    let words = rest.split(separator: " ").map(String.init)
    guard let mechanism = words.first?.uppercased(), words.count <= 2 else {
      return refuse("501 5.5.4 Syntax: AUTH mechanism")
    }
    let login: SMTPLogin
    let prompt: String
    switch mechanism {
    case "PLAIN": (login, prompt) = (.plain, "334 ")
    // `Username:` in base64.
    case "LOGIN": (login, prompt) = (.user, "334 VXNlcm5hbWU6")
    case "XOAUTH2": (login, prompt) = (.token, "334 ")
    default: return refuse("504 5.5.4 Error: authentication mechanism not supported")
    }
    guard words.count == 2 else {
      mode = .login(login)
      return [.reply(prompt)]
    }
    return proceed(login, with: Array((words[1] == "=" ? "" : words[1]).utf8))
  }

  /// Takes the next line of a login.
  mutating func proceed(_ login: SMTPLogin, with line: [UInt8]) -> [Action] {
    mode = .commands
    if case .refusedToken = login { return refuse("535 5.7.8 Error: authentication failed") }
    if line == [UInt8(ascii: "*")] { return refuse("501 5.7.0 Authentication aborted") }
    guard let data = Data(base64Encoded: Data(line)), let text = String(data: data, encoding: .utf8)
    else { return refuse("501 5.5.2 Error: cannot decode base64") }
    switch login {
    case .plain:
      let fields = text.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 3 else { return refuse("501 5.5.2 Error: bad PLAIN response") }
      return conclude("PLAIN", user: fields[1], password: fields[2])
    case .user:
      mode = .login(.password(user: text))
      // `Password:` in base64.
      return [.reply("334 UGFzc3dvcmQ6")]
    case .password(let user): return conclude("LOGIN", user: user, password: text)
    case .token: return concludeToken(text)
    case .refusedToken: return []
    }
  }

  /// `user=…^Aauth=Bearer …^A^A`. https://developers.google.com/workspace/gmail/imap/xoauth2-protocol
  private mutating func concludeToken(_ text: String) -> [Action] {
    let fields = text.split(separator: "\u{1}").map(String.init)
    let user = fields.first { $0.hasPrefix("user=") }?.dropFirst(5)
    let token = fields.first { $0.lowercased().hasPrefix("auth=bearer ") }?.dropFirst(12)
    guard let user, let token, text.hasSuffix("\u{1}\u{1}") else {
      return refuse("501 5.5.2 Error: bad XOAUTH2 response")
    }
    if !isKnown(String(user), String(token)) {
      mode = .login(.refusedToken)
      let reason = #"{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}"#
      return [.reply("334 " + Data(reason.utf8).base64EncodedString())]
    }
    return conclude("XOAUTH2", user: String(user), password: String(token))
  }

  private mutating func conclude(
    _ mechanism: String, user: String, password: String
  ) -> [Action] {
    guard isKnown(user, password) else { return refuse("535 5.7.8 Error: authentication failed") }
    return meetingLogin { session in
      session.mail.login = "\(mechanism) \(user)"
      return [.reply("235 2.7.0 Authentication successful")]
    }
  }

  private func isKnown(_ user: String, _ password: String) -> Bool {
    guard !user.isEmpty else { return false }
    return policy.credentials.isEmpty || policy.credentials[user] == password
  }
}
