public import Providers

/// What carries exchanges out; ``ConnectorClient``, or one that is simulated.
public protocol ExchangeClient: AnyObject {
  /// Carries an exchange out, once.
  /// - Parameters:
  ///   - exchange: what the driver wants done.
  ///   - deadline: when to give up, on the loop's clock.
  ///   - completion: told of the one ending, on the loop, after this has returned.
  func send(
    _ exchange: Exchange, deadline: ContinuousClock.Instant,
    completion: @escaping (ExchangeEnding) -> Void
  )
  /// Ends every exchange at once, by how far it got; what is sent afterwards ends as `stopped`.
  func close()
}
