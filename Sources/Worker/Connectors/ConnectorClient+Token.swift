import Delivery
import EventLoop
import Providers
import Transport

/// A token that was asked for by hand, and how the asking ended.
struct TokenAnswer {
  /// What came of it.
  var grant: TokenSource.Grant
  /// How the exchange ended, in words; nil when no whole reply came.
  var reply: HTTPReply?

  /// What it means that there is no token; nil when there is.
  var failure: Answer? { if case .refused(let answer) = grant { answer } else { nil } }
  /// The token.
  var token: Secret? { if case .granted(let token) = grant { token.value } else { nil } }
}

extension ConnectorClient {
  /// Asks for the token that a driver's requests carry.
  func token(
    by exchange: HTTPExchange, from source: TokenSource, deadline: ContinuousClock.Instant
  ) async -> TokenAnswer {
    do throws(TransportFailure) {
      guard case .http(let reply) = try await send(.http(exchange), deadline: deadline) else {
        return TokenAnswer(grant: .refused(.noToken("the issuer does not speak HTTP")))
      }
      return TokenAnswer(grant: source.grant(in: reply), reply: reply)
    } catch {
      // Whatever became of the question, no message was sent.
      let answer = error.answer
      let grant = answer.class == .ambiguous ? .noToken(error.detail) : answer
      return TokenAnswer(grant: .refused(grant))
    }
  }
}

extension Answer {
  fileprivate static func noToken(_ detail: String) -> Answer {
    Answer(
      .transient(wait: nil), code: "token.missing",
      detail: "no token came, nothing was sent" + (detail.isEmpty ? "" : ": \(detail)"))
  }
}
