extension SettingsTable {
  /// Every key with what it takes, its default, its variable and its meaning, for `--help`.
  public static func help() -> String {
    sections.map { section in
      let title = section.path.isEmpty ? "In the file itself" : section.path
      return (["\(title): \(section.summary)"] + section.rows.map { help(section, $0) })
        .joined(separator: "\n")
    }
    .joined(separator: "\n\n") + "\n"
  }

  private static func help(_ section: SettingsSection, _ row: SettingRow) -> String {
    let lines = [row.summary] + facts(section, row)
    return (["  \(row.key)"] + lines.flatMap { wrapped($0, width: 88) }.map { "      \($0)" })
      .joined(separator: "\n")
  }

  /// What a key takes, its default and its variable.
  static func facts(_ section: SettingsSection, _ row: SettingRow) -> [String] {
    var value = "Takes \(row.format)"
    if let fallback = row.fallback { value += "; default \(fallback)" }
    if row.isRequired { value += "; required" }
    if row.isSecret { value += "; secret" }
    return [value + "."] + (section.variable(for: row).map { ["Variable \($0)."] } ?? [])
  }

  /// Lines of at most `width` characters, broken between words; longer words stay whole.
  static func wrapped(_ text: String, width: Int) -> [String] {
    text.split(separator: " ").reduce(into: []) { lines, word in
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] += " \(word)"
      } else {
        lines.append(String(word))
      }
    }
  }
}
