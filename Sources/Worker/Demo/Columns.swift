/// `text` with spaces before it, up to `width` characters.
func leftPadded(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}

/// The beginning of `text` in at most `width` characters, with a sign where something is left out.
func beginning(of text: String, _ width: Int) -> String {
  text.count > width ? text.prefix(width - 1) + "…" : text
}

/// The end of `text` in at most `width` characters, with a sign where something is left out.
func end(of text: String, _ width: Int) -> String {
  text.count > width ? "…" + text.suffix(width - 1) : text
}
