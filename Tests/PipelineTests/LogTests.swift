import Delivery
import EventLoop
import Glibc
import Testing

@testable import Pipeline

struct LogTests {
  private let capture = LogCapture()
  /// Stands at 2026-11-21T10:31:00.005Z.
  private let clock = ManualClock(wallMilliseconds: 1_795_257_060_005)

  private func log(_ level: LogLevel = .info, _ format: LogFormat = .json) -> Log {
    Log(level: level, format: format, to: capture, clock: clock)
  }

  @Test func `A JSON line holds time, level, message and the fields in order`() {
    log().info(
      "outcome", .eventID("e-1"), .connector("main"), .attempt(2), .reason(.exhausted),
      .duration(.latency, .milliseconds(1_250)), .flag(.possibleDuplicate, true),
      .channel(.sms))
    #expect(
      capture.lines == [
        #"{"time":"2026-11-21T10:31:00.005Z","level":"info","message":"outcome","eventId":"e-1","#
          + #""connector":"main","attempt":2,"reason":"exhausted","latencyMs":1250,"#
          + #""possibleDuplicate":true,"channel":"sms"}"#
      ])
  }

  @Test func `A line for people has them too`() {
    log(.info, .text).warning(
      "broker away", .text(.broker, "localhost:9092"), .detail("no route\nto \"host\""),
      .count(3), .text(.error, ""))
    #expect(
      capture.lines == [
        #"2026-11-21T10:31:00.005Z WARNING broker away broker=localhost:9092 "#
          + #"detail="no route\nto \"host\"" count=3 error="""#
      ])
  }

  @Test func `What matters less than the level is left out`() {
    let log = log(.warning)
    log.debug("a")
    log.info("b")
    log.warning("c")
    log.error("d")
    #expect(capture.lines.count == 2)
    #expect(!log.writes(.info) && log.writes(.error))
  }

  @Test(arguments: LogFormat.allCases)
  func `No value starts a line, commands a terminal or turns the text round`(format: LogFormat) {
    log(.info, format).info(
      "m\r\n\u{1B}[2J", .detail("a\u{0}b\u{1B}]0;x\u{7}\u{7F}\u{9B}31m\u{202E}c\u{2028}d"))
    let line = capture.lines[0]
    #expect(
      line.unicodeScalars.allSatisfy {
        $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0 != "\u{202E}"
          && $0 != "\u{2028}"
      })
  }

  @Test(arguments: [
    String(repeating: "x", count: 2_000), String(repeating: "ø", count: 256) + "ø",
    String(repeating: "👩‍👩‍👧", count: 200), String(repeating: "\u{9B}", count: 600),
    String(repeating: "\u{9B}", count: 256),
  ])
  func `A long value is cut to what a value may have`(text: String) throws {
    log(.info, .text).info("m", .detail(text))
    let value = try #require(capture.lines[0].split(separator: "detail=").last)
    #expect(value.utf8.count <= Log.longestValue)
    #expect(value.hasSuffix("…"))
  }

  @Test func `A value of exactly the longest length is whole`() {
    let text = String(repeating: "ø", count: Log.longestValue / 2)
    log(.info, .text).info("m", .detail(text))
    #expect(capture.lines[0].hasSuffix("detail=\(text)"))
  }

  @Test func `Fields given beforehand stand behind the line's own`() {
    log(.info, .text).with(.connector("main")).with(.text(.provider, "twilio"))
      .info("m", .attempt(1))
    #expect(capture.lines[0].hasSuffix("m attempt=1 connector=main provider=twilio"))
  }

  @Test func `What repeats gives one line in its interval, and then how many were held back`() {
    let log = log(.info, .text)
    for _ in 0..<3 { log.limited("broker", every: .seconds(30))?.warning("away") }
    log.limited("other", every: .seconds(30))?.warning("away too")
    clock.advance(by: .milliseconds(29_999))
    log.limited("broker", every: .seconds(30))?.warning("away")
    #expect(capture.lines.count == 2)
    clock.advance(by: .milliseconds(1))
    log.limited("broker", every: .seconds(30))?.warning("away")
    #expect(capture.lines.count == 3)
    #expect(capture.lines[2].hasSuffix("away suppressed=3"))
    clock.advance(by: .seconds(30))
    log.limited("broker", every: .seconds(30))?.warning("away")
    #expect(capture.lines[3].hasSuffix("away"))
  }

  @Test func `Key names differ and are camel case`() throws {
    let pattern = try Regex("[a-z]+([A-Z][a-z]+)*")
    let names = LogKey.allCases.map(\.rawValue)
    #expect(Set(names).count == names.count)
    for name in names { #expect(name.wholeMatch(of: pattern) != nil, "\(name)") }
  }
}

