extension SettingsTable {
  /// Every key with what it takes, its default, its variable and its meaning, in lines of `width` columns.
  public static func help(width: Int = 94) -> String {
    sections.map { section in
      let title = section.path.isEmpty ? "In the file itself" : section.path
      return
        (wrapped("\(title): \(section.summary)", width: width)
        + section.rows.map { help(section, $0, width) }).joined(separator: "\n")
    }
    .joined(separator: "\n\n") + "\n"
  }

  private static func help(
    _ section: SettingsSection, _ row: SettingRow, _ width: Int
  ) -> String {
    let lines = [row.summary] + facts(section, row)
    return
      (["  \(row.key)"] + lines.flatMap { wrapped($0, width: width - 6) }.map { "      \($0)" })
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
