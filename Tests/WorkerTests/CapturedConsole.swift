import Foundation
import Synchronization
import Testing

@testable import Worker

/// Takes what a command says.
final class CapturedConsole: Sendable {
  private let texts = Mutex<(output: [UInt8], errors: [UInt8])>(([], []))

  /// The console to be given to commands.
  func console(
    width: Int = 80, isColored: Bool = false, environment: [String: String] = [:]
  ) -> Console {
    Console(
      environment: environment, width: width, palette: Palette(isColored: isColored),
      write: { [self] stream, bytes in
        texts.withLock {
          if stream == .output { $0.output += bytes } else { $0.errors += bytes }
        }
      })
  }

  /// What was asked for.
  var output: String { texts.withLock { String(decoding: $0.output, as: UTF8.self) } }

  /// What was asked for, each run of white space as one space: lines may be broken anywhere.
  var words: String { output.split(whereSeparator: \.isWhitespace).joined(separator: " ") }

  /// What went wrong.
  var errors: String { texts.withLock { String(decoding: $0.errors, as: UTF8.self) } }
}

/// A configuration's file, gone when the test ends.
final class TemporaryFile: Sendable {
  let path: String

  init(_ text: String) throws {
    let folder = FileManager.default.temporaryDirectory
    path = folder.appendingPathComponent("otp-worker-test-\(UUID().uuidString).yaml").path
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// The arguments of a command, as they would be typed.
func arguments(_ words: [String], of command: Command) throws -> Arguments {
  try Arguments(words, of: command)
}
