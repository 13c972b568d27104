/// The metrics of the process itself, under the names that Prometheus' own clients use.
/// https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
final class ProcessMetrics: RenderedFamily {
  /// What is shown; nil shows the names alone.
  var usage: ProcessUsage?

  func write(to exposition: inout Exposition) {
    write(
      "process_cpu_seconds_total", help: "User and system time spent, in seconds.",
      kind: "counter", usage.map { $0.cpu / .seconds(1) }, to: &exposition)
    write(
      "process_resident_memory_bytes", help: "Resident memory in bytes.", kind: "gauge",
      usage?.residentBytes.map { Double($0) }, to: &exposition)
    write(
      "process_open_fds", help: "Open file descriptors.", kind: "gauge",
      usage?.openDescriptors.map { Double($0) }, to: &exposition)
    write(
      "process_start_time_seconds", help: "When the process started, in seconds since 1970.",
      kind: "gauge", usage?.startSeconds, to: &exposition)
  }

  private func write(
    _ name: String, help: String, kind: String, _ value: Double?, to exposition: inout Exposition
  ) {
    exposition.begin(name, help: help, kind: kind)
    if let value { exposition.sample(name, labels: "", value) }
  }
}
