public import Delivery

/// How many messages may leave by a connector: a token bucket.
///
/// The limit is for the whole group. An instance has the share of it that it has of the partitions,
/// so that instances need not talk to each other. The bucket holds what the share gains in a
/// second, and one token at least; it begins with one, as an instance that is started or stopped
/// must not add another second's worth to what the group sends.
public struct RateLimit: Sendable, Equatable {
  /// Messages a second, of all instances together.
  public let perSecond: Double
  /// The part of it that is ours, from 0 to 1; 0 until it is told.
  public private(set) var share = 0.0

  /// Sums of fractions come out a little below a whole: what ``nextToken(at:)`` promises must be there.
  private static let rounding = 1e-6

  private var tokens = 1.0
  private var countedAt = Timestamp(milliseconds: 0)

  /// A limit of which nothing is ours yet.
  /// - Parameter perSecond: messages a second, of all instances together; more than 0.
  public init(perSecond: Double) { self.perSecond = perSecond }

  /// How many tokens are there.
  public func tokens(at now: Timestamp) -> Double {
    // A clock that was set back must not keep the bucket empty until it has caught up.
    guard now >= countedAt else { return max(1, tokens) }
    return min(size, tokens + perMillisecond * Double((now - countedAt).milliseconds))
  }

  /// Whether a message may leave.
  public func isPassable(at now: Timestamp) -> Bool {
    share > 0 && tokens(at: now) >= 1 - 2 * Self.rounding
  }

  /// Takes a token; false when there is none.
  public mutating func takeToken(at now: Timestamp) -> Bool {
    guard isPassable(at: now) else { return false }
    tokens = max(0, tokens(at: now) - 1)
    countedAt = now
    return true
  }

  /// Gives a token back whose message was never sent.
  public mutating func giveBack() { tokens = min(size, tokens + 1) }

  /// When the next message may leave; nil when none may, whatever the time.
  public func nextToken(at now: Timestamp) -> Timestamp? {
    guard share > 0 else { return nil }
    let missing = max(0, 1 - Self.rounding - tokens(at: now))
    return now + .milliseconds(Int64(min(1e12, missing / perMillisecond).rounded(.up)))
  }

  /// Takes another part of the limit from now on; 0 for nothing.
  public mutating func setShare(_ share: Double, at now: Timestamp) {
    tokens = tokens(at: now)
    countedAt = now
    self.share = share
    tokens = min(size, tokens)
  }

  private var perMillisecond: Double { perSecond * share / 1_000 }
  private var size: Double { max(1, perSecond * share) }
}
