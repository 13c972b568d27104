import Glibc

/// Where the demo shows itself: all for people on standard output, or JSON there and the progress
/// on standard error.
final class Screen {
  private let isJSON: Bool
  /// Colours for standard output.
  let palette: Palette
  /// Whether nobody reads standard output any more.
  private(set) var isAbandoned = false

  /// A screen.
  /// - Parameters:
  ///   - isJSON: whether standard output is for scripts.
  ///   - environment: where `NO_COLOR` and `TERM` are looked for.
  init(isJSON: Bool, environment: [String: String]) {
    self.isJSON = isJSON
    // https://no-color.org
    let wantsColor = environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    palette = Palette(isColored: !isJSON && wantsColor && isatty(STDOUT_FILENO) == 1)
  }

  /// Tells what is going on.
  func tell(_ text: String) {
    if isJSON { printError(text) } else { put(text) }
  }

  /// Draws a step, for people.
  func draw(_ line: StepLine) {
    if !isJSON { put(line.text(palette)) }
  }

  /// Puts a line above the steps that tells their columns, for people.
  func drawHeading() {
    if !isJSON { put(palette.paint(StepLine.heading, .faint)) }
  }

  /// Shows what came of the samples.
  func show(_ reports: [SampleReport]) {
    if isJSON {
      for report in reports { put(report.json) }
    } else {
      put("")
      for line in SampleReport.table(reports, palette) { put(line) }
    }
  }

  /// Shows, to scripts, what came of a record that somebody else enqueued; people saw its steps.
  func showOther(_ report: SampleReport) {
    if isJSON { put(report.json) }
  }

  private func put(_ line: String) { put(Array(line.utf8)) }

  /// Writes at once, not through `print`, whose lines come late when they go into a pipe.
  private func put(_ line: [UInt8]) {
    var rest = (line + [UInt8(ascii: "\n")])[...]
    while !rest.isEmpty, !isAbandoned {
      let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        var wanted = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        poll(&wanted, 1, -1)
      } else if errno != EINTR {
        isAbandoned = true
      }
    }
  }
}
