import Delivery
import EventLoop
import JSON
import Kafka
import Providers
import Retry

/// What the admin listener shows; asked for on the loop.
extension Pipeline {
  /// Every metric in Prometheus' text format.
  public func renderMetrics(process: ProcessUsage) -> [UInt8] {
    updateGauges()
    return telemetry.render(process: process)
  }

  /// Partitions and connectors as JSON; no event id, recipient or secret stands in it.
  public func renderStatus() -> [UInt8] {
    var json = JSONWriter(capacity: 1_024)
    json.beginObject()
    json.key("configVersion")
    json.string(configuration.version)
    json.key("inFlight")
    json.integer(inFlight)
    json.key("parked")
    json.integer(parked)
    json.key("concluding")
    json.integer(concluding)
    json.key("partitions")
    json.beginArray()
    for share in shares.values.sorted(by: { $0.number < $1.number }) {
      for state in share.partitions { write(state, to: &json) }
    }
    json.endArray()
    json.key("connectors")
    json.beginArray()
    for runtime in (Array(connectors.values) + retired)
      .sorted(by: { $0.connector.name < $1.connector.name })
    {
      write(runtime, to: &json)
    }
    json.endArray()
    json.endObject()
    return json.bytes
  }

  private func write(_ state: PartitionState, to json: inout JSONWriter) {
    json.beginObject()
    json.key("topic")
    json.string(state.partition.topic)
    json.key("partition")
    json.integer(Int(state.partition.partition))
    json.key("watermark")
    json.integer(state.ledger.watermark)
    json.key("span")
    json.integer(state.ledger.span)
    json.key("waiting")
    json.integer(state.share.waiting.values.count { $0.partition === state })
    json.endObject()
  }

  private func write(_ runtime: ConnectorRuntime, to json: inout JSONWriter) {
    json.beginObject()
    json.key("name")
    json.string(runtime.connector.name)
    json.key("provider")
    json.string(runtime.connector.descriptor.id)
    json.key("inFlight")
    json.integer(runtime.busy)
    json.key("waiting")
    json.integer(runtime.queue.count)
    json.key("oldestSendMs")
    json.integer(
      runtime.sendsSince.min().map { (loop.clock.now - $0).milliseconds } ?? 0)
    json.key("replaced")
    json.bool(runtime.isRetired)
    write(runtime.gate, to: &json)
    json.key("heldTemplates")
    json.beginArray()
    for (name, hold) in runtime.templates.holds { write(name, hold, to: &json) }
    json.endArray()
    json.endObject()
  }

  private func write(_ gate: ConnectorGate, to json: inout JSONWriter) {
    json.key("held")
    json.bool(gate.hold.nextProbe != nil)
    json.key("breaker")
    json.string("\(gate.state(at: now))")
    json.key("reopensInMs")
    json.integer(gate.reopens(after: now).map { ($0 - now).milliseconds } ?? 0)
    json.key("pausedMs")
    json.integer(gate.pause(at: now).milliseconds)
    guard let rate = gate.rate else { return }
    json.key("tokens")
    json.integer(Int64(rate.tokens(at: now)))
    json.key("sharePercent")
    json.integer(Int64((rate.share * 100).rounded()))
  }

  private func write(
    _ template: TemplateHolds.Name, _ hold: Hold, to json: inout JSONWriter
  ) {
    json.beginObject()
    json.key("usageType")
    json.string(template.usageType.rawValue)
    if let locale = template.locale {
      json.key("locale")
      json.string(locale)
    }
    json.key("probeInMs")
    json.integer(hold.nextProbe.map { max(.zero, $0 - now).milliseconds } ?? 0)
    json.endObject()
  }
}
