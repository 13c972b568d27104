import Delivery

/// What is noted while one configuration is read: problems, files, and what must not be shown.
final class LoadingNotes {
  /// Files and folders that were looked at, for whoever watches them.
  private(set) var sources: [ConfigurationSource] = []
  /// Over the configuration's files, without what they refer to.
  var fingerprint = Fingerprint()
  private var problems: [SettingProblem] = []
  private var hiddenPlaces: Set<SourcePosition> = []
  private var hiddenTexts: Set<String> = []
  private var unresolvedPlaces: Set<SourcePosition> = []

  /// Notes a problem.
  func report(at position: SourcePosition?, _ key: String, _ message: String) {
    report(SettingProblem(at: position, key: key, message))
  }

  /// Notes a problem; the value of a place that could not be resolved has no further ones.
  func report(_ problem: SettingProblem) {
    if let position = problem.position, unresolvedPlaces.contains(position) { return }
    problems.append(problem)
  }

  /// Notes a problem in the words of a driver or a check, who cannot know what must not be shown.
  func reportForeign(_ problem: SettingProblem) {
    var problem = problem
    problem.message = withoutHiddenTexts(problem.message)
    report(problem)
  }

  /// Notes that a reference at a place leads nowhere.
  func reportUnresolved(at position: SourcePosition, _ key: String, _ message: String) {
    problems.append(SettingProblem(at: position, key: key, message))
    unresolvedPlaces.insert(position)
  }

  /// Notes that a file or folder was looked at, whether it could be read or not.
  ///
  /// Of one that is read twice the first content counts: if it changed in between, it differs at the next look.
  func addSource(_ source: ConfigurationSource) {
    if !sources.contains(where: { $0.path == source.path }) { sources.append(source) }
  }

  /// The text, and with a place what stands there, is not shown in any problem.
  func hide(_ text: String, at position: SourcePosition? = nil) {
    if !text.isEmpty { hiddenTexts.insert(text) }
    if let position { hiddenPlaces.insert(position) }
  }

  /// Whether the value that stands at a place came from outside the files.
  func isHidden(_ position: SourcePosition) -> Bool { hiddenPlaces.contains(position) }

  /// Whether a reference at a place leads nowhere, which has been reported.
  func isUnresolved(_ position: SourcePosition) -> Bool { unresolvedPlaces.contains(position) }

  /// `must be …, found "x"`; what was found is left out where it could be a secret.
  func mustBe(_ what: String, _ node: SettingNode, isSecret: Bool = false) -> String {
    let found =
      switch node.value {
      case .object: "a mapping"
      case .array: "a list"
      case .null: "nothing"
      case .bool, .number, .string:
        isSecret || isHidden(node.position)
          ? "something else (not shown)"
          : String((node.scalarText ?? "").prefix(64)).debugDescription
      }
    return "must be \(what), found \(found)"
  }

  /// Everything that is wrong, nil when nothing is.
  func conclude() -> ConfigurationProblems? {
    problems.isEmpty ? nil : ConfigurationProblems(problems)
  }

  /// The message without any text that came from outside.
  ///
  /// Very short texts would tear words apart, so they are looked for in quotes only.
  private func withoutHiddenTexts(_ message: String) -> String {
    hiddenTexts.sorted { $0.utf8.count > $1.utf8.count }.reduce(message) { message, text in
      let wanted = text.utf8.count < 4 ? "\"\(text)\"" : text
      return message.replacing(wanted, with: "<redacted>")
    }
  }
}

extension SettingNode {
  /// The words of a scalar, nil for anything else.
  var scalarText: String? {
    switch value {
    case .bool(let flag): "\(flag)"
    case .number(let text), .string(let text): text
    case .null, .array, .object: nil
    }
  }

  /// The members of a mapping, nil for anything else.
  var members: [SettingMember]? {
    if case .object(let members) = value { members } else { nil }
  }
}
