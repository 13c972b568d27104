import Delivery
import Dispatch
import EventLoop
import Kafka
import Pipeline
import Settings

/// Brings a changed configuration into force while the worker runs, or says why not.
///
/// Files are read on a thread of their own, as a folder may lie far away; everything else happens on the loop.
actor Reloader {
  /// How often it looks whether something has changed: a change counts at the second look that finds it.
  static let interval: Duration = .seconds(1)

  private enum Reason {
    /// A person asks, who may have mended something that is not in any file.
    case signal
    case change
  }

  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    loop.asUnownedSerialExecutor()
  }
  private let path: String
  private let loader: ConfigurationLoader
  private let pipeline: Pipeline
  private let log: Log
  private let kafka: KafkaConfiguration
  /// What cannot change while it runs.
  private let start: Configuration
  private var current: Configuration
  private var snapshot: PipelineConfiguration
  private var watch: SourceWatch
  private var isReading = false
  private var isAskedFor = false
  private let thread = DispatchQueue(label: "otp-worker.configuration")

  /// A reloader that looks at nothing yet.
  init(_ file: ConfigurationFile, loader: ConfigurationLoader, assembly: Assembly) {
    path = file.path
    self.loader = loader
    pipeline = assembly.pipeline
    loop = assembly.loop
    log = assembly.log
    kafka = file.kafka
    start = file.configuration
    current = file.configuration
    snapshot = assembly.snapshot
    watch = SourceWatch(file.sources)
  }

  /// Looks for changes from now on, until the process ends.
  func lookRegularly() {
    loop.schedule(after: Self.interval) {
      Task.immediate(executorPreference: self.loop) {
        await self.look()
        self.lookRegularly()
      }
    }
  }

  /// Looks at what the configuration was made of, and reads it again when that has changed and holds still.
  func look() async {
    guard !isReading else { return }
    isReading = true
    let (looked, hasChanged) = await offLoop { [watch] in
      var watch = watch
      let hasChanged = watch.look()
      return (watch, hasChanged)
    }
    watch = looked
    if hasChanged { await read(because: .change) }
    await readAsAskedFor()
    isReading = false
  }

  /// Reads the configuration again, changed or not; now, or when the reading that goes on has ended.
  func reload() async {
    isAskedFor = true
    guard !isReading else { return }
    isReading = true
    await readAsAskedFor()
    isReading = false
  }

  private func readAsAskedFor() async {
    while isAskedFor {
      isAskedFor = false
      await read(because: .signal)
    }
  }

  private func read(because reason: Reason) async {
    let reading = await offLoop { [loader, path] in loader.read(path: path) }
    watch = SourceWatch(reading.sources)
    guard !pipeline.health.isStopping else { return }
    switch reading.result {
    case .success(let configuration): adopt(configuration, because: reason)
    case .failure(let problems): refuse(problems)
    }
  }

  private func adopt(_ configuration: Configuration, because reason: Reason) {
    let next = PipelineConfiguration(
      configuration, kafka: kafka, after: (current, snapshot.directory))
    let changes = configuration.changes(since: current)
    pipeline.assumeIsolated { $0.reconfigure(with: next, liftsHolds: reason == .signal) }
    log.leaveOut(below: LogLevel(configuration.log.level))
    current = configuration
    snapshot = next
    log.info(
      "configuration reloaded", .text(.configVersion, configuration.version),
      .detail(changes.isEmpty ? "nothing that counts has changed" : changes))
    for key in configuration.keysThatNeedARestart(since: start) {
      log.warning("a changed setting needs a restart: the old value stays", .text(.setting, key))
    }
  }

  private func refuse(_ problems: ConfigurationProblems) {
    pipeline.assumeIsolated { $0.noteRefusedConfiguration() }
    log.error(
      "configuration not reloaded: the old one stays in force", .count(problems.problems.count),
      .text(.configVersion, current.version))
    for problem in problems.problems {
      var fields: [LogField] = []
      if let position = problem.position {
        fields = [.text(.path, position.file), .number(.line, position.line)]
      }
      if !problem.key.isEmpty { fields.append(.text(.setting, problem.key)) }
      log.error("wrong in the configuration", fields + [.detail(problem.message)])
    }
  }

  /// Runs what blocks, away from the loop.
  private func offLoop<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
      thread.async { continuation.resume(returning: work()) }
    }
  }
}

extension Configuration {
  /// What connectors and channels have become, in names alone.
  fileprivate func changes(since before: Configuration) -> String {
    var words: [String] = []
    for (channel, now, then) in [
      ("sms", active.sms, before.active.sms), ("email", active.email, before.active.email),
    ] where now != then {
      words.append("active.\(channel): \(then ?? "none") → \(now ?? "none")")
    }
    let marks = Dictionary(uniqueKeysWithValues: connectors.map { ($0.name, $0.mark) })
    let former = Dictionary(uniqueKeysWithValues: before.connectors.map { ($0.name, $0.mark) })
    func list(_ what: String, _ names: [String]) {
      if !names.isEmpty { words.append("\(what): \(names.sorted().joined(separator: ", "))") }
    }
    list("new", marks.keys.filter { former[$0] == nil })
    list("changed", marks.keys.filter { former[$0] != nil && former[$0] != marks[$0] })
    list("removed", former.keys.filter { marks[$0] == nil })
    return words.joined(separator: "; ")
  }
}

extension LogLevel {
  /// The level that the settings name.
  init(_ level: LogSettings.Level) {
    switch level {
    case .debug: self = .debug
    case .info: self = .info
    case .warning: self = .warning
    case .error: self = .error
    }
  }
}