@Suite(.timeLimit(.minutes(1)))
struct LogDescriptorTests {
  @Test func `Lines reach the descriptor in order, and flushing waits for them`() throws {
    let pipe = try Pipe()
    let sink = LogDescriptor(pipe.writeEnd)
    let log = Log(format: .text, to: sink)
    for number in 0..<100 { log.info("line", .count(number)) }
    #expect(log.flush(within: .seconds(20)))
    let lines = pipe.readAvailable().split(separator: "\n")
    #expect(lines.count == 100)
    for (number, line) in lines.enumerated() { #expect(line.hasSuffix(" count=\(number)")) }
    #expect(log.droppedLines == 0)
    #expect(log.flush(within: .zero))
  }

  @Test func `A full pipe drops lines, counts them and never waits`() throws {
    let pipe = try Pipe()
    let sink = LogDescriptor(pipe.writeEnd, capacity: 10_000)
    let log = Log(format: .text, to: sink)
    // A pipe holds 64 KiB, the thread and the queue 10,000 each: a megabyte fits nowhere.
    for _ in 0..<10_000 { log.info(String(repeating: "x", count: 80)) }
    #expect(!log.flush(within: .milliseconds(50)))
    let dropped = log.droppedLines
    #expect(dropped > 0 && dropped < 10_000)

    // As soon as the reader is back, the log says how much is missing, and where.
    var text = ""
    while !log.flush(within: .milliseconds(1)) { text += pipe.readAvailable() }
    log.info("after")
    #expect(log.flush(within: .seconds(20)))
    text += pipe.readAvailable()
    let lines = text.split(separator: "\n")
    let notices = lines.filter { $0.contains("log lines dropped count=") }
    let reported = notices.compactMap { $0.split(separator: "=").last.flatMap { UInt64($0) } }
    #expect(reported.reduce(0, +) == dropped)
    #expect(UInt64(lines.count - notices.count) == 10_000 - dropped + 1)
    #expect(lines.suffix(2).first == notices.last)
    #expect(lines.last?.hasSuffix(" after") == true)
  }

  @Test func `A reader that is gone costs lines, not the process`() throws {
    let pipe = try Pipe()
    let sink = LogDescriptor(pipe.writeEnd)
    let log = Log(to: sink)
    pipe.closeReadEnd()
    log.info("nobody reads this")
    #expect(log.flush(within: .seconds(20)))
    #expect(log.droppedLines == 1)
  }

  @Test func `Dropped lines show among the metrics`() throws {
    let pipe = try Pipe()
    let log = Log(to: LogDescriptor(pipe.writeEnd, capacity: 10))
    log.info("longer than ten bytes")
    let telemetry = Telemetry(
      build: BuildInfo(version: "1", librdkafka: "2", libcurl: "7"), log: log)
    let text = String(decoding: telemetry.render(process: .current()), as: UTF8.self)
    #expect(text.contains("\notp_log_lines_dropped_total 1\n"))
  }
}

/// A pipe whose ends close with it.
private final class Pipe {
  let writeEnd: Int32
  private var readEnd: Int32

  init() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    readEnd = ends[0]
    writeEnd = ends[1]
    _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
  }

  deinit {
    closeReadEnd()
    close(writeEnd)
  }

  func closeReadEnd() {
    if readEnd >= 0 { close(readEnd) }
    readEnd = -1
  }

  func readAvailable() -> String {
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(readEnd, &piece, piece.count)
      guard count > 0 else { return String(decoding: all, as: UTF8.self) }
      all += piece.prefix(count)
    }
  }
}
