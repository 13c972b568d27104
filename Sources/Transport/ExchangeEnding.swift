public import Delivery
public import Providers

/// How one exchange ended.
public enum ExchangeEnding: Sendable {
  /// A whole reply, whatever it says.
  case reply(Reply)
  /// No whole reply; the failure says what the server may have seen.
  case failed(TransportFailure)
}

extension ExchangeEnding {
  /// What the ending means: the driver says it of a reply, how far it got of everything else.
  /// - Returns: nil when stopping cut the exchange short before the server could act on it.
  public func answer(by driver: any Driver) -> Answer? {
    switch self {
    case .reply(let reply): return driver.answer(to: reply)
    case .failed(let failure):
      if failure.isUntouchedByStopping { return nil }
      if case .responding(let status) = failure.stage, type(of: driver).statusIsContract {
        return driver.answer(to: .http(HTTPReply(status: status)))
      }
      return failure.answer
    }
  }
}
