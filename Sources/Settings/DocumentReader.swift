import Delivery

/// Reads the files that a configuration is made of.
struct DocumentReader {
  /// More than any configuration needs, less than what hurts.
  static let fileLimit = 4 * 1_024 * 1_024

  /// The setting that names a file.
  struct Asker {
    var key: String
    var position: SourcePosition
  }

  let mainFile: String
  let environment: [String: String]
  let notes: LoadingNotes

  /// The document in a file, with variables and files put in.
  ///
  /// JSON is taken as it is: Logto's `$` are no references. `key` is the full key of what stands in
  /// the file, `asker` the setting that names the file, nil for the main one. Nil, and a problem,
  /// when it cannot be read.
  func read(_ path: String, key: String, asker: Asker?) -> SettingNode? {
    let bytes: [UInt8]
    do {
      bytes = try SourceFile.read(path, limit: Self.fileLimit)
    } catch {
      notes.addSource(ConfigurationSource(file: path, limit: Self.fileLimit, nil))
      reportUnreadable(path, asker, error.message)
      return nil
    }
    notes.addSource(ConfigurationSource(file: path, limit: Self.fileLimit, bytes))
    notes.fingerprint.add(bytes)
    let isJSON = path.hasSuffix(".json")
    let document = YAMLDocument.parse(
      isJSON ? JSONText.asYAML(bytes) : bytes, file: path, path: key)
    for problem in document.problems { notes.report(problem) }
    guard let root = document.root, !isJSON else { return document.root }
    return Substitution(environment: environment, notes: notes).resolve(root, key: key)
  }

  private func reportUnreadable(_ path: String, _ asker: Asker?, _ reason: String) {
    guard let asker else {
      let start = SourcePosition(file: path, line: 1, column: 1)
      return notes.report(at: start, "", "the file \(reason)")
    }
    let name = notes.isHidden(asker.position) ? "the file" : "the file \(path)"
    notes.report(at: asker.position, asker.key, "\(name) \(reason)")
  }

  /// The path as seen from the file that names it; variables name it as seen from the main file.
  func resolve(_ path: String, at position: SourcePosition) -> String {
    let isVariable = position.file != mainFile && environment[position.file] != nil
    return SourceFile.resolve(path, from: isVariable ? mainFile : position.file)
  }
}
