import Delivery
import EventLoop

/// The requests for one recipient in one partition: one is sent at a time, first tries in offset
/// order, and a newer code makes an older one worthless.
final class Lane {
  /// Its hash is made once: a key is looked up several times in the life of a request.
  struct Key: Hashable {
    let partition: Int32
    let recipient: String
    private let hash: Int

    init(partition: Int32, recipient: String) {
      self.partition = partition
      self.recipient = recipient
      var hasher = Hasher()
      recipient.utf8Span.span.withUnsafeBytes { hasher.combine(bytes: $0) }
      hasher.combine(partition)
      hash = hasher.finalize()
    }

    func hash(into hasher: inout Hasher) { hasher.combine(hash) }
  }

  let key: Key
  /// All that are not concluded, oldest first.
  private(set) var members: [Job] = []
  /// The one that is being sent, or waits for a slot.
  var owner: Job?
  /// Those that wait for their turn.
  var queue = FIFO<Job>()
  /// Superseded ones whose outcome is not published yet: nothing newer is sent before it is.
  private(set) var unpublished = 0

  init(key: Key) { self.key = key }

  /// Whether the next in the queue may go.
  var isFree: Bool { owner == nil && unpublished == 0 }

  /// Adds a job at the end and marks what it supersedes, or the job itself: what waited in a retry topic may come
  /// back behind a newer one.
  /// - Returns: those others that were marked.
  func join(_ job: Job, _ request: Request) -> [Job] {
    var superseded: [Job] = []
    if request.supersedes {
      for other in members where !other.isSuperseded {
        guard let before = other.request, before.supersedes,
          before.usageType == request.usageType,
          before.payload.applicationID == request.payload.applicationID
        else { continue }
        if job.origin.isBefore(other.origin) {
          job.isSuperseded = true
        } else {
          other.isSuperseded = true
          unpublished += 1
          superseded.append(other)
        }
      }
    }
    if job.isSuperseded { unpublished += 1 }
    members.append(job)
    return superseded
  }

  /// Removes a job that is over.
  func leave(_ job: Job) {
    members.removeAll { $0 === job }
    if job.isSuperseded { unpublished -= 1 }
    if owner === job { owner = nil }
  }
}

extension RecordOrigin {
  /// Whether it stands before `other` in the same partition.
  fileprivate func isBefore(_ other: RecordOrigin) -> Bool {
    partition == other.partition && offset < other.offset && topic == other.topic
  }
}
