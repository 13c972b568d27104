import Delivery
import EventLoop
import Foundation
import Pipeline
import Transport

/// `otp-worker demo`: all of it in one process, nothing needed.
enum DemoCommand {
  static let command = Command(
    name: "demo", summary: "all of it in one process, nothing needed",
    discussion: """
      Starts an in-process Kafka, the sandbox with its inbox page, and the daemon that "run" starts.
      Enqueues samples, good and bad, for text messages and mails, and draws the way of each from
      request to outcome: about 7 s. Then it keeps running, for requests of your own, until Ctrl-C.
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
        summary:
          "whom its channel goes by: \(DemoProvider.all.map(\.name).joined(separator: ", ")) (default: twilio and smtp)"
      ),
      Option(
        name: "--all-providers", value: nil,
        summary: "the samples through every provider in turn, and a table of them at the end"),
      Option(
        name: "--log", value: nil, summary: "the daemon's log too, on standard error"),
    ],
    examples: [
      "otp-worker demo",
      "otp-worker demo --once --provider http-sms",
      "otp-worker demo --all-providers",
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
      guard let provider = DemoProvider.named(name) else {
        let known = DemoProvider.all.map(\.name)
        printError("otp-worker: \(unknownNameMessage("unknown provider", name, known: known))")
        return ExitCode.usage
      }
      options.providers = DemoProviders(provider)
    }
    let log =
      arguments.has("--log")
      ? Log(format: .text, to: LogDescriptor(2)) : Log(level: .error, to: DiscardedLog())
    defer { log.flush(within: .seconds(1)) }
    let isJSON = arguments.has("--json")
    let hasAll = arguments.has("--all-providers")
    return LoopProgram.run { [options] loop in
      let screen = Screen(
        isJSON: isJSON, environment: ProcessInfo.processInfo.environment)
      return hasAll
        ? await DemoTour(screen: screen, log: log, loop: loop).run()
        : await Demo(options, screen: screen, log: log, loop: loop).run()
    }
  }
}

/// Takes log lines and keeps none.
private struct DiscardedLog: LogSink {
  func write(_ line: [UInt8], notice: (UInt64) -> [UInt8]) {}
  func flush(within limit: Duration) -> Bool { true }
  var droppedLines: UInt64 { 0 }
}
