import Delivery
import JSON

/// What should come of a sample and what came of it, for people and for scripts.
struct SampleReport: Sendable {
  var name: String
  /// How it travels; nil for a record that somebody else enqueued.
  var channel: Channel?
  /// Nil for a record that is not enqueued and will have none of its own.
  var eventID: String?
  /// Nil for a record that somebody else enqueued.
  var expected: Sample.End?
  /// As read from the topics; nil when it has not come.
  var actual: Sample.End?
  /// From enqueuing to the end.
  var latencyMilliseconds: Int?

  /// Whether all is as expected; nil when nothing is.
  var agrees: Bool? { expected.map { $0 == actual } }

  /// One JSON object.
  var json: [UInt8] {
    var json = JSONWriter(capacity: 256)
    json.beginObject()
    json.member("name", name)
    json.member("eventId", eventID)
    json.member("expected", expected?.kind.rawValue)
    json.member("actual", actual?.kind.rawValue)
    json.member("reason", actual?.reason.rawValue)
    json.key("attempts")
    if let actual { json.integer(actual.tries) } else { json.null() }
    json.key("latencyMs")
    if let latencyMilliseconds { json.integer(latencyMilliseconds) } else { json.null() }
    json.key("agrees")
    if let agrees { json.bool(agrees) } else { json.null() }
    json.endObject()
    return json.bytes
  }
}

extension SampleReport {
  /// What came of a record that somebody else enqueued.
  init(ofOther outcome: PublishedOutcome) {
    self.init(
      name: outcome.eventID, eventID: outcome.eventID, expected: nil,
      actual: Sample.End(outcome), latencyMilliseconds: outcome.latencyMilliseconds)
  }
}

// MARK: - The table

extension SampleReport {
  private static func row(
    _ mark: String, _ name: String, _ expected: String, _ actual: String, _ reason: String,
    _ tries: String, _ time: String
  ) -> String {
    padded(mark, 2) + padded(name, 16) + padded(expected, 14) + padded(actual, 14)
      + padded(reason, 21) + leftPadded(tries, 5) + leftPadded(time, 8)
  }

  private func row(_ palette: Palette) -> String {
    let agrees = agrees ?? true
    let text = Self.row(
      agrees ? "✓" : "✗", name, expected?.kind.rawValue ?? "", actual?.kind.rawValue ?? "–",
      actual?.reason.rawValue ?? "–", actual.map { "\($0.tries)" } ?? "–",
      latencyMilliseconds.map { "\($0) ms" } ?? "–")
    return palette.paint(text, agrees ? .good : .bad)
  }

  /// What differs from what was expected, in words; nil when nothing does.
  private var complaint: String? {
    guard agrees == false, let expected else { return nil }
    guard let actual else { return "  \(name): nothing came of it in time" }
    return "  \(name): expected \(expected.words); came: \(actual.words)"
  }

  /// A table of at most 80 columns.
  static func table(_ reports: [SampleReport], _ palette: Palette) -> [String] {
    let heading = row("", "sample", "expected", "actual", "reason", "tries", "time")
    return [palette.paint(heading, .faint)] + reports.map { $0.row(palette) }
  }

  /// What did not end as expected, a line each.
  static func complaints(_ reports: [SampleReport]) -> [String] { reports.compactMap(\.complaint) }

  /// Whether all ended as expected, and what did not.
  static func verdict(_ reports: [SampleReport], _ palette: Palette) -> [String] {
    let complaints = complaints(reports)
    return complaints.isEmpty
      ? [palette.paint("All \(reports.count) ended as expected.", .good)]
      : [palette.paint("\(complaints.count) of \(reports.count) did not end as expected:", .bad)]
        + complaints
  }
}

extension Sample.End {
  fileprivate var words: String {
    "\(kind.rawValue) \(reason.rawValue), tries \(tries)"
      + (deadLetter.map { ", dead letter \($0)" } ?? "")
  }
}
