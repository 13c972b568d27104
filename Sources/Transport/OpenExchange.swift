import EventLoop
import Providers

/// An exchange from `send` to its one ending.
final class OpenExchange<Connection: PooledConnection> {
  let exchange: Connection.Exchange
  /// Its place among all exchanges of the client.
  let order: UInt64
  /// When it ends, on the loop's clock.
  let deadline: ContinuousClock.Instant
  /// Whether it left a kept connection that had died before anything was written; only once.
  var hasMoved = false
  /// The connection that carries it; nil while it waits for one.
  unowned var connection: Connection?
  private let loop: EventLoop
  private var timer: TimerToken?
  private var completion: ((ExchangeEnding) -> Void)?
  private var ending: ExchangeEnding?

  init(
    _ exchange: Connection.Exchange, order: UInt64, deadline: ContinuousClock.Instant,
    loop: EventLoop,
    completion: @escaping (ExchangeEnding) -> Void
  ) {
    self.exchange = exchange
    self.order = order
    self.deadline = deadline
    self.loop = loop
    self.completion = completion
  }

  /// Calls `action` at the deadline, unless the exchange ends before.
  func arm(_ action: @escaping () -> Void) {
    timer = loop.schedule(at: deadline, action)
  }

  /// Ends the exchange; what comes second is a fault of the program.
  ///
  /// Whoever sent it is told when pool and connection have done their part.
  func end(_ ending: ExchangeEnding) {
    precondition(self.ending == nil, "an exchange ended twice")
    if let timer { loop.cancel(timer) }
    self.ending = ending
    loop.soon { [self] in tell() }
  }

  private func tell() {
    guard let ending, let completion = completion.take() else { return }
    completion(ending)
  }
}
