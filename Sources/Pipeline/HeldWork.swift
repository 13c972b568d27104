import Providers

/// What a stop still waits for, as the loop left it: whoever ends a stop that hangs tells it.
public struct HeldWork: Sendable, Equatable, CustomStringConvertible {
  /// How far a worker has come.
  public enum Step: String, Sendable {
    case running
    /// Sends and outcomes may end.
    case draining = "waiting for sends and outcomes"
    case cuttingShort = "cutting sends short"
    case committing = "committing"
    case leaving = "leaving the group"
    case flushing = "flushing the producer"
    case stopped
  }
  /// A connector with sends that are open.
  public struct OpenSends: Sendable, Equatable {
    /// The connector's name.
    public var connector: String
    /// How many.
    public var count: Int
  }

  /// How far the worker has come.
  public var step = Step.running
  /// Requests being sent, or about to be.
  public var sends = 0
  /// Requests whose outcome is on its way to Kafka.
  public var conclusions = 0
  /// Partitions whose commit is on its way.
  public var commits = 0
  /// Connectors with sends that are open.
  public var connectors: [OpenSends] = []

  /// One line, without anything secret.
  public var description: String {
    let open = connectors.map { "\($0.connector) \($0.count)" }.joined(separator: ", ")
    return "step: \(step.rawValue); sends: \(sends)\(open.isEmpty ? "" : " (\(open))");"
      + " outcomes: \(conclusions); commits: \(commits)"
  }
}

extension Pipeline {
  /// Leaves word of what is held now, with the step that begins when there is one.
  func noteHeldWork(_ step: HeldWork.Step? = nil) {
    var held = HeldWork(step: step ?? health.heldWork.step)
    held.sends = inFlight
    held.conclusions = concluding
    held.commits = shares.values.count(where: \.isCommitting)
    held.connectors = (Array(connectors.values) + retired).filter { $0.busy > 0 }
      .map { HeldWork.OpenSends(connector: $0.connector.name, count: $0.busy) }
      .sorted { $0.connector < $1.connector }
    health.heldWork = held
  }
}
