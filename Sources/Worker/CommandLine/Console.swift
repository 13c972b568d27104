import Foundation
import Glibc

/// Where a command speaks: its output, its complaints, and how wide and colourful they may be.
struct Console: Sendable {
  /// Which of the two a text goes to.
  enum Stream: Sendable {
    /// What was asked for.
    case output
    /// What went wrong, and progress beside JSON.
    case errors
  }

  /// Fewer columns than these are written past.
  static let leastWidth = 40
  /// Lines longer than this are hard to read, however wide the terminal.
  static let greatestWidth = 100

  /// Variables.
  var environment: [String: String]
  /// Columns of the output.
  var width: Int
  /// Colours for the output.
  var palette: Palette
  /// Takes bytes; what nobody reads any more is dropped.
  var write: @Sendable (Stream, [UInt8]) -> Void

  /// A line, or several, of what was asked for.
  func print(_ text: String) { write(.output, Array((text + "\n").utf8)) }

  /// One JSON text on a line.
  func print(json: [UInt8]) { write(.output, json + [UInt8(ascii: "\n")]) }

  /// A line, or several, of what went wrong.
  func complain(_ text: String) { write(.errors, Array((text + "\n").utf8)) }

  /// Paragraphs of what was asked for, broken between words.
  func printWrapped(_ text: String) { print(text.wrapped(width: width).joined(separator: "\n")) }
}

extension Console {
  /// The process's own.
  static var standard: Console {
    let environment = ProcessInfo.processInfo.environment
    let isTerminal = isatty(STDOUT_FILENO) == 1
    // https://no-color.org
    let wantsColor = environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    return Console(
      environment: environment,
      width: isTerminal ? terminalWidth(environment) : 80,
      palette: Palette(isColored: isTerminal && wantsColor),
      write: { stream, bytes in
        writeAll(bytes, to: stream == .output ? STDOUT_FILENO : STDERR_FILENO)
      })
  }

  private static func terminalWidth(_ environment: [String: String]) -> Int {
    var size = winsize()
    let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    let columns = isKnown ? Int(size.ws_col) : environment["COLUMNS"].flatMap { Int($0) } ?? 80
    return min(max(columns, leastWidth), greatestWidth)
  }
}

/// Writes at once, not through `print`, whose lines come late when they go into a pipe.
/// - Returns: false when nobody reads any more (SIGPIPE is ignored by `main`).
@discardableResult
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
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

extension String {
  /// Lines of at most `width` characters, broken between words; longer words stay whole.
  ///
  /// Line breaks within a paragraph count as spaces; empty lines, and lines that begin with a space, stay.
  func wrapped(width: Int, indentation: String = "") -> [String] {
    var lines: [String] = []
    var isOpen = false
    for line in split(separator: "\n", omittingEmptySubsequences: false) {
      guard !line.isEmpty, !line.hasPrefix(" ") else {
        lines.append(line.isEmpty ? "" : indentation + line)
        isOpen = false
        continue
      }
      for word in line.split(separator: " ") {
        if isOpen, let last = lines.last, last.count + 1 + word.count <= width {
          lines[lines.count - 1] += " \(word)"
        } else {
          lines.append(indentation + word)
          isOpen = true
        }
      }
    }
    return lines
  }
}
