import Delivery
import JSON
import Kafka

/// Shows the way of one request: a line a step as it happens, or one JSON object in the end.
final class SendReport {
  private let console: Console
  private let isJSON: Bool
  private let draft: SendDraft
  private var steps: [(name: String, elapsed: Duration)] = []
  private var origin: RecordOrigin?
  private var outcome: JSONValue?

  init(_ draft: SendDraft, _ console: Console, isJSON: Bool) {
    self.draft = draft
    self.console = console
    self.isJSON = isJSON
  }

  /// Says what is about to be sent.
  func begin() {
    guard !isJSON else { return }
    let code = draft.drawnCode.map { ", code \($0)" } ?? ""
    let test = draft.isTest ? ", test" : ""
    console.printWrapped(
      "\(draft.id): \(draft.usageType.rawValue) to \(draft.recipient.masked)\(code)\(test)")
  }

  /// Notes a step, and shows it to people.
  func take(_ step: Sending.Step, _ elapsed: Duration) {
    switch step {
    case .enqueued(let partition):
      note("enqueued", elapsed, "to partition \(partition.partition) of \(partition.topic)")
    case .acknowledged(let origin):
      self.origin = origin
      note("acknowledged", elapsed, "at offset \(origin.offset)")
    case .outcome(let outcome, let json):
      self.outcome = json
      note("outcome", elapsed, outcome.kind.rawValue, tone: outcome.kind.tone)
      if !isJSON { showFields(json) }
    }
  }

  private func note(
    _ name: String, _ elapsed: Duration, _ detail: String, tone: Palette.Tone = .plain
  ) {
    steps.append((name, elapsed))
    guard !isJSON else { return }
    let time = console.palette.paint(leftPadded("\(elapsed.milliseconds) ms", 9), .faint)
    console.print("\(time)  \(padded(name, 13)) \(console.palette.paint(detail, tone))")
  }

  /// The outcome's fields but for those that were said already.
  private func showFields(_ json: JSONValue) {
    guard case .object(let members) = json else { return }
    let said = ["id", "outcome", "usageType", "source", "to", "channel"]
    for (name, value) in members where !said.contains(name) {
      let text = Self.text(value)
      guard !text.isEmpty else { continue }
      let column = 30
      var lines = text.wrapped(
        width: max(console.width, column + 20), indentation: String(repeating: " ", count: column))
      lines[0] =
        padded(String(repeating: " ", count: 11) + name, column) + lines[0].dropFirst(column)
      if name.count > column - 12 { lines[0] = "           \(name) \(text)" }
      console.print(lines.joined(separator: "\n"))
    }
  }

  private static func text(_ value: JSONValue) -> String {
    switch value {
    case .null: ""
    case .bool(let flag): flag ? "yes" : "no"
    case .number(let text): text
    case .string(let text): text.onOneLine
    case .array(let elements): elements.map(text).joined(separator: ", ")
    case .object(let members): members.map { "\($0.0) \(text($0.1))" }.joined(separator: ", ")
    }
  }

  /// Writes the JSON object, when one was asked for.
  func end() {
    guard isJSON else { return }
    var json = JSONWriter(capacity: 1_024)
    json.beginObject()
    json.member("id", draft.id)
    json.key("request")
    if let origin {
      json.beginObject()
      json.member("topic", origin.topic)
      json.member("partition", Int(origin.partition))
      json.member("offset", Int(origin.offset))
      json.endObject()
    } else {
      json.null()
    }
    json.key("elapsedMs")
    json.beginObject()
    for step in steps { json.member(step.name, Int(step.elapsed.milliseconds)) }
    json.endObject()
    json.key("outcome")
    if let outcome { outcome.write(to: &json) } else { json.null() }
    json.endObject()
    console.print(json: json.bytes)
  }
}

extension Outcome.Kind {
  /// How it looks.
  var tone: Palette.Tone {
    switch self {
    case .accepted, .delivered: .good
    case .superseded, .duplicate, .expired: .waiting
    case .rejected, .deadLettered, .undelivered: .bad
    }
  }

  /// What a command that waited for it exits with.
  var exitCode: Int32 {
    switch self {
    case .accepted, .delivered: ExitCode.ok
    case .rejected, .undelivered: 10
    case .expired: 11
    case .superseded: 12
    case .duplicate: 13
    case .deadLettered: 14
    }
  }
}

extension String {
  /// The text without what would move a terminal's cursor.
  var onOneLine: String {
    unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control
        ? scalar.escaped(asASCII: true) : String(scalar)
    }.joined()
  }
}
