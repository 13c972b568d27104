/// Where the admin listener gets its answers: called on the listener's threads, any number at a time.
public struct AdminSources: Sendable {
  /// Whether the process should be left alone; must answer without waiting for the loop.
  public var liveness: @Sendable () -> Liveness
  /// Whether the process does its work; must answer without waiting for the loop.
  public var readiness: @Sendable () -> Readiness
  /// Prometheus' text; nil when the loop does not answer within the limit.
  public var metrics: @Sendable (_ limit: Duration) -> [UInt8]?
  /// A JSON document; nil when the loop does not answer within the limit.
  public var status: @Sendable (_ limit: Duration) -> [UInt8]?

  /// Sources.
  public init(
    liveness: @escaping @Sendable () -> Liveness,
    readiness: @escaping @Sendable () -> Readiness,
    metrics: @escaping @Sendable (_ limit: Duration) -> [UInt8]?,
    status: @escaping @Sendable (_ limit: Duration) -> [UInt8]?
  ) {
    self.liveness = liveness
    self.readiness = readiness
    self.metrics = metrics
    self.status = status
  }
}

/// What decides whether the process should be restarted.
public struct Liveness: Sendable, Equatable {
  /// A loop that has not come round for so long is stuck.
  public static let longestTurn = Duration.seconds(30)

  /// How long ago the loop last came round.
  public var sinceTick: Duration
  /// How many sends have been open for more than twice their time limit: their end was lost.
  public var overdueSends: Int

  /// What was found.
  public init(sinceTick: Duration, overdueSends: Int) {
    self.sinceTick = sinceTick
    self.overdueSends = overdueSends
  }

  /// Why a restart would help; empty when all is well.
  public var problems: [String] {
    var problems: [String] = []
    if sinceTick >= Self.longestTurn {
      problems.append("the event loop has not come round for \(Int(sinceTick / .seconds(1))) s")
    }
    if overdueSends > 0 {
      problems.append("\(overdueSends) sends are open for more than twice their time limit")
    }
    return problems
  }
}

/// What decides whether the process counts as serving.
///
/// A sick provider does not: the other channel flows on, and a restart would not heal it.
public struct Readiness: Sendable, Equatable {
  /// Whether the consumer is a member of its group.
  public var isJoined: Bool
  /// Whether outcomes, retries and dead letters can be written.
  public var isProducerHealthy: Bool
  /// Whether the process is on its way out.
  public var isStopping: Bool
  /// Whether nothing new is taken, because somebody asked for quiet.
  public var isQuiet: Bool

  /// What was found.
  public init(
    isJoined: Bool, isProducerHealthy: Bool, isStopping: Bool, isQuiet: Bool = false
  ) {
    self.isJoined = isJoined
    self.isProducerHealthy = isProducerHealthy
    self.isStopping = isStopping
    self.isQuiet = isQuiet
  }

  /// What is missing; empty when ready.
  public var problems: [String] {
    var problems: [String] = []
    if !isJoined { problems.append("not a member of the consumer group") }
    if !isProducerHealthy { problems.append("outcomes or dead letters cannot be written") }
    if isStopping { problems.append("stopping") }
    if isQuiet { problems.append("quiet: takes nothing new until a restart") }
    return problems
  }
}
