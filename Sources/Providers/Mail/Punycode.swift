/// The ASCII form of domains in other scripts ([RFC 3492](https://www.rfc-editor.org/rfc/rfc3492)).
enum Punycode {
  private static let base = 36
  private static let smallest = 1
  private static let largest = 26

  /// The domain in ASCII; nil when it has no such form that could be told without Unicode's tables for names.
  ///
  /// Letters become lower case. A label with combining marks has none here: whether they are composed as names must be
  /// cannot be told. The server then has to take the domain as it is.
  static func asciiDomain(_ domain: String) -> String? {
    if domain.utf8.allSatisfy({ $0 < 0x80 }) { return domain }
    var labels: [String] = []
    for label in domain.lowercased().split(separator: ".", omittingEmptySubsequences: false) {
      if label.utf8.allSatisfy({ $0 < 0x80 }) {
        labels.append(String(label))
        continue
      }
      let scalars = Array(label.unicodeScalars)
      let isComposed = scalars.allSatisfy { $0.properties.canonicalCombiningClass == .notReordered }
      guard isComposed, let encoded = encode(scalars), encoded.utf8.count <= 59 else { return nil }
      labels.append("xn--" + encoded)
    }
    return labels.joined(separator: ".")
  }

  /// A label's scalars in ASCII, without `xn--`; nil when a number overflows.
  static func encode(_ input: [Unicode.Scalar]) -> String? {
    var output = input.filter(\.isASCII).map { UInt8(ascii: $0) }
    let basicCount = output.count
    if basicCount > 0 { output.append(UInt8(ascii: "-")) }
    var (next, delta, bias, handled) = (0x80, 0, 72, basicCount)
    while handled < input.count {
      guard let smallestLeft = input.lazy.map({ Int($0.value) }).filter({ $0 >= next }).min()
      else { return nil }
      let (step, overflow) = (smallestLeft - next).multipliedReportingOverflow(by: handled + 1)
      guard !overflow else { return nil }
      delta += step
      next = smallestLeft
      for scalar in input {
        if scalar.value < next { delta += 1 }
        guard scalar.value == next else { continue }
        append(delta, bias: bias, to: &output)
        bias = adapted(delta, count: handled + 1, isFirst: handled == basicCount)
        delta = 0
        handled += 1
      }
      delta += 1
      next += 1
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// Adds a number in digits of growing weight (§6.3).
  private static func append(_ number: Int, bias: Int, to output: inout [UInt8]) {
    var rest = number
    var place = base
    while true {
      let threshold = min(max(place - bias, smallest), largest)
      guard rest >= threshold else { break }
      output.append(digit(threshold + (rest - threshold) % (base - threshold)))
      rest = (rest - threshold) / (base - threshold)
      place += base
    }
    output.append(digit(rest))
  }

  private static func digit(_ value: Int) -> UInt8 {
    value < 26 ? UInt8(ascii: "a") + UInt8(value) : UInt8(ascii: "0") + UInt8(value - 26)
  }

  /// The bias for the next number (§6.1).
  private static func adapted(_ delta: Int, count: Int, isFirst: Bool) -> Int {
    var delta = isFirst ? delta / 700 : delta / 2
    delta += delta / count
    var steps = 0
    while delta > (base - smallest) * largest / 2 {
      delta /= base - smallest
      steps += base
    }
    return steps + (base - smallest + 1) * delta / (delta + 38)
  }
}
