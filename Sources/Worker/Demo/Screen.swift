import Glibc

/// Where the demo shows itself: all for people on standard output, or JSON there and the progress
/// on standard error.
final class Screen {
  private let isJSON: Bool
  private let output: Int32
  private let progress: Int32
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
    let wantsColor = environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    palette = Palette(isColored: !isJSON && wantsColor && isatty(output) == 1)
  }

  /// Tells what is going on.
  func tell(_ text: String) {
    if isJSON { _ = write(Array((text + "\n").utf8), to: progress) } else { put(text) }
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

  private func put(_ line: [UInt8]) {
    if !isAbandoned { isAbandoned = !write(line + [UInt8(ascii: "\n")], to: output) }
  }

  /// Writes at once, not through `print`, whose lines come late when they go into a pipe.
  /// - Returns: false when nobody reads any more.
  private func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&wanted, 1, -1)
      } else if errno != EINTR {
        return false
      }
    }
    return true
  }
}
