public import Delivery
public import Kafka
public import Providers
public import Retry

/// All that the pipeline goes by: one immutable snapshot.
public struct PipelineConfiguration: Sendable {
  /// Names of the topics.
  public struct Topics: Sendable {
    /// Requests are read from here.
    public var requests: String
    /// Every request's outcome goes here, to the partition its request came from.
    public var results: String
    /// What needs a person goes here.
    public var deadLetters: String

    /// Topic names; the contract's unless said otherwise.
    public init(
      requests: String = "send-otp", results: String = "send-otp.results",
      deadLetters: String = "dlq.send-otp"
    ) {
      self.requests = requests
      self.results = results
      self.deadLetters = deadLetters
    }
  }
  /// How much is taken in before intake waits; each has its own budget.
  public struct Limits: Sendable {
    /// Requests being sent or about to be.
    public var inFlight = 512
    /// Requests that wait for a time, a recipient, or long for a slot.
    public var parked = 10_000
    /// Requests whose outcome is on its way to Kafka.
    public var concluding = 4_096
    /// Records of one partition from the first that is not done to the last taken.
    public var uncommittedSpan = 20_000

    /// The limits of the contract.
    public init() {}
  }
  /// What a dead letter's value is.
  public enum DeadLetterValue: String, Sendable, CaseIterable {
    /// The record's own bytes.
    case original
    /// Nothing: `otp.dlq.value: redacted` says so. Gives up replay.
    case redacted
  }

  /// Topic names.
  public var topics = Topics()
  /// The consumer group, which also names the source of outcomes.
  public var group: String
  /// Settings of both Kafka clients.
  public var kafka: KafkaConfiguration
  /// Which connector serves which channel.
  public var directory: ConnectorDirectory
  /// When and how often to try again.
  public var policy = RetryPolicy()
  /// How long a request lives unless it says so itself.
  public var lifetime: Duration = .seconds(600)
  /// The same, for some usage types.
  public var lifetimes: [UsageType: Duration] = [.organizationInvitation: .seconds(86_400)]
  /// Whether a recipient may be written to; nil for all.
  public var allows: (@Sendable (Recipient) -> Bool)?
  /// The key of `recipientHash`; without it the field is absent.
  public var hashKey: Secret?
  /// What a dead letter's value is.
  public var deadLetterValue = DeadLetterValue.original
  /// How much is taken in.
  public var limits = Limits()
  /// What providers see as `User-Agent`.
  public var userAgent = "otp-worker"
  /// Names this snapshot in outcomes.
  public var version: String

  /// A snapshot.
  public init(
    group: String, kafka: KafkaConfiguration, directory: ConnectorDirectory, version: String
  ) {
    self.group = group
    self.kafka = kafka
    self.directory = directory
    self.version = version
  }
}
