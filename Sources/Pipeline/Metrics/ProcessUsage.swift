import Glibc

/// What the process takes of the machine, as Linux tells it.
public struct ProcessUsage: Sendable, Equatable {
  /// User and system time together.
  public var cpu: Duration
  /// Resident memory in bytes; nil when `/proc` is not there.
  public var residentBytes: UInt64?
  /// Open descriptors; nil when `/proc` is not there.
  public var openDescriptors: Int?
  /// When the process started, in seconds since 1970; nil when `/proc` is not there.
  public var startSeconds: Double?

  /// The process as it is now.
  ///
  /// From any thread; reads a few files under `/proc`.
  public static func current() -> ProcessUsage {
    ProcessUsage(
      cpu: cpuTime(), residentBytes: residentBytes(), openDescriptors: openDescriptors(),
      startSeconds: startSeconds())
  }

  private static func cpuTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  /// The second field of `/proc/self/statm`, in pages.
  private static func residentBytes() -> UInt64? {
    fields(ofFile: "/proc/self/statm").dropFirst().first.flatMap { UInt64($0) }
      .map { $0 * UInt64(sysconf(Int32(_SC_PAGESIZE))) }
  }

  private static func openDescriptors() -> Int? {
    guard let directory = opendir("/proc/self/fd") else { return nil }
    defer { closedir(directory) }
    // Not counted: `.`, `..` and the descriptor that reads the directory.
    var count = -3
    while readdir(directory) != nil { count += 1 }
    return count
  }

  /// Field 22 of `/proc/self/stat`: ticks between the machine's start and ours.
  /// https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
  private static func startSeconds() -> Double? {
    // The second field is the name in parentheses, which may hold spaces.
    let afterName = fields(ofFile: "/proc/self/stat").drop { !$0.hasSuffix(")") }.dropFirst()
    guard let ticks = afterName.dropFirst(19).first.flatMap({ Double($0) }) else { return nil }
    let sinceBoot = ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    return seconds(of: CLOCK_REALTIME) - seconds(of: CLOCK_BOOTTIME) + sinceBoot
  }

  private static func seconds(of clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private static func fields(ofFile path: String) -> [Substring] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = read(descriptor, &bytes, bytes.count)
    guard count > 0 else { return [] }
    return String(decoding: bytes.prefix(count), as: UTF8.self)
      .split { $0 == " " || $0 == "\n" }
  }
}
