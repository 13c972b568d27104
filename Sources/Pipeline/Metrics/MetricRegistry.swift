/// Every metric, in the order in which it shows.
///
/// Owned by the loop: nothing here is locked.
final class MetricRegistry {
  private var families: [any RenderedFamily] = []

  func counters<Labels>(
    _ name: String, help: String, by _: Labels.Type
  ) -> MetricFamily<Labels, Counter> {
    registered(MetricFamily(name, help: help) { Counter() })
  }

  func gauges<Labels>(
    _ name: String, help: String, by _: Labels.Type
  ) -> MetricFamily<Labels, Gauge> {
    registered(MetricFamily(name, help: help) { Gauge() })
  }

  /// `bounds` are the buckets' upper bounds in seconds, rising.
  func histograms<Labels>(
    _ name: String, help: String, bounds: [Double], by _: Labels.Type
  ) -> MetricFamily<Labels, Histogram> {
    registered(MetricFamily(name, help: help) { Histogram(bounds: bounds) })
  }

  func counter(_ name: String, help: String) -> Counter {
    counters(name, help: help, by: NoLabels.self)[NoLabels()]
  }

  func gauge(_ name: String, help: String) -> Gauge {
    gauges(name, help: help, by: NoLabels.self)[NoLabels()]
  }

  func register(_ family: any RenderedFamily) { families.append(family) }

  /// All metrics in Prometheus' text format.
  func render() -> [UInt8] {
    var exposition = Exposition()
    for family in families { family.write(to: &exposition) }
    return exposition.bytes
  }

  private func registered<Labels, Series: MetricSeries>(
    _ family: MetricFamily<Labels, Series>
  ) -> MetricFamily<Labels, Series> {
    families.append(family)
    return family
  }
}
