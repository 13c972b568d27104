import Admin
import EventLoop
import Foundation
import Glibc
import Kafka
import Pipeline
import Settings
import Transport

/// `otp-worker run`: the daemon.
enum RunCommand {
  static let command = Command(
    name: "run", summary: "the daemon",
    discussion: """
      Takes requests from Kafka, sends them through the active connectors, publishes outcomes and dead
      letters. "check --online" tells beforehand whether it would start; "help settings" lists every key of
      the configuration.

      A changed configuration, in whatever file it refers to, takes effect within seconds; a wrong one is told
      in the log, and the old one stays.

      SIGTERM or SIGINT stops in order, within 25 s; a second one ends at once. SIGHUP reads the
      configuration again now, and tries connectors that are held. SIGUSR1 takes nothing new until a
      restart; what was taken goes on to its end.
      """,
    options: [
      ConfigurationFile.option,
      Option(
        name: "--log-format", value: "FORMAT",
        summary: "json or text, for people (default: log.format)"),
    ],
    examples: [
      "otp-worker run --config otp-worker.yaml",
      "OTP_WORKER_ADMIN_PORT=9500 otp-worker run --config otp-worker.yaml --log-format text",
    ],
    exitCodes: [
      ExitMeaning(ExitCode.ok, "stopped in order"),
      ExitMeaning(ExitCode.failure, "ended at once by a second signal"),
      ExitMeaning(
        ExitCode.unavailable, "something it needs is not there: a port, a library's version"),
      ExitMeaning(ExitCode.software, "the stop took longer than 25 s"),
      ExitMeaning(
        ExitCode.configuration, "configuration or topics are wrong; a restart does not help"),
    ],
    run: run)

  private static func run(_ arguments: Arguments) -> Int32 {
    // Before any thread exists; whoever sends one during the start is heard once the loop runs.
    Signals.block([SIGHUP, SIGUSR1])
    if let complaint = CurlVersion.complaint {
      printError("otp-worker: \(complaint)")
      return ExitCode.unavailable
    }
    var format: LogFormat?
    if let name = arguments["--log-format"] {
      format = LogFormat(rawValue: name)
      if format == nil {
        printError("otp-worker: --log-format takes json or text, not \"\(name)\"")
        return ExitCode.usage
      }
    }
    let file: ConfigurationFile
    do {
      file = try ConfigurationFile(
        arguments, for: "run", environment: ProcessInfo.processInfo.environment)
    } catch {
      return error.tell(.standard)
    }
    let configuration = file.configuration
    let log = Log(
      level: LogLevel(configuration.log.level),
      format: format ?? LogFormat(rawValue: configuration.log.format.rawValue) ?? .json,
      to: LogDescriptor(1))
    defer { log.flush(within: .seconds(2)) }
    return LoopProgram.run { loop in
      await serve(file, loop: loop, log: log)
    }
  }

  private static func serve(
    _ file: ConfigurationFile, loop: EventLoop, log: Log
  ) async -> Int32 {
    let (configuration, kafka) = (file.configuration, file.kafka)
    let stop = StopSignal(on: loop)
    let assembly: Assembly
    do {
      assembly = try Assembly(configuration, kafka: kafka, loop: loop, log: log)
    } catch {
      log.error("cannot start", .detail("\(error)"))
      return ExitCode.unavailable
    }
    defer { assembly.admin?.stop() }
    assembly.startWatchdog(stop)
    tellStart(configuration, kafka, assembly, log)
    await listen(Reloader(file, loader: file.loader, assembly: assembly), assembly.pipeline)

    let check = TopicCheck(file)
    switch await check.run(kafka, log: log, until: stop) {
    case .stopped: return ExitCode.ok
    case .wrong(let problems):
      for problem in problems { log.error("topics are not as they must be", .detail(problem)) }
      return ExitCode.configuration
    case .fine: break
    }
    do {
      try await assembly.pipeline.start()
    } catch {
      log.error("cannot start", .text(.error, error.name), .detail(error.text))
      return ExitCode.unavailable
    }
    await stop.wait()
    await assembly.pipeline.stopInOrder()
    return ExitCode.ok
  }

  /// Reloads when a file changes or SIGHUP asks for it, and is quiet after SIGUSR1.
  private static func listen(_ reloader: Reloader, _ pipeline: Pipeline) async {
    let loop = pipeline.loop
    await reloader.lookRegularly()
    Signals.watch([SIGHUP, SIGUSR1], on: loop) { signal in
      if signal == SIGUSR1 { return pipeline.assumeIsolated { $0.quiet() } }
      Task.immediate(executorPreference: loop) { await reloader.reload() }
    }
  }

  private static func tellStart(
    _ configuration: Configuration, _ kafka: KafkaConfiguration, _ assembly: Assembly, _ log: Log
  ) {
    log.info(
      "otp-worker starts", .text(.version, Build.version),
      .text(.group, configuration.kafka.groupID), .text(.configVersion, configuration.version),
      .detail("librdkafka \(KafkaVersion.text), \(CurlVersion.text)"))
    for warning in kafka.warnings { log.warning(warning) }
    if configuration.privacy.hashKey == nil {
      log.warning(
        "privacy.hashKey is not set: outcomes carry no recipientHash, and codes that wait in the retry topics are"
          + " not superseded across a restart")
    }
    if let admin = assembly.admin {
      log.info("admin listener is open", .number(.port, admin.port))
    }
  }
}
