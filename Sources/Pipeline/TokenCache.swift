import Delivery
import EventLoop
import Providers
import Transport

/// A connector's token: asked for once, whoever waits for it, and kept while it lives.
final class TokenCache {
  /// What became of a wish for a token.
  enum Ending {
    /// It is here.
    case token(Secret)
    /// It is not, and what that means for the message that waited: it was not sent.
    case failed(Answer)
    /// Stopping cut it short.
    case stopped

    /// What it means for the message that waited; nil when stopping cut it short.
    var answer: Answer? { if case .failed(let answer) = self { answer } else { nil } }
  }

  private let source: TokenSource
  private let client: any ExchangeClient
  private let loop: EventLoop
  private var kept: (value: Secret, until: ContinuousClock.Instant)?
  private var waiting: [(Ending) -> Void] = []

  init(_ source: TokenSource, client: any ExchangeClient, loop: EventLoop) {
    self.source = source
    self.client = client
    self.loop = loop
  }

  /// The token, while it lives.
  var token: Secret? {
    guard let kept, loop.now < kept.until else { return nil }
    return kept.value
  }

  /// Forgets a token that the provider does not know any more, unless there is another already.
  func drop(_ token: Secret) {
    if kept?.value == token { kept = nil }
  }

  /// Whether an exchange ended so because its token does not count any more.
  func isRefused(by ending: ExchangeEnding) -> Bool {
    switch ending {
    case .reply(let reply): source.isRefusal(reply)
    case .failed(let failure): failure.isLoginRefused
    }
  }

  /// Gets a token: the one that is there, or one asked for now, once for all who wait.
  ///
  /// `then` is told later, on the loop.
  func renew(at now: Timestamp, then: @escaping (Ending) -> Void) {
    if let token { return loop.soon { then(.token(token)) } }
    waiting.append(then)
    guard waiting.count == 1 else { return }
    client.send(
      .http(source.exchange(at: now)), deadline: loop.clock.now + Pipeline.exchangeTimeout
    ) { ending in
      let ending = self.ending(of: ending)
      let all = self.waiting
      self.waiting = []
      for then in all { then(ending) }
    }
  }

  private func ending(of ending: ExchangeEnding) -> Ending {
    switch ending {
    case .failed(let failure) where failure.isStopped: return .stopped
    case .failed(let failure): return .failed(failure.answer.withoutMessage)
    case .reply(.smtp): return .failed(Answer(.transient(wait: nil), code: "oauth.smtp"))
    case .reply(.http(let reply)):
      switch source.grant(in: reply) {
      case .refused(let answer): return .failed(answer)
      case .granted(let token):
        kept = (token.value, loop.now + token.lifetime)
        return .token(token.value)
      }
    }
  }
}

extension Answer {
  /// The same about an exchange that carried no message: whatever became of it, nothing was sent.
  fileprivate var withoutMessage: Answer {
    guard self.class == .ambiguous else { return self }
    return Answer(
      .transient(wait: nil), code: "oauth.\(code)",
      detail: "no token came, nothing was sent: \(detail)")
  }
}
