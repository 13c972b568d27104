internal import Delivery
internal import Digest

// What several drivers take out of a message and its context.

extension Message {
  /// The text of a text message.
  /// - Parameter longest: the most characters (Unicode scalars) that the provider takes.
  /// - Returns: the text, which is not empty.
  /// - Throws: ``Refusal`` when there is none, or when it is longer. That is not the template's fault alone: the values of
  ///   one message may be what makes it too long.
  func text(atMost longest: Int = .max) throws(Refusal) -> String {
    guard case .text(let text) = content, !text.isEmpty else {
      throw Refusal(
        Answer(
          .rejected, reason: .contentRefused, code: "content.missing",
          detail: "there is no text to send"))
    }
    guard text.unicodeScalars.count <= longest else {
      throw Refusal(
        Answer(
          .rejected, reason: .contentRefused, code: "content.length",
          detail: "the text has more than \(longest) characters, the most that the provider takes"))
    }
    return text
  }

  /// The provider's template with the values for it.
  /// - Throws: ``Refusal`` when there is none.
  func filledTemplate() throws(Refusal) -> FilledTemplate {
    guard case .template(let template) = content else {
      throw Refusal(
        Answer(
          .misconfigured(.template), code: "content.missing",
          detail: "there is no template to send"))
    }
    return template
  }

  /// What we call the message, for the provider to echo in its receipts: the event id, or 32 digits of its SHA-256 when it
  /// is longer than `limit` or holds what may not stand there, by default all but printable ASCII.
  func reference(
    atMost limit: Int, of mayStand: (UInt8) -> Bool = { (0x21...0x7E).contains($0) }
  ) -> String {
    let isPlain = eventID.utf8.count <= limit && eventID.utf8.allSatisfy(mayStand)
    return isPlain ? eventID : String(SHA256.digest(of: Array(eventID.utf8)).hex.prefix(32))
  }
}

extension SendContext {
  /// The whole seconds until the message becomes worthless, within what the provider takes: beyond them it would still
  /// deliver what had to wait.
  func lifetime(in range: ClosedRange<Int64>) -> Int64 {
    min(max((deadline - now).components.seconds, range.lowerBound), range.upperBound)
  }
}

extension SettingsReader {
  /// A sender: a name as it is, or a number without the `+` that some providers do not take.
  /// - Throws: ``InvalidSettings`` when it is missing.
  func sender(_ key: String) throws(InvalidSettings) -> String {
    let text = try required(key)
    return text.wholeMatch(of: /\+([0-9]+)/).map { String($0.1) } ?? text
  }
}

extension Secret {
  /// The value of `Authorization` for HTTP Basic ([RFC 7617](https://www.rfc-editor.org/rfc/rfc7617)).
  static func basic(user: String, password: Secret) -> Secret {
    Secret("Basic " + Array("\(user):\(password.reveal())".utf8).base64)
  }
}
