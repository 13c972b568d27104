/// One series of a metric: what is counted for one set of label values.
///
/// A handle: resolve it once, keep it, and an update costs a few nanoseconds. Not to be shared
/// between threads.
protocol MetricSeries: AnyObject {
  /// What `# TYPE` says.
  static var kind: String { get }
  /// Appends the series' samples.
  func write(to exposition: inout Exposition, name: String, labels: SeriesLabels)
}

/// The labels of a series, and how to write them with one more.
struct SeriesLabels {
  let names: [String]
  let values: [String]
  let text: String

  init(names: [String], values: [String]) {
    self.names = names
    self.values = values
    text = Exposition.labelText(names: names, values: values)
  }
}

/// A number that only grows; zero at start.
public final class Counter: MetricSeries {
  static var kind: String { "counter" }
  /// The sum so far.
  public private(set) var value: UInt64 = 0

  /// Adds `amount`.
  public func increment(by amount: UInt64 = 1) { value &+= amount }

  /// Takes over a sum that is kept elsewhere.
  func mirror(_ total: UInt64) { value = total }

  func write(to exposition: inout Exposition, name: String, labels: SeriesLabels) {
    exposition.sample(name, labels: labels.text, value)
  }
}

/// A number that grows and falls; zero at start.
public final class Gauge: MetricSeries {
  static var kind: String { "gauge" }
  /// The number now.
  public private(set) var value: Double = 0

  /// Replaces the number.
  public func set(_ value: Double) { self.value = value }
  /// Replaces the number.
  public func set(_ value: Int) { self.value = Double(value) }
  /// Replaces the number by a time in seconds.
  public func set(_ time: Duration) { value = time / .seconds(1) }
  /// Adds `amount`.
  public func increment(by amount: Double = 1) { value += amount }
  /// Takes `amount` away.
  public func decrement(by amount: Double = 1) { value -= amount }

  func write(to exposition: inout Exposition, name: String, labels: SeriesLabels) {
    exposition.sample(name, labels: labels.text, value)
  }
}

/// How often times fell into each of a fixed set of buckets.
public final class Histogram: MetricSeries {
  static var kind: String { "histogram" }
  /// The buckets' upper bounds in seconds, rising; an unbounded one follows them.
  public let bounds: [Double]
  /// How many times were observed.
  public var count: UInt64 { counts.reduce(0, &+) }
  /// The sum of the observed times in seconds.
  public var sum: Double { total / .seconds(1) }
  private var total: Duration = .zero
  private let limits: [Duration]
  private var counts: [UInt64]

  init(bounds: [Double]) {
    self.bounds = bounds
    limits = bounds.map { .seconds($0) }
    counts = Array(repeating: 0, count: bounds.count + 1)
  }

  /// Counts a time; a negative one (clocks differ) counts as zero.
  public func observe(_ time: Duration) {
    let time = max(.zero, time)
    var bucket = 0
    while bucket < limits.count, time > limits[bucket] { bucket += 1 }
    counts[bucket] &+= 1
    total += time
  }

  func write(to exposition: inout Exposition, name: String, labels: SeriesLabels) {
    var cumulative: UInt64 = 0
    for (index, bound) in (bounds + [.infinity]).enumerated() {
      cumulative &+= counts[index]
      let bucketLabels = Exposition.labelText(
        names: labels.names + ["le"], values: labels.values + [Exposition.text(of: bound)])
      exposition.sample("\(name)_bucket", labels: bucketLabels, cumulative)
    }
    exposition.sample("\(name)_sum", labels: labels.text, sum)
    exposition.sample("\(name)_count", labels: labels.text, cumulative)
  }
}
