import Synchronization

/// Which nonces have been seen, each for as long as its timestamp would be taken again.
///
/// May be used from any thread. Holds at most some ten thousand; the oldest go first.
final class NonceBook: Sendable {
  private struct State {
    var expiries: [String: Int] = [:]
    var order: [String] = []
  }
  private static let limit = 10_000
  private let state = Mutex(State())

  /// Notes a nonce.
  /// - Parameters:
  ///   - nonce: as the request has it.
  ///   - now: in seconds since 1970.
  ///   - lifetime: for how many seconds it stays known.
  /// - Returns: whether it is new.
  func isNew(_ nonce: String, now: Int, lifetime: Int) -> Bool {
    state.withLock { state in
      if let expiry = state.expiries[nonce], expiry > now { return false }
      if state.order.count >= 2 * Self.limit {
        for old in state.order.prefix(Self.limit) { state.expiries[old] = nil }
        state.order.removeFirst(Self.limit)
      }
      if state.expiries.updateValue(now + lifetime, forKey: nonce) == nil {
        state.order.append(nonce)
      }
      return true
    }
  }
}
