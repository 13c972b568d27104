import Glibc

/// Where the demo shows itself: all for people on standard output, or JSON there and the progress
/// on standard error.
final class Screen {
  private let isJSON: Bool
  private let output: Int32
  private let progress: Int32
  private let movesCursor: Bool
  private var board: Board?
  /// Colours for the output.
  let palette: Palette
  /// Whether nobody reads the output any more.
  private(set) var isAbandoned = false

  /// A screen.
  /// - Parameters:
  ///   - isJSON: whether the output is for scripts.
  ///   - output: the descriptor of standard output.
  ///   - progress: that of standard error.
  ///   - environment: where `NO_COLOR` and `TERM` are looked for.
  init(
    isJSON: Bool, output: Int32 = STDOUT_FILENO, progress: Int32 = STDERR_FILENO,
    environment: [String: String]
  ) {
    self.isJSON = isJSON
    self.output = output
    self.progress = progress
    // https://no-color.org
    movesCursor = !isJSON && isatty(output) == 1 && environment["TERM"] != "dumb"
    palette = Palette(
      isColored: movesCursor && environment["NO_COLOR", default: ""].isEmpty)
  }

  /// Tells what is going on; a board stands still from then on.
  func tell(_ text: String) {
    board = nil
    if isJSON { writeAll(Array((text + "\n").utf8), to: progress) } else { put(text) }
  }

  /// Draws a row for each sample where the terminal can, else the heading of a line for each step; for people.
  func begin(_ names: [String]) {
    guard !isJSON else { return }
    let size = terminalSize
    guard movesCursor, size.rows >= Board.height(of: names.count) else {
      return put(palette.paint(StepLine.heading, .faint))
    }
    let board = Board(names: names, palette: palette)
    self.board = board
    putText(board.frame(width: size.columns))
  }

  /// Draws a step, for people.
  func draw(_ line: StepLine) {
    if isJSON { return }
    if board == nil { return put(line.text(palette)) }
    if let text = board?.add(line, width: terminalSize.columns) { putText(text) }
  }

  /// Shows what came of the samples.
  ///
  /// A board shows most of it: then the verdict is enough, unless `isTableWanted`.
  func show(_ reports: [SampleReport], isTableWanted: Bool) {
    if isJSON {
      for report in reports { put(report.json) }
      return
    }
    let isShort = board != nil && !isTableWanted
    board = nil
    put("")
    let table = isShort ? [] : SampleReport.table(reports, palette) + [""]
    for line in table + SampleReport.verdict(reports, palette) { put(line) }
  }

  /// Shows lines to people, and JSON to scripts.
  func put(lines: [String], json: [[UInt8]]) {
    if isJSON {
      for object in json { put(object) }
    } else {
      for line in [""] + lines { put(line) }
    }
  }

  /// Shows, to scripts, what came of a record that somebody else enqueued; people saw its steps.
  func showOther(_ report: SampleReport) {
    if isJSON { put(report.json) }
  }

  private var terminalSize: (rows: Int, columns: Int) {
    var size = winsize()
    guard ioctl(output, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return (24, 80) }
    // The last column is left free: some terminals wrap as soon as it is written to.
    return (Int(size.ws_row), Int(size.ws_col) - 1)
  }

  private func putText(_ text: String) {
    if !isAbandoned { isAbandoned = !writeAll(Array(text.utf8), to: output) }
  }

  private func put(_ line: String) { put(Array(line.utf8)) }

  private func put(_ line: [UInt8]) {
    if !isAbandoned { isAbandoned = !writeAll(line + [UInt8(ascii: "\n")], to: output) }
  }
}
