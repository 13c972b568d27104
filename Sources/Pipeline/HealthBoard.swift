import Synchronization

/// What other threads may know of the pipeline without asking the loop.
public final class HealthBoard: Sendable {
  private let joined = Atomic(false)
  private let writable = Atomic(true)
  private let reachable = Atomic(true)
  private let stopping = Atomic(false)
  private let quiet = Atomic(false)
  private let overdue = Atomic(0)
  private let held = Mutex(HeldWork())

  /// Whether the group has given us an assignment, be it an empty one.
  public internal(set) var isJoined: Bool {
    get { joined.load(ordering: .relaxed) }
    set { joined.store(newValue, ordering: .relaxed) }
  }
  /// Whether the last record could be written to Kafka.
  public internal(set) var isWritable: Bool {
    get { writable.load(ordering: .relaxed) }
    set { writable.store(newValue, ordering: .relaxed) }
  }
  /// Whether a broker could be reached lately.
  public internal(set) var isReachable: Bool {
    get { reachable.load(ordering: .relaxed) }
    set { reachable.store(newValue, ordering: .relaxed) }
  }
  /// Whether a stop goes on.
  public internal(set) var isStopping: Bool {
    get { stopping.load(ordering: .relaxed) }
    set { stopping.store(newValue, ordering: .relaxed) }
  }
  /// Whether nothing new is taken, because somebody asked for quiet.
  public internal(set) var isQuiet: Bool {
    get { quiet.load(ordering: .relaxed) }
    set { quiet.store(newValue, ordering: .relaxed) }
  }
  /// What a stop has to wait for; at most a second old while the loop comes round.
  public internal(set) var heldWork: HeldWork {
    get { held.withLock { $0 } }
    set { held.withLock { $0 = newValue } }
  }
  /// How many sends have been open for more than twice their time limit.
  public internal(set) var overdueSends: Int {
    get { overdue.load(ordering: .relaxed) }
    set { overdue.store(newValue, ordering: .relaxed) }
  }
}
