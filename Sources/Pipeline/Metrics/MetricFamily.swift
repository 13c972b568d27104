/// The label values of one series.
///
/// None may hold an event id, a recipient or a tenant.
public protocol MetricLabels: Hashable {
  /// The labels' names, in the order of `values`.
  static var names: [String] { get }
  /// The values, one for each name.
  var values: [String] { get }
}

/// All series of one metric.
///
/// Finding a series costs a comparison when it is the same as the last time, otherwise a hash of its
/// labels (about 80 ns): on the hot path, keep the series that the subscript returns.
public final class MetricFamily<Labels: MetricLabels, Series> {
  /// The metric's name.
  public let name: String
  private let help: String
  private let makeSeries: () -> Series
  private var slots: [Labels: Series] = [:]
  /// What was asked for last: most often it is asked for again.
  private var latest: (labels: Labels, series: Series)?

  init(_ name: String, help: String, makeSeries: @escaping () -> Series) {
    self.name = name
    self.help = help
    self.makeSeries = makeSeries
  }

  /// The series of these labels, which shows from now on.
  public subscript(_ labels: Labels) -> Series {
    if let latest, latest.labels == labels { return latest.series }
    let series = slots[labels] ?? added(labels)
    latest = (labels, series)
    return series
  }

  private func added(_ labels: Labels) -> Series {
    let series = makeSeries()
    slots[labels] = series
    return series
  }

  /// Shows these series from now on, at zero.
  func begin(_ labels: some Sequence<Labels>) {
    for labels in labels { _ = self[labels] }
  }

  /// No longer shows the series of these labels; a handle to it counts for nobody.
  public func remove(_ labels: Labels) {
    slots[labels] = nil
    latest = nil
  }
}

/// What a registry needs of a family.
protocol RenderedFamily: AnyObject {
  func write(to exposition: inout Exposition)
}

extension MetricFamily: RenderedFamily where Series: MetricSeries {
  func write(to exposition: inout Exposition) {
    exposition.begin(name, help: help, kind: Series.kind)
    let rows = slots.map { (SeriesLabels(names: Labels.names, values: $0.values), $1) }
    for (labels, series) in rows.sorted(by: { $0.0.text < $1.0.text }) {
      series.write(to: &exposition, name: name, labels: labels)
    }
  }
}

/// The labels of a metric that has none.
struct NoLabels: MetricLabels {
  static var names: [String] { [] }
  var values: [String] { [] }
}
