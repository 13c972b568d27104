public import Delivery
internal import JSON

/// How a provider can be asked whether it takes our credentials.
public enum Probe: Sendable {
  /// By this exchange, which sends no message and changes nothing.
  case exchange(Exchange)
  /// Not at all; why, as a clause for people.
  case impossible(String)
}

/// What a provider's reply to a ``Probe`` says of our credentials.
///
/// Its texts are ours, for operators: nothing out of the reply but codes.
public enum ProbeResult: Sendable, Equatable {
  /// It takes them; a clause that says what it was that worked.
  case works(String)
  /// It does not, or the account cannot send: its code, and what to do.
  case refused(code: String, String)
  /// It did not say: its code, and why that tells nothing, or what to look at.
  case untold(code: String, String)

  /// What an answer from a driver's tables means when nothing was to be sent.
  public init(_ answer: Answer) {
    self =
      switch answer.class {
      case .accepted: .works("takes the credentials")
      case .misconfigured: .refused(code: answer.code, answer.detail)
      case .throttled: .untold(code: answer.code, "too many requests for now: ask again later")
      case .transient: .untold(code: answer.code, "\(answer.detail): ask again later")
      case .rejected:
        .untold(code: answer.code, "the service does not take the question, which says nothing")
      case .ambiguous:
        .untold(
          code: answer.code, "the service failed, or its reply cannot be read: ask again later")
      }
  }

  /// What a driver makes of a reply in a protocol that it did not ask in: a fault of the program.
  static let foreignReply = ProbeResult(.foreignReply)
}

extension Driver {
  /// There is no harmless way, unless the driver says otherwise.
  public func probe(context: SendContext) -> Probe {
    .impossible("it has no question that sends nothing")
  }

  /// By the status, and the driver's own table for what is no success.
  public func result(ofProbe reply: Reply) -> ProbeResult {
    guard case .http(let http) = reply else { return .foreignReply }
    return result(ofProbe: http) { _ in .works("takes the credentials") }
  }

  /// What a reply over HTTP says: a JSON object by `read`, a refusal by the driver's own table.
  /// - Parameters:
  ///   - reply: the reply.
  ///   - read: what a success says by its body; nil when it is not the provider's.
  /// - Returns: what it says of the credentials.
  func result(
    ofProbe reply: HTTPReply, reading read: (JSONValue) -> ProbeResult?
  ) -> ProbeResult {
    let code = StatusTable.code(of: reply.status)
    if reply.isSuccess {
      guard let body = reply.json, case .object = body, let result = read(body) else {
        return .untold(
          code: code, "the reply is not the provider's: see the connector's address")
      }
      return result
    }
    let answer = answer(to: .http(reply))
    guard !answer.isProvidersOwnCode else { return ProbeResult(answer) }
    return switch reply.status {
    case 401:
      .refused(
        code: answer.code,
        "the service does not know these credentials: compare them with the provider's console")
    // Credentials may be good for sending and for nothing else, and a gateway may let nothing else through.
    case 403:
      .untold(
        code: answer.code,
        "these credentials may not ask; whether they may send, only a message shows")
    case 404, 405:
      .untold(code: answer.code, "nothing answers this question: see the connector's address")
    case 500...: .untold(code: answer.code, "the service is in trouble: ask again later")
    default: ProbeResult(answer)
    }
  }
}
