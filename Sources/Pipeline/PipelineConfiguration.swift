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
    /// What waits for longer than a few seconds waits here, by how long.
    public var retries: [RetryTier: String]
    /// What operators send once more comes from here.
    public var replay: String

    /// Topic names; the contract's unless said otherwise.
    public init(
      requests: String = "send-otp", results: String = "send-otp.results",
      deadLetters: String = "dlq.send-otp",
      retries: [RetryTier: String] = [
        .seconds30: "send-otp.retry.30s", .minutes2: "send-otp.retry.2m",
        .minutes10: "send-otp.retry.10m",
      ], replay: String = "send-otp.replay"
    ) {
      self.requests = requests
      self.results = results
      self.deadLetters = deadLetters
      self.retries = retries
      self.replay = replay
    }

    /// The worker's own topics, always in the same order: the retry topics, the replay topic.
    var own: [String] { RetryTier.allCases.compactMap { retries[$0] } + [replay] }
    /// All that is consumed.
    var consumed: [String] { [requests] + own }
    /// Where our own records are looked for after a crash, always in the same order.
    var marked: [String] { [results] + own }
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
    /// Records of one partition that each commit lets be sent before the next, at the least.
    public var commitAllowance = 16

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
