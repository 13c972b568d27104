import EventLoop
import Foundation
import Pipeline
import Transport

/// `otp-worker demo`: all of it in one process, nothing needed.
enum DemoCommand {
  static let command = Command(
    name: "demo", summary: "all of it in one process, nothing needed",
    discussion: """
      Starts an in-process Kafka, a stand-in for the provider on a loopback socket, and the daemon
      that "run" starts. Enqueues samples, good and bad, and draws the way of each from request to
      outcome: about 7 s. Then it keeps running, for requests of your own, until Ctrl-C.
      Nothing leaves this machine, and no file or variable is needed.
      """,
    options: [
      Option(
        name: "--once", value: nil,
        summary: "end after the samples, with 0 if each ended as expected, else 1"),
      Option(
        name: "--json", value: nil,
        summary: "a JSON object for each sample on standard output, no drawing"),
      Option(
        name: "--provider", value: "NAME",
        summary: "twilio, or http-sms: a receiver that writes the text (default: twilio)"),
      Option(
        name: "--log", value: nil, summary: "the daemon's log too, on standard error"),
    ],
    examples: [
      "otp-worker demo",
      "otp-worker demo --once --provider http-sms",
      "otp-worker demo --once --json | jq -r 'select(.agrees | not) | .name'",
    ],
    exitCodes: [
      ExitMeaning(ExitCode.ok, "stopped; with --once: every sample ended as expected"),
      ExitMeaning(ExitCode.failure, "with --once: a sample did not end as expected"),
      ExitMeaning(ExitCode.unavailable, "a port or a library's version is missing"),
    ],
    run: run)

  private static func run(_ arguments: Arguments) -> Int32 {
    if let complaint = CurlVersion.complaint {
      printError("otp-worker: \(complaint)")
      return ExitCode.unavailable
    }
    var options = DemoOptions(once: arguments.has("--once"))
    if let name = arguments["--provider"] {
      guard let provider = DemoProvider(rawValue: name) else {
        let names = DemoProvider.allCases.map(\.rawValue).joined(separator: " or ")
        printError("otp-worker: --provider takes \(names), not \"\(name)\"")
        return ExitCode.usage
      }
      options.provider = provider
    }
    let log =
      arguments.has("--log")
      ? Log(format: .text, to: LogDescriptor(2)) : Log(level: .error, to: DiscardedLog())
    defer { log.flush(within: .seconds(1)) }
    let isJSON = arguments.has("--json")
    return LoopProgram.run { [options] loop in
      let screen = Screen(
        isJSON: isJSON, environment: ProcessInfo.processInfo.environment)
      return await Demo(options, screen: screen, log: log, loop: loop).run()
    }
  }
}

/// Takes log lines and keeps none.
private struct DiscardedLog: LogSink {
  func write(_ line: [UInt8], notice: (UInt64) -> [UInt8]) {}
  func flush(within limit: Duration) -> Bool { true }
  var droppedLines: UInt64 { 0 }
}
