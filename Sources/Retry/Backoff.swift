/// How long to wait between the tries of a request that waits in the process.
///
/// Try *n* follows the one before after `delays[n - 1] × (0.8 + 0.4 × jitter)`, with a jitter
/// drawn from 0 to 1: 0, then 0.4–0.6 s, 1.6–2.4 s and 4.8–7.2 s. Spread, so that what failed
/// together does not come back together.
public struct Backoff: Sendable, Equatable {
  /// The delays before the first, second, … try; there are as many tries as delays.
  public let delays: [Duration]

  /// How far a delay strays to either side, as a share of it.
  public static let spread = 0.2

  /// At once, then after 0.5, 2 and 6 seconds: what may wait in the process.
  public static let inProcess = Backoff(
    delays: [.zero, .milliseconds(500), .seconds(2), .seconds(6)])

  /// A backoff of these delays.
  public init(delays: [Duration]) { self.delays = delays }

  /// The wait before a try, counted from the end of the one before.
  ///
  /// - Parameters:
  ///   - number: which try, from 1.
  ///   - jitter: chance, from 0 up to 1; 0.5 is the delay itself.
  /// - Returns: nil when there is no such try.
  public func delay(beforeTry number: Int, jitter: Double) -> Duration? {
    guard delays.indices.contains(number - 1) else { return nil }
    return delays[number - 1] * (1 + Self.spread * (2 * jitter - 1))
  }
}
