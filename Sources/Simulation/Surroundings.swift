import Delivery
import EventLoop
import Kafka
import Pipeline
import Providers
import Retry

/// What all schedules share: settings, the connectors, a log that nobody reads.
final class Surroundings {
  private let kafka: KafkaConfiguration
  private let drivers: [any Driver]
  private let log = Log(level: .error, to: Silence())
  private let telemetry: Pinned<Telemetry>

  init() {
    do {
      kafka = try KafkaConfiguration(
        settings: [
          ("bootstrap.servers", "simulated:1"), ("group.id", "simulated"),
          ("session.timeout.ms", "\(SimulatedGroup.sessionTimeout / 1_000)"),
          ("heartbeat.interval.ms", "500"),
        ])
      let settings = SettingsReader(nil, path: "config")
      drivers = [
        try SimulatedDriver(settings: settings), try SimulatedMailDriver(settings: settings),
      ]
    } catch {
      preconditionFailure("the simulation's own settings are wrong: \(error)")
    }
    telemetry = Pinned(
      Telemetry(build: BuildInfo(version: "0", librdkafka: "0", libcurl: "0"), log: log))
  }

  func makePipeline(for instance: Instance, plan: Plan, seed: UInt64, isTraced: Bool) -> Pipeline {
    var log = log
    if isTraced {
      let instance = Pinned(instance)
      log = Log(level: .info, format: .text, to: TraceSink(instance), clock: instance.value.clock)
    }
    return Pipeline(
      configuration: configuration(plan), loop: instance.loop, telemetry: telemetry.value, log: log,
      clients: Self.clients(of: Pinned(instance)), seed: seed)
  }

  /// A configuration whose connectors are others each time.
  func configuration(_ plan: Plan) -> PipelineConfiguration {
    let connectors = drivers.map {
      Connector(
        name: type(of: $0).descriptor.id, driver: $0, templates: TemplateSet([]),
        concurrency: plan.concurrency)
    }
    var configuration = PipelineConfiguration(
      group: "simulated", kafka: kafka,
      directory: ConnectorDirectory(
        connectors: connectors, activeSMS: connectors[0].name, activeEmail: connectors[1].name),
      version: "1")
    if plan.hasHashKey { configuration.hashKey = Secret("simulated") }
    configuration.limits.inFlight = plan.inFlight
    configuration.limits.uncommittedSpan = plan.span
    configuration.limits.commitAllowance = plan.allowance
    configuration.policy.backoff = Backoff(
      delays: [.zero, .milliseconds(100), .milliseconds(400), .milliseconds(1_200)])
    return configuration
  }

  private static func clients(of instance: Pinned<Instance>) -> PipelineClients {
    PipelineClients(
      consumer: { _, topics, _, handlers in instance.value.makeConsumer(topics, handlers) },
      producer: { _, _, _ in instance.value.makeProducer() },
      tails: { tails, _, _, onRecord, _, completion in
        SimulatedTails(tails, of: instance.value, onRecord: onRecord, completion: completion)
      },
      connector: { _, _ in instance.value.makeClient() })
  }
}

/// Takes log lines and keeps none.
private struct Silence: LogSink {
  var droppedLines: UInt64 { 0 }
  func write(_ line: [UInt8], notice: (UInt64) -> [UInt8]) {}
  func flush(within limit: Duration) -> Bool { true }
}

/// Takes log lines into the trace.
private struct TraceSink: LogSink {
  let instance: Pinned<Instance>
  init(_ instance: Pinned<Instance>) { self.instance = instance }
  var droppedLines: UInt64 { 0 }
  func write(_ line: [UInt8], notice: (UInt64) -> [UInt8]) {
    let text = String(decoding: line.dropLast(), as: UTF8.self)
    instance.value.world.trace("instance \(instance.value.number) logs: \(text)")
  }
  func flush(within limit: Duration) -> Bool { true }
}
