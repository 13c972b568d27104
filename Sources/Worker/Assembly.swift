import Admin
import Delivery
import EventLoop
import Kafka
import Pipeline
import Providers
import Retry
import Settings
import Transport

/// The daemon's objects, each made once, in order.
struct Assembly {
  let loop: EventLoop
  let log: Log
  let pipeline: Pipeline
  /// What the pipeline begins with.
  let snapshot: PipelineConfiguration
  let admin: AdminServer?

  /// Makes everything; nothing connects yet.
  /// - Throws: ``AdminUnavailable`` when the admin listener's port is taken.
  init(
    _ configuration: Configuration, kafka: KafkaConfiguration, loop: EventLoop, log: Log,
    observer: (@Sendable (Step) -> Void)? = nil
  ) throws(AdminUnavailable) {
    self.loop = loop
    self.log = log
    let build = BuildInfo(
      version: Build.version, librdkafka: KafkaVersion.text, libcurl: CurlVersion.text)
    snapshot = PipelineConfiguration(configuration, kafka: kafka)
    let pipeline = Pipeline(
      configuration: snapshot, loop: loop,
      telemetry: Telemetry(build: build, log: log), log: log, observer: observer)
    self.pipeline = pipeline
    admin = try configuration.admin.map { settings throws(AdminUnavailable) in
      try AdminServer(
        host: settings.host, port: settings.port, sources: AdminSources(of: pipeline))
    }
  }
}

extension Assembly {
  /// Looks after the loop, and ends a stop that hangs.
  func startWatchdog(_ stop: StopSignal) {
    let health = pipeline.health
    Watchdog(loop: loop, stop: stop, log: log) { health.heldWork.description }.start()
  }
}

extension PipelineConfiguration {
  /// What the pipeline needs of the settings.
  /// - Parameters:
  ///   - configuration: the settings.
  ///   - kafka: those for Kafka's clients.
  ///   - former: what they take the place of: connectors whose settings are the same are taken over.
  init(
    _ configuration: Configuration, kafka: KafkaConfiguration,
    after former: (configuration: Configuration, directory: ConnectorDirectory)? = nil
  ) {
    let connectors = configuration.connectors.map { settings in
      let before = former?.configuration.connectors.first { $0.name == settings.name }
      guard before?.mark == settings.mark,
        let same = former?.directory.connectors[settings.name]
      else { return Connector(settings) }
      return same
    }
    self.init(
      group: configuration.kafka.groupID, kafka: kafka,
      directory: ConnectorDirectory(
        connectors: connectors,
        activeSMS: configuration.active.sms, activeEmail: configuration.active.email),
      version: configuration.version)
    topics = Topics(
      requests: configuration.topics.requests, results: configuration.topics.results,
      deadLetters: configuration.topics.deadLetters,
      retries: [
        .seconds30: configuration.topics.retry30s, .minutes2: configuration.topics.retry2m,
        .minutes10: configuration.topics.retry10m,
      ], replay: configuration.topics.replay)
    policy = RetryPolicy(
      tries: configuration.delivery.tries,
      ambiguous: configuration.delivery.ambiguous == .once ? .once : .never,
      minRemaining: configuration.delivery.minRemaining)
    lifetime = configuration.delivery.lifetimes.standard
    lifetimes = configuration.delivery.lifetimes.byUsageType
    if configuration.delivery.only != nil {
      let delivery = configuration.delivery
      allows = { delivery.allows($0) }
    }
    hashKey = configuration.privacy.hashKey
    userAgent = "otp-worker/\(Build.version)"
    deadLetterValue = configuration.deadLetter.value == .redacted ? .redacted : .original
    limits.inFlight = configuration.limits.inFlight
    limits.parked = configuration.limits.parked
    limits.uncommittedSpan = configuration.limits.uncommittedSpan
  }
}

extension Connector {
  /// The connector that settings describe; their templates were checked when they were loaded.
  convenience init(_ settings: ConnectorSettings) {
    var problems: [SettingProblem] = []
    var templates = TemplateSet([])
    if let form = type(of: settings.driver).descriptor.templateForm {
      templates = TemplateSet(
        node: settings.templates, path: "", form: form, problems: &problems)
    }
    self.init(
      name: settings.name, driver: settings.driver, templates: templates,
      defaultLocale: settings.defaultLocale, concurrency: settings.concurrency,
      rateLimit: settings.rateLimit, caFile: settings.caFile, proxy: settings.proxy)
  }
}

extension AdminSources {
  /// What the admin listener tells of a pipeline.
  init(of pipeline: Pipeline) {
    let loop = pipeline.loop
    let health = pipeline.health
    self.init(
      liveness: {
        Liveness(
          sinceTick: .milliseconds(loop.millisecondsSinceTick), overdueSends: health.overdueSends)
      },
      readiness: {
        Readiness(
          isJoined: health.isJoined, isProducerHealthy: health.isWritable && health.isReachable,
          isStopping: health.isStopping, isQuiet: health.isQuiet)
      },
      metrics: { limit in
        let process = ProcessUsage.current()
        return loop.answer(within: limit) {
          pipeline.assumeIsolated { $0.renderMetrics(process: process) }
        }
      },
      status: { limit in
        loop.answer(within: limit) { pipeline.assumeIsolated { $0.renderStatus() } }
      })
  }
}

extension ConfigurationLoader {
  /// The loader of this build: its drivers, its librdkafka.
  init(environment: [String: String]) {
    self.init(
      environment: environment, drivers: DriverCatalog.all,
      kafkaCheck: { KafkaConfiguration.validate(key: $0, value: $1) },
      kafkaSecretKeys: KafkaConfiguration.secretKeys,
      templateCheck: { _ = TemplateSet(node: $0, path: $1, form: $2, problems: &$3) })
  }
}

extension KafkaConfiguration {
  /// The properties under `kafka`.
  init(_ settings: KafkaSettings) throws(Invalid) {
    try self.init(settings: settings.properties.map { ($0.key, $0.value.reveal()) })
  }
}
