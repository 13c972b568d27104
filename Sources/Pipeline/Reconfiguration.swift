import Delivery
import Digest
import EventLoop
import Providers
import Transport

/// Another configuration while the worker runs.
extension Pipeline {
  /// Goes by another snapshot from now on, for whoever waits too.
  ///
  /// A connector that is the same object in both keeps its connections and what is known of it; every other begins
  /// anew, and what its predecessor is sending ends there. Kafka's settings, group and topics stay as they are.
  ///
  /// On the loop, before the start or at any time after it; a worker that is stopping goes on as it is.
  /// - Parameters:
  ///   - snapshot: what it goes by then.
  ///   - liftsHolds: whether connectors that are held are tried at once, though nothing about them has changed.
  public func reconfigure(with snapshot: PipelineConfiguration, liftsHolds: Bool = false) {
    guard !stop.isStopping else { return }
    adopt(snapshot)
    telemetry.configurationReloads[.success].increment()
    let replaced = connectors.values.filter { !isActive($0.connector) }
    for runtime in replaced { retire(runtime) }
    if consumer != nil { prepareConnectors() }
    if liftsHolds {
      for runtime in connectors.values where runtime.isHeld || !runtime.templates.isEmpty {
        liftHolds(of: runtime)
      }
    }
    for runtime in replaced { wakeQueue(of: runtime) }
    requestIntake()
  }

  /// Counts a configuration that was refused.
  public func noteRefusedConfiguration() {
    telemetry.configurationReloads[.failure].increment()
  }

  /// Makes the live side of the connectors that are active.
  func prepareConnectors() {
    for channel in Channel.allCases {
      if let connector = configuration.directory.active(channel) { _ = runtime(of: connector) }
    }
  }

  /// Whether a channel's messages leave by this very connector.
  func isActive(_ connector: Connector) -> Bool {
    Channel.allCases.contains { configuration.directory.active($0) === connector }
  }

  /// Lets go of a connector that was replaced once its last send is over.
  func closeIfUnused(_ runtime: ConnectorRuntime) {
    guard runtime.isRetired, runtime.busy == 0 else { return }
    // Its client may be what has called us.
    loop.soon { self.close(runtime) }
  }

  private func adopt(_ snapshot: PipelineConfiguration) {
    let before = configuration
    configuration = snapshot
    configuration.kafka = before.kafka
    configuration.group = before.group
    configuration.topics = before.topics
    hashKey = snapshot.hashKey.map { HMACKey($0.reveal()) }
  }

  private func retire(_ runtime: ConnectorRuntime) {
    runtime.retire()
    if let timer = runtime.reopening.take() { loop.cancel(timer) }
    connectors[runtime.connector.name] = nil
    retired.append(runtime)
    closeIfUnused(runtime)
  }

  private func close(_ runtime: ConnectorRuntime) {
    runtime.client.close()
    retired.removeAll { $0 === runtime }
    let name = runtime.connector.name
    if configuration.directory.connectors[name] == nil { telemetry.removeConnector(name) }
  }

  /// Lets all who wait for a connector find their way anew.
  private func wakeQueue(of runtime: ConnectorRuntime) {
    while let job = runtime.queue.popFirst() { wake(job) }
  }
}
