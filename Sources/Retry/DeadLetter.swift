public import Delivery

/// Why a record needs a person, and what that person should know: the headers of its dead letter.
///
/// The six `__dlq.errors.*` are Kafka's own names:
/// <https://cwiki.apache.org/confluence/display/KAFKA/KIP-1191%3A+Dead-letter+queues+for+share+groups>.
public struct DeadLetter: Sendable, Equatable {
  /// What kind of problem it is.
  public enum Disposition: String, Sendable, CaseIterable {
    /// It cannot be read.
    case poison
    /// Out of tries.
    case exhausted
    /// The configuration has to be mended.
    case config
    /// It may have been sent.
    case ambiguous
    /// Too large.
    case oversize

    /// The reason that its outcome gives.
    public var reason: Reason {
      switch self {
      case .poison: .poison
      case .exhausted: .exhausted
      case .config: .config
      case .ambiguous: .ambiguous
      case .oversize: .oversize
      }
    }
  }

  /// What became of the record's value where it is not the original.
  public enum ValueChange: String, Sendable, CaseIterable {
    /// Code and recipient are masked; it cannot be replayed.
    case redacted
    /// It is larger than the topic takes.
    case omitted
  }

  /// What kind of problem it is.
  public var disposition: Disposition
  /// A stable code, such as `http.503` or `decode.json`.
  public var code: String
  /// What a person should know, scrubbed; cut to 512 bytes.
  public var message: String
  /// The consumer group.
  public var group: String
  /// The record that came first, never one of a retry topic.
  public var origin: RecordOrigin
  /// Tries used.
  public var attempts: Int
  /// When it failed.
  public var failedAt: Timestamp
  /// How often it was replayed.
  public var replayCount: Int
  /// The connector, when one was chosen.
  public var connector: String?
  /// The idempotency key, when it could be read.
  public var eventID: String?
  /// When the first attempt began, when there was one.
  public var firstAttemptAt: Timestamp?
  /// The deadline, when it is known.
  public var expiresAt: Timestamp?
  /// What became of the value; nil when it is the original.
  public var valueChange: ValueChange?

  /// A dead letter; what is not said is unknown.
  public init(
    _ disposition: Disposition, code: String, message: String, group: String,
    origin: RecordOrigin, attempts: Int, failedAt: Timestamp, replayCount: Int = 0,
    connector: String? = nil, eventID: String? = nil, firstAttemptAt: Timestamp? = nil,
    expiresAt: Timestamp? = nil, valueChange: ValueChange? = nil
  ) {
    self.disposition = disposition
    self.code = code
    self.message = message
    self.group = group
    self.origin = origin
    self.attempts = attempts
    self.failedAt = failedAt
    self.replayCount = replayCount
    self.connector = connector
    self.eventID = eventID
    self.firstAttemptAt = firstAttemptAt
    self.expiresAt = expiresAt
    self.valueChange = valueChange
  }
}

extension DeadLetter {
  /// The most bytes of a message.
  static let longestMessage = 512
  /// The most bytes of a name or code that others chose; longer than any of ours may be.
  static let longestName = 520

  /// The headers of the dead letter: those of the record, byte for byte, then its own.
  ///
  /// Headers of our names that the record brought along, from an earlier hop or from a producer,
  /// are replaced. Our own take less than 4 KiB.
  /// - Parameter original: the headers of the record.
  /// - Returns: all headers, in order.
  public func headers(replacingIn original: [RecordHeader]) -> [RecordHeader] {
    original.filter { !$0.isOfTheWorker } + ownHeaders
  }

  private var ownHeaders: [RecordHeader] {
    let fields: [(name: String, value: String?)] = [
      ("__dlq.errors.topic", origin.topic),
      ("__dlq.errors.partition", "\(origin.partition)"),
      ("__dlq.errors.offset", "\(origin.offset)"),
      ("__dlq.errors.group", group),
      ("__dlq.errors.delivery.count", "\(attempts)"),
      ("__dlq.errors.message", message.cut(toBytes: Self.longestMessage)),
      ("otp.dlq.disposition", disposition.rawValue),
      ("otp.dlq.code", code),
      ("otp.dlq.connector", connector),
      ("otp.dlq.event.id", eventID),
      ("otp.dlq.first.attempt.at", firstAttemptAt.map { "\($0.milliseconds)" }),
      ("otp.dlq.failed.at", "\(failedAt.milliseconds)"),
      ("otp.dlq.expires.at", expiresAt.map { "\($0.milliseconds)" }),
      ("otp.dlq.replay.count", "\(replayCount)"),
      ("otp.dlq.value", valueChange?.rawValue),
    ]
    return fields.compactMap { field in
      field.value.map { RecordHeader(field.name, $0.cut(toBytes: Self.longestName)) }
    }
  }
}

extension String {
  /// The longest beginning of whole characters that takes no more than `limit` bytes of UTF-8.
  func cut(toBytes limit: Int) -> String {
    guard utf8.count > limit else { return self }
    var size = 0
    let beginning = prefix(while: { character in
      size += character.utf8.count
      return size <= limit
    })
    return String(beginning)
  }
}
