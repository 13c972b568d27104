/// What a drill came to.
struct Report: Codable, Sendable {
  var name: String
  /// Why it was not run.
  var skipped: String?
  /// Why it failed; empty when it passed.
  var failures: [String] = []
  /// Figures that are the drill's own.
  var notes: [String] = []
  var events = 0
  /// How many outcomes there were of each kind.
  var outcomes: [String: Int] = [:]
  /// Requests without an outcome.
  var lost = 0
  /// Sends beyond the first of a request.
  var secondSends = 0
  /// Of those, the ones that the worker itself calls possible.
  var countedSecondSends = 0
  /// Requests whose outcome says that it may have been sent twice.
  var possibleDuplicates = 0
  /// What the workers' metrics say, as far as they lived to tell.
  var countedInMetrics = 0
  /// From the end of the trouble until all was as before.
  var recoverySeconds: Double?
  var seconds = 0.0

  var hasPassed: Bool { skipped == nil && failures.isEmpty }
  var verdict: String { skipped != nil ? "skipped" : failures.isEmpty ? "PASS" : "FAIL" }

  /// All of it, for people.
  var text: String {
    if let skipped { return "  skipped: \(skipped)\n" }
    let kinds = outcomes.sorted { $0.value > $1.value }.map { "\($0.value) \($0.key)" }
    var lines = [
      "events        \(events)",
      "outcomes      \(kinds.isEmpty ? "none" : kinds.joined(separator: ", "))",
      "lost          \(lost)",
      "second sends  \(secondSends), counted by the worker \(countedSecondSends)"
        + "; \(possibleDuplicates) called possible (metrics of those that lived: \(countedInMetrics))",
    ]
    if let recoverySeconds { lines.append("recovery      \(rounded(recoverySeconds)) s") }
    lines += notes.map { "              \($0)" }
    lines += failures.map { "failed        \($0)" }
    lines.append("\(verdict)          in \(rounded(seconds)) s")
    return lines.map { "  \($0)\n" }.joined()
  }

  /// A table of many.
  static func table(_ reports: [Report]) -> String {
    let rows =
      [["drill", "", "events", "lost", "second", "counted", "recovery", "took", "why"]]
      + reports.map { report in
        [
          report.name, report.verdict, String(report.events), String(report.lost),
          String(report.secondSends), String(report.countedSecondSends),
          report.recoverySeconds.map { "\(rounded($0)) s" } ?? "", "\(rounded(report.seconds)) s",
          report.skipped ?? report.failures.first ?? "",
        ]
      }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).map { $0.padding(toLength: $1) }.joined(separator: "  ") + "\n"
    }.joined()
  }
}

extension String {
  fileprivate func padding(toLength length: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, length - count))
  }
}

/// With one decimal.
func rounded(_ number: Double) -> String { String((number * 10).rounded() / 10) }
