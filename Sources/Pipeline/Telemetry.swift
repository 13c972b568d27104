public import Delivery
public import Retry

/// Versions of what runs, for `otp_build_info`.
public struct BuildInfo: Hashable, Sendable {
  /// Ours.
  public var version: String
  /// The librdkafka that is linked.
  public var librdkafka: String
  /// The libcurl that is linked.
  public var libcurl: String

  /// Versions as texts, such as `1.0.0`.
  public init(version: String, librdkafka: String, libcurl: String) {
    self.version = version
    self.librdkafka = librdkafka
    self.libcurl = libcurl
  }
}

/// Every metric, by name.
///
/// Owned by the loop: updated there without locks, rendered there by ``render(process:)``. Series
/// with closed labels stand at zero from the start, so that an alert on their rate works before the
/// first event.
public final class Telemetry {
  /// `otp_events_consumed_total{topic}`.
  public let consumed: MetricFamily<TopicLabels, Counter>
  /// `otp_outcomes_total{channel,outcome,reason}`.
  public let outcomes: MetricFamily<OutcomeLabels, Counter>
  /// `otp_first_attempt_age_seconds{channel}`.
  public let firstAttemptAge: MetricFamily<Channel, Histogram>
  /// `otp_end_to_end_seconds{channel}`.
  public let endToEnd: MetricFamily<Channel, Histogram>
  /// `otp_parked`.
  public let parked: Gauge
  /// `otp_retries_total{tier}`.
  public let retries: MetricFamily<TierLabel, Counter>
  /// `otp_oldest_incomplete_age_seconds`.
  public let oldestIncompleteAge: Gauge
  /// `otp_commit_errors_total{code}`.
  public let commitErrors: MetricFamily<CodeLabels, Counter>
  /// `otp_dead_letters_total{disposition}`.
  public let deadLetters: MetricFamily<DeadLetter.Disposition, Counter>
  /// `otp_dead_letter_failures_total`.
  public let deadLetterFailures: Counter
  /// `otp_dedup_hits_total{layer}`.
  public let deduplicationHits: MetricFamily<DeduplicationLayerLabel, Counter>
  /// `otp_possible_duplicates_total{reason}`.
  public let possibleDuplicates: MetricFamily<PossibleDuplicateLabel, Counter>
  /// `otp_late_answers_total`.
  public let lateAnswers: Counter
  /// `otp_rebalances_total`.
  public let rebalances: Counter
  /// `otp_assigned_partitions`.
  public let assignedPartitions: Gauge
  /// `otp_config_reloads_total{result}`.
  public let configurationReloads: MetricFamily<ReloadLabel, Counter>
  /// `otp_records_lost_to_retention_total`.
  public let recordsLostToRetention: Counter

  let attempts: MetricFamily<AttemptLabels, Counter>
  let attemptDuration: MetricFamily<ConnectorLabels, Histogram>
  let inflight: MetricFamily<ConnectorLabels, Gauge>
  let breakerState: MetricFamily<ConnectorLabels, Gauge>
  let throttled: MetricFamily<ConnectorLabels, Counter>
  let uncommittedSpan: MetricFamily<PartitionLabels, Gauge>
  let consumerLag: MetricFamily<PartitionLabels, Gauge>

  private let registry: MetricRegistry
  private let ownProcess = ProcessMetrics()
  private let logLinesDropped: Counter
  private let log: Log

