import Foundation
import Synchronization

/// Ends the processes of the drill that runs and removes its folder, also when this program is interrupted.
enum Cleanup {
  private struct State {
    var folder: URL?
    var child: Int32?
  }
  private static let state = Mutex(State())
  /// The handler may only write to it.
  private static let pipe: (read: Int32, write: Int32) = {
    var ends: [Int32] = [0, 0]
    _ = ends.withUnsafeMutableBufferPointer { Foundation.pipe($0.baseAddress!) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }()

  static var folder: URL? {
    get { state.withLock { $0.folder } }
    set { state.withLock { $0.folder = newValue } }
  }
  static var child: Int32? {
    get { state.withLock { $0.child } }
    set { state.withLock { $0.child = newValue } }
  }

  /// Clears up on SIGINT and SIGTERM, and ends the program; children do not inherit this.
  static func install() {
    let descriptor = pipe.read
    thread {
      var byte: UInt8 = 0
      guard read(descriptor, &byte, 1) == 1 else { return }
      clear()
      _exit(130)
    }
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { _ in
        var byte: UInt8 = 0
        _ = write(Cleanup.pipe.write, &byte, 1)
      }
    }
  }

  /// Ends what the drill started and removes its folder; `DRILL_KEEP=1` leaves the folder.
  static func clear() {
    let (folder, child) = state.withLock { state in
      defer { state = State() }
      return (state.folder, state.child)
    }
    if let child { kill(child, SIGKILL) }
    guard let folder else { return }
    let pids = (try? String(contentsOf: folder.appending(path: "pids"), encoding: .utf8)) ?? ""
    for pid in pids.split(separator: "\n").compactMap({ Int32($0) }) where isWorker(pid, folder) {
      kill(pid, SIGKILL)
    }
    if ProcessInfo.processInfo.environment["DRILL_KEEP"] == nil {
      try? FileManager.default.removeItem(at: folder)
    } else {
      print("  kept: \(folder.path)")
    }
  }

  /// Whether it is still the process that the drill started: its command line names the folder.
  private static func isWorker(_ pid: Int32, _ folder: URL) -> Bool {
    let line = (try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)) ?? ""
    return line.contains(folder.path)
  }
}
