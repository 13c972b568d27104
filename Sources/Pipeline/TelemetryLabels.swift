public import Delivery
public import Retry

extension Telemetry {
  /// What an attempt's end means; the values of the label `class`.
  enum ClassLabel: String, CaseIterable {
    case accepted, rejected, throttled, transient, ambiguous, misconfigured
  }

  /// Where a retry waits; the values of the label `tier`.
  public enum TierLabel: String, Sendable, CaseIterable, MetricLabels {
    /// The labels' names.
    public static var names: [String] { ["tier"] }

    /// In the process's timer heap.
    case parked
    /// In the retry topics.
    case seconds30 = "30s"
    case minutes2 = "2m"
    case minutes10 = "10m"
  }

  /// What recognised a record as done; the values of the label `layer`, cheapest first.
  public enum DeduplicationLayerLabel: String, Sendable, CaseIterable, MetricLabels {
    /// The labels' names.
    public static var names: [String] { ["layer"] }

    /// The ranges in the commit metadata.
    case ranges
    /// The event ids that were taken lately.
    case recent
    /// The tails of the results and retry topics, read at assignment.
    case tails
  }

  /// Why a code may go out twice; the values of the label `reason`.
  public enum PossibleDuplicateLabel: String, Sendable, CaseIterable, MetricLabels {
    /// The labels' names.
    public static var names: [String] { ["reason"] }

    /// The provider's answer to a written request never came, and it was sent once more.
    case answerLost = "answer.lost"
    /// A process ended without leaving word of what it had sent.
    case uncleanEnd = "unclean.end"
    /// The send was still open when its process stopped or its partition went to another member.
    case cutShort = "cut.short"
  }

  /// How a reload ended; the values of the label `result`.
  public enum ReloadLabel: String, Sendable, CaseIterable, MetricLabels {
    /// The labels' names.
    public static var names: [String] { ["result"] }

    /// The new configuration is in force.
    case success
    /// It was refused, and the old one stays.
    case failure
  }

  /// The state of a connector's breaker, as the number that its gauge shows.
  public enum BreakerGauge: Int, Sendable {
    case closed = 0
    /// One real request tries whether the provider is back.
    case probing = 1
    case open = 2
    /// Taken out until a reload or a good probe: its settings or account are at fault.
    case held = 3
  }

  /// The labels of `otp_outcomes_total`.
  public struct OutcomeLabels: MetricLabels {
    /// The labels' names.
    public static var names: [String] { ["channel", "outcome", "reason"] }
    let channel: Channel?
    let outcome: Outcome.Kind
    let reason: Reason
    /// The labels' values.
    public var values: [String] {
      [channel?.rawValue ?? "unknown", outcome.rawValue, reason.rawValue]
    }

    /// An ending; the channel is nil when the record was too broken to tell.
    public init(_ channel: Channel?, _ outcome: Outcome.Kind, _ reason: Reason) {
      self.channel = channel
      self.outcome = outcome
      self.reason = reason
    }
  }

  /// The labels of `otp_attempts_total`.
  struct AttemptLabels: MetricLabels {
    static var names: [String] { ["connector", "class"] }
    let connector: String
    let `class`: ClassLabel
    var values: [String] { [connector, `class`.rawValue] }
  }

  /// The label `connector` alone.
  struct ConnectorLabels: MetricLabels {
    static var names: [String] { ["connector"] }
    let connector: String
    var values: [String] { [connector] }
  }

  /// The label `partition` alone.
  struct PartitionLabels: MetricLabels {
    static var names: [String] { ["partition"] }
    let partition: Int32
    var values: [String] { [String(partition)] }
  }

  /// The label `topic` alone.
  public struct TopicLabels: MetricLabels {
    /// The labels' names.
    public static var names: [String] { ["topic"] }
    let topic: String
    /// The labels' values.
    public var values: [String] { [topic] }

    /// A topic's name.
    public static func topic(_ name: String) -> TopicLabels { TopicLabels(topic: name) }
  }

  /// The label `code` alone.
  public struct CodeLabels: MetricLabels {
    /// The labels' names.
    public static var names: [String] { ["code"] }
    let code: String
    /// The labels' values.
    public var values: [String] { [code] }

    /// librdkafka's name of an error, such as `_TIMED_OUT`.
    public static func code(_ name: String) -> CodeLabels { CodeLabels(code: name) }
  }

  /// The labels of `otp_build_info`.
  struct BuildLabels: MetricLabels {
    static var names: [String] { ["version", "librdkafka", "libcurl"] }
    let build: BuildInfo
    var values: [String] { [build.version, build.librdkafka, build.libcurl] }
  }
}

/// The label `disposition` alone.
extension DeadLetter.Disposition: MetricLabels {
  /// The label's name.
  public static var names: [String] { ["disposition"] }
}

/// The label `channel` alone.
extension Channel: MetricLabels {
  /// The labels' names.
  public static var names: [String] { ["channel"] }
}

extension MetricLabels where Self: RawRepresentable, RawValue == String {
  /// A closed set of values is its own label.
  public var values: [String] { [rawValue] }
}

extension Outcome.Kind {
  /// The reasons with which a request ends so: their series show from the start, at zero.
  var usualReasons: [Reason] {
    switch self {
    case .accepted, .delivered: [.ok]
    case .rejected:
      [
        .recipientInvalid, .recipientBlocked, .recipientUnreachable, .contentRefused,
        .policyRefused, .idReused,
      ]
    case .expired: [.deadlinePassed]
    case .superseded: [.newerRequest]
    case .duplicate: [.alreadyConcluded]
    case .deadLettered: [.poison, .exhausted, .config, .ambiguous, .oversize]
    case .undelivered: [.recipientUnreachable]
    }
  }
}
