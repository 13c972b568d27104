import Delivery
import Pipeline

/// One step of a request's way as one line of at most 80 columns.
struct StepLine: Sendable, Equatable {
  /// Since the first sample was enqueued.
  var milliseconds: Int64
  /// Whose step.
  var name: String
  /// What happened.
  var step: String
  /// More about it.
  var detail: String
  /// How it looks.
  var tone = Palette.Tone.plain
  /// The same in a few words, for the board.
  var stop = Way.Stop(text: "", tone: .plain)
  /// Whether nothing follows.
  var isLast = false

  private static let nameWidth = 16
  private static let stepWidth = 11
  /// What is left of 80 columns.
  private static let detailWidth = 80 - (8 + 2 + nameWidth + 1 + stepWidth + 1)

  /// What stands above the lines.
  static let heading =
    leftPadded("time", 8) + "  " + padded("sample", nameWidth) + " " + padded("step", stepWidth)
    + " detail"

  /// The line.
  func text(_ palette: Palette) -> String {
    let time = leftPadded(Self.seconds(max(0, milliseconds)), 8)
    // The ends of event ids are what tells them apart.
    let name = end(of: name, Self.nameWidth)
    let detail = beginning(of: detail, Self.detailWidth)
    return palette.paint("\(time)  \(padded(name, Self.nameWidth)) ", .faint)
      + palette.paint("\(padded(step, Self.stepWidth)) \(detail)", tone)
  }

  /// `1.250` for 1,250 milliseconds.
  private static func seconds(_ milliseconds: Int64) -> String {
    "\(milliseconds / 1_000)." + String("\(1_000 + milliseconds % 1_000)".dropFirst())
  }
}

// MARK: - From what happened

extension StepLine {
  /// A sample was enqueued.
  init(enqueued sample: Sample, milliseconds: Int64) {
    self.init(
      milliseconds: milliseconds, name: sample.name, step: "enqueued",
      detail: "\(sample.recipient.masked)  \(sample.about)",
      stop: Way.Stop(text: "enqueued", tone: .faint))
  }

  /// A dead letter was read.
  init(_ letter: PublishedDeadLetter, name: String, milliseconds: Int64) {
    self.init(
      milliseconds: milliseconds, name: name, step: "dead letter",
      detail: "\(letter.disposition)  \(letter.code)", tone: .bad,
      stop: Way.Stop(text: letter.code, tone: .bad))
  }

  /// The daemon told of a step.
  init(_ step: RequestStep, name: String, since start: Timestamp) {
    self.init(
      milliseconds: (step.at - start).milliseconds, name: name, step: "", detail: "")
    switch step.kind {
    case .sending(let connector, let number):
      (self.step, detail) = ("sending", "by \(connector), try \(number)")
      stop = Way.Stop(text: "try \(number)", tone: .waiting, place: .begun)
    case .attempted(_, let answer):
      (self.step, detail) = ("answered", "\(answer.class.label)  \(answer.code)")
      tone = answer.class == .accepted ? .plain : .waiting
      stop = Way.Stop(text: answer.code, tone: tone, place: .ends)
    case .parked(let due):
      let wait = (due - step.at).milliseconds
      (self.step, detail) = ("parked", "for \(Self.seconds(wait)) s")
      tone = .waiting
      stop = Way.Stop(text: "wait \((wait + 50) / 1_000).\((wait + 50) / 100 % 10) s", tone: .faint)
    case .deferred(_, let due):
      let wait = (due - step.at).milliseconds
      (self.step, detail) = ("deferred", "to a retry topic, for \(Self.seconds(wait)) s")
      tone = .waiting
      stop = Way.Stop(text: "retry topic \((wait + 500) / 1_000) s", tone: .faint)
    case .concluded(let outcome):
      self.step = "concluded"
      detail = [outcome.kind.rawValue, outcome.reason.rawValue, outcome.recipient?.masked]
        .compactMap(\.self).joined(separator: "  ")
      tone = outcome.kind.tone
      stop = Way.Stop(text: outcome.kind.rawValue, tone: tone)
      isLast = true
    }
  }
}
