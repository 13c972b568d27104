import Delivery
import JSON

extension ConnectorTrial.Report {
  private var rows: [(name: String, text: String)] {
    let text = template.map { "\($0.usageType.rawValue)\($0.locale.map { ", \($0)" } ?? "")" }
    let rows: [(String, String?)] = [
      ("template", text), ("request", request), ("ending", "\(ending), \(took.milliseconds) ms"),
      ("class", answer.class.label), ("reason", answer.isFinal ? answer.reason.rawValue : nil),
      ("code", answer.code),
      ("detail", answer.detail.isEmpty ? nil : answer.detail.onOneLine),
      (
        "ids",
        answer.providerMessageIDs.isEmpty ? nil : answer.providerMessageIDs.joined(separator: ", ")
      ),
    ]
    return rows.compactMap { row in row.1.map { (row.0, $0) } }
  }

  /// For people.
  func tell(_ console: Console) {
    let tone: Palette.Tone = answer.class == .accepted ? .good : .bad
    for (name, text) in rows {
      console.printRow(name, text, tone: name == "class" ? tone : .plain)
    }
    console.printRow("→", answer.remedy)
  }

  /// For scripts.
  var json: [UInt8] {
    var json = JSONWriter(capacity: 512)
    json.beginObject()
    for (name, text) in rows where name != "ids" && name != "ending" { json.member(name, text) }
    json.member("ending", ending)
    json.member("elapsedMs", Int(took.milliseconds))
    json.key("ids")
    json.beginArray()
    for id in answer.providerMessageIDs { json.string(id) }
    json.endArray()
    json.endObject()
    return json.bytes
  }
}

extension Answer {
  /// Whether the reason is this answer's, rather than what it would come to after the last try.
  var isFinal: Bool {
    switch self.class {
    case .accepted, .rejected, .misconfigured: true
    case .throttled, .transient, .ambiguous: false
    }
  }

  /// What `connectors test` exits with.
  var exitCode: Int32 {
    switch self.class {
    case .accepted: ExitCode.ok
    case .rejected: 10
    case .throttled: 15
    case .transient: 16
    case .ambiguous: 17
    case .misconfigured: ExitCode.configuration
    }
  }

  /// What to do about it.
  var remedy: String {
    switch self.class {
    case .accepted: "the provider has it; look at the phone or mailbox"
    case .rejected:
      "this message can never succeed; try another recipient, or see the provider's code"
    case .throttled: "the provider wants fewer messages; wait, then try again"
    case .transient: "try again in a moment; see host and network if it stays"
    case .ambiguous: "look at the phone or mailbox before another try: it may have been sent"
    case .misconfigured(.account): "mend credentials, sender, balance or address of the connector"
    case .misconfigured(.template): "mend the provider's own template, or its variables"
    case .misconfigured(.destination): "have this country or domain enabled at the provider"
    }
  }
}