  /// Upper bounds of an attempt's time in seconds: the longest one allowed takes 15.
  static let attemptBounds = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 12, 15,
  ]
  /// Upper bounds of a request's age in seconds: the usual code dies after 600.
  static let ageBounds = [
    0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600,
  ]

  /// All metrics at zero.
  /// - Parameters:
  ///   - build: what `otp_build_info` says.
  ///   - log: whose dropped lines are counted.
  public init(build: BuildInfo, log: Log) {
    let registry = MetricRegistry()
    self.registry = registry
    self.log = log

    // In the order of the path of a request.
    consumed = registry.counters(
      "otp_events_consumed_total", help: "Records taken from a topic.", by: TopicLabels.self)
    consumerLag = registry.gauges(
      "otp_consumer_lag",
      help: "Records of the requests topic that lie behind the last one taken.",
      by: PartitionLabels.self)
    recordsLostToRetention = registry.counter(
      "otp_records_lost_to_retention_total",
      help: "Records deleted by the broker before they were taken: requests that nobody served."
        + " Any increase needs a person.")
    deduplicationHits = registry.counters(
      "otp_dedup_hits_total", help: "Records recognised as done before, by what recognised them.",
      by: DeduplicationLayerLabel.self)
    possibleDuplicates = registry.counters(
      "otp_possible_duplicates_total",
      help: "Sends after which a code may have gone out twice, by what made it uncertain.",
      by: PossibleDuplicateLabel.self)
    firstAttemptAge = registry.histograms(
      "otp_first_attempt_age_seconds",
      help: "Age of a request, since it was enqueued, when it is first handed to a provider.",
      bounds: Self.ageBounds, by: Channel.self)
    attempts = registry.counters(
      "otp_attempts_total", help: "Attempts at a provider, by what its answer meant.",
      by: AttemptLabels.self)
    attemptDuration = registry.histograms(
      "otp_attempt_duration_seconds", help: "Time from the start of an attempt to its answer.",
      bounds: Self.attemptBounds, by: ConnectorLabels.self)
    inflight = registry.gauges(
      "otp_inflight", help: "Attempts that wait for a provider's answer.", by: ConnectorLabels.self)
    breakerState = registry.gauges(
      "otp_breaker_state",
      help: "0 closed, 1 probing, 2 open (the provider fails), 3 held (settings or account at"
        + " fault: nothing is sent until they are mended).",
      by: ConnectorLabels.self)
    throttled = registry.counters(
      "otp_throttled_total", help: "Attempts that the provider put off because of its rate.",
      by: ConnectorLabels.self)
    parked = registry.gauge(
      "otp_parked", help: "Requests that wait in the process for their time or their turn.")
    retries = registry.counters(
      "otp_retries_total", help: "Requests put off, by where they wait.", by: TierLabel.self)
    outcomes = registry.counters(
      "otp_outcomes_total", help: "Concluded requests, by how and why they ended.",
      by: OutcomeLabels.self)
    endToEnd = registry.histograms(
      "otp_end_to_end_seconds",
      help: "Time from a request being enqueued to the provider accepting it.",
      bounds: Self.ageBounds, by: Channel.self)
    deadLetters = registry.counters(
      "otp_dead_letters_total", help: "Records put aside for a person, by what is wrong.",
      by: DeadLetter.Disposition.self)
    deadLetterFailures = registry.counter(
      "otp_dead_letter_failures_total",
      help: "Dead letters that could not be written: their partition stands still meanwhile.")

    uncommittedSpan = registry.gauges(
      "otp_uncommitted_span",
      help: "Offsets between the commit and the last record taken; intake waits at 20000.",
      by: PartitionLabels.self)
    oldestIncompleteAge = registry.gauge(
      "otp_oldest_incomplete_age_seconds",
      help: "Age of the oldest request that is taken and not concluded; 0 when there is none.")
    commitErrors = registry.counters(
      "otp_commit_errors_total", help: "Commits that failed, by librdkafka's error.",
      by: CodeLabels.self)
    lateAnswers = registry.counter(
      "otp_late_answers_total",
      help: "Answers of providers that came when the partition was somebody else's; not published.")
    rebalances = registry.counter(
      "otp_rebalances_total", help: "How often the group handed its partitions out anew.")
    assignedPartitions = registry.gauge(
      "otp_assigned_partitions",
      help: "Partitions of all topics that this instance reads; 0 means that it is idle.")
    configurationReloads = registry.counters(
      "otp_config_reloads_total",
      help: "Reloads of the configuration; after a failure the old one stays in force.",
      by: ReloadLabel.self)
    logLinesDropped = registry.counter(
      "otp_log_lines_dropped_total",
      help: "Log lines given up because who reads the log is too slow.")
    registry.gauges(
      "otp_build_info", help: "Always 1; the labels tell which versions run.",
      by: BuildLabels.self)[BuildLabels(build: build)].set(1)
    registry.register(ownProcess)
    beginClosedSeries()
  }

  private func beginClosedSeries() {
    for channel in Channel.allCases {
      for outcome in Outcome.Kind.allCases {
        outcomes.begin(outcome.usualReasons.map { OutcomeLabels(channel, outcome, $0) })
      }
    }
    outcomes.begin([OutcomeLabels(nil, .deadLettered, .poison)])
    firstAttemptAge.begin(Channel.allCases)
    endToEnd.begin(Channel.allCases)
    retries.begin(TierLabel.allCases)
    deadLetters.begin(DeadLetter.Disposition.allCases)
    deduplicationHits.begin(DeduplicationLayerLabel.allCases)
    possibleDuplicates.begin(PossibleDuplicateLabel.allCases)
    configurationReloads.begin(ReloadLabel.allCases)
  }

  /// Every metric as text.
  /// - Parameter process: taken by the caller, so that the loop need not read files.
  /// - Returns: Prometheus' text format 0.0.4.
  public func render(process: ProcessUsage) -> [UInt8] {
    ownProcess.usage = process
    logLinesDropped.mirror(log.droppedLines)
    return registry.render()
  }
}
