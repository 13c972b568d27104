public import Delivery

/// What is counted about one connector: resolved once, when the connector is made.
public struct ConnectorTelemetry {
  /// `otp_attempt_duration_seconds`.
  public let attemptDuration: Histogram
  /// `otp_inflight`.
  public let inflight: Gauge
  /// `otp_throttled_total`.
  public let throttled: Counter
  private let breaker: Gauge
  private let attempts: [Telemetry.ClassLabel: Counter]

  fileprivate init(_ connector: String, in telemetry: Telemetry) {
    let label = Telemetry.ConnectorLabels(connector: connector)
    attemptDuration = telemetry.attemptDuration[label]
    inflight = telemetry.inflight[label]
    throttled = telemetry.throttled[label]
    breaker = telemetry.breakerState[label]
    attempts = Dictionary(
      uniqueKeysWithValues: Telemetry.ClassLabel.allCases.map {
        ($0, telemetry.attempts[Telemetry.AttemptLabels(connector: connector, class: $0)])
      })
  }

  /// Counts an attempt by what its answer meant.
  public func countAttempt(_ class: Answer.Class) {
    attempts[Telemetry.ClassLabel(`class`)]?.increment()
  }

  /// Shows the state of the breaker.
  public func show(breaker state: Telemetry.BreakerGauge) { breaker.set(state.rawValue) }
}

/// What is shown about one partition of the requests topic while it is assigned.
public struct PartitionTelemetry {
  /// `otp_uncommitted_span`.
  public let uncommittedSpan: Gauge
  /// `otp_consumer_lag`.
  public let consumerLag: Gauge
}

extension Telemetry {
  /// The series of a connector, which show from now on.
  public func connector(_ name: String) -> ConnectorTelemetry {
    ConnectorTelemetry(name, in: self)
  }

  /// No longer shows a connector that the configuration does not name any more.
  public func removeConnector(_ name: String) {
    let label = ConnectorLabels(connector: name)
    attemptDuration.remove(label)
    inflight.remove(label)
    throttled.remove(label)
    breakerState.remove(label)
    for `class` in ClassLabel.allCases {
      attempts.remove(AttemptLabels(connector: name, class: `class`))
    }
  }

  /// The series of a partition, which show from now on.
  public func partition(_ number: Int32) -> PartitionTelemetry {
    let label = PartitionLabels(partition: number)
    return PartitionTelemetry(
      uncommittedSpan: uncommittedSpan[label], consumerLag: consumerLag[label])
  }

  /// No longer shows a partition that went to another member.
  public func removePartition(_ number: Int32) {
    let label = PartitionLabels(partition: number)
    uncommittedSpan.remove(label)
    consumerLag.remove(label)
  }
}

extension Telemetry.ClassLabel {
  fileprivate init(_ class: Answer.Class) {
    self =
      switch `class` {
      case .accepted: .accepted
      case .rejected: .rejected
      case .throttled: .throttled
      case .transient: .transient
      case .ambiguous: .ambiguous
      case .misconfigured: .misconfigured
      }
  }
}
