import Delivery
public import EventLoop
import Synchronization

/// The log: one line for each thing that matters, from any thread, without ever waiting.
public struct Log: Sendable {
  /// The longest text in a line, in bytes of UTF-8.
  public static let longestValue = 512

  private let threshold: LogThreshold
  private let format: LogFormat
  private let sink: any LogSink
  private let clock: any Clock
  private let limiter: LogLimiter
  private var context: [LogField] = []

  /// A log.
  /// - Parameters:
  ///   - level: what matters less is left out.
  ///   - format: how lines look.
  ///   - sink: where lines go.
  ///   - clock: what dates them.
  public init(
    level: LogLevel = .info, format: LogFormat = .json, to sink: any LogSink,
    clock: any Clock = SystemClock()
  ) {
    threshold = LogThreshold(level)
    self.format = format
    self.sink = sink
    self.clock = clock
    limiter = LogLimiter()
  }

  /// Lines that were given up since the start because the reader is too slow.
  public var droppedLines: UInt64 { sink.droppedLines }

  /// Whether lines of a level are written, for a caller whose line is costly to make.
  public func writes(_ level: LogLevel) -> Bool { level >= threshold.level }

  /// Leaves out what matters less than `level` from now on, in every copy of this log.
  public func leaveOut(below level: LogLevel) { threshold.level = level }

  /// The same log, with `fields` in each of its lines, behind the line's own.
  public func with(_ fields: LogField...) -> Log { with(fields) }

  /// The log when nothing was let through under `key` for `interval`, otherwise nil:
  /// `log.limited("broker away", every: .seconds(30))?.warning(…)`.
  ///
  /// What was held back meanwhile is counted in the next line, as `suppressed`.
  public func limited(_ key: String, every interval: Duration) -> Log? {
    guard let suppressed = limiter.admit(key, every: interval, now: clock.now) else { return nil }
    return suppressed == 0 ? self : with([.number(.suppressed, suppressed)])
  }

  /// Writes for whoever looks for a fault in the worker itself.
  public func debug(_ message: String, _ fields: LogField...) { write(.debug, message, fields) }
  /// Writes what happened.
  public func info(_ message: String, _ fields: LogField...) { write(.info, message, fields) }
  /// Writes that something is wrong that may mend itself.
  public func warning(_ message: String, _ fields: LogField...) { write(.warning, message, fields) }
  /// Writes that something is wrong that a person has to mend.
  public func error(_ message: String, _ fields: LogField...) { write(.error, message, fields) }

  /// Writes that something is wrong that a person has to mend, with as many fields as are known.
  public func error(_ message: String, _ fields: [LogField]) { write(.error, message, fields) }

  /// Waits until everything is written, at most `limit`; for the end of the process.
  /// - Returns: false when the reader did not take it in time.
  @discardableResult
  public func flush(within limit: Duration) -> Bool { sink.flush(within: limit) }

  /// The log whose lines begin with these fields.
  func with(_ fields: [LogField]) -> Log {
    var log = self
    log.context += fields
    return log
  }

  private func write(_ level: LogLevel, _ message: String, _ fields: [LogField]) {
    guard writes(level) else { return }
    let time = Timestamp(milliseconds: clock.wallMilliseconds)
    let line = LogLine(time: time, level: level, message: message, fields: fields + context)
    sink.write(line.encoded(as: format)) { dropped in
      LogLine(
        time: time, level: .warning, message: "log lines dropped", fields: [.count(dropped)]
      ).encoded(as: format)
    }
  }
}

/// What is left out, for all copies of a log.
private final class LogThreshold: Sendable {
  private let rank: Atomic<Int>

  init(_ level: LogLevel) { rank = Atomic(level.rank) }

  var level: LogLevel {
    get { LogLevel.allCases[rank.load(ordering: .relaxed)] }
    set { rank.store(newValue.rank, ordering: .relaxed) }
  }
}

/// Where log lines go.
public protocol LogSink: Sendable {
  /// Takes a line, with its line feed, or drops it; never waits.
  /// - Parameters:
  ///   - line: the line.
  ///   - notice: makes the line that goes before it when others were dropped just before, of their number.
  func write(_ line: [UInt8], notice: (UInt64) -> [UInt8])
  /// Waits until all lines are written, at most `limit`; false when they were not.
  func flush(within limit: Duration) -> Bool
  /// How many lines were dropped.
  var droppedLines: UInt64 { get }
}

/// What was let through lately, and how much was not.
private final class LogLimiter: Sendable {
  private struct Entry {
    var admitted: ContinuousClock.Instant
    var suppressed: UInt64
  }
  /// Keys may come from outside (a broker's name), so there is an end to them.
  private static let mostKeys = 256
  private let entries = Mutex<[String: Entry]>([:])

  /// How many were held back since the last one let through; nil when this one is held back too.
  func admit(
    _ key: String, every interval: Duration, now: ContinuousClock.Instant
  ) -> UInt64? {
    entries.withLock { entries in
      if let entry = entries[key], entry.admitted.duration(to: now) < interval {
        entries[key]?.suppressed += 1
        return nil
      }
      if entries.count >= Self.mostKeys { entries.removeAll() }
      let suppressed = entries[key]?.suppressed ?? 0
      entries[key] = Entry(admitted: now, suppressed: 0)
      return suppressed
    }
  }
}

/// Keeps log lines in memory, for tests.
public final class LogCapture: LogSink {
  private let captured = Mutex<[String]>([])

  /// A capture without lines.
  public init() {}

  /// The lines so far, without their line feeds.
  public var lines: [String] { captured.withLock { $0 } }
  /// How many lines were dropped.
  public var droppedLines: UInt64 { 0 }

  /// Takes a line.
  public func write(_ line: [UInt8], notice: (UInt64) -> [UInt8]) {
    captured.withLock { $0.append(String(decoding: line.dropLast(), as: UTF8.self)) }
  }

  /// Waits until all lines are written; false when they were not in time.
  public func flush(within limit: Duration) -> Bool { true }
}
