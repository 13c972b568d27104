import Foundation
import Glibc

/// What a process writes, line by line as it comes.
final class ProcessOutput {
  /// Where the process writes to.
  let pipe = Pipe()
  private var rest = ""

  /// Reads up to the next line that holds all of these words.
  /// - Returns: nil when the output ends, or does not say them within 30 s.
  func line(with words: [String]) -> String? {
    let deadline = ContinuousClock.now + .seconds(30)
    while true {
      while let end = rest.firstIndex(of: "\n") {
        let line = String(rest[..<end])
        rest = String(rest[rest.index(after: end)...])
        if words.allSatisfy(line.contains) { return line }
      }
      let descriptor = pipe.fileHandleForReading.fileDescriptor
      var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let left = max(.zero, deadline - .now) / .milliseconds(1)
      guard poll(&wait, 1, Int32(left)) == 1 else { return nil }
      let more = pipe.fileHandleForReading.availableData
      guard !more.isEmpty else { return nil }
      rest += String(decoding: more, as: UTF8.self)
    }
  }
}
