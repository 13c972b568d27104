import Synchronization

/// The tokens that a stand-in has given out, each until it expires.
///
/// May be used from any thread. Holds at most a thousand; the oldest go first.
final class TokenBook: Sendable {
  private struct Token {
    let text: String
    let expiry: Int
  }
  private static let limit = 1_000
  private let tokens = Mutex<[Token]>([])

  /// A new token that is taken until `expiry`, in seconds since 1970.
  func issue(until expiry: Int) -> String {
    let token = Token(text: randomHex(43), expiry: expiry)
    tokens.withLock { tokens in
      if tokens.count >= Self.limit { tokens.removeFirst(Self.limit / 2) }
      tokens.append(token)
    }
    return token.text
  }

  /// Whether a token was given out and has not expired.
  func isValid(_ token: String, now: Int) -> Bool {
    tokens.withLock { $0.contains { $0.text == token && $0.expiry > now } }
  }
}
