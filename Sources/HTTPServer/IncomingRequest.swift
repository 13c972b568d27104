/// One HTTP request, whole.
public struct IncomingRequest: Sendable {
  /// The method, in capitals.
  public var method: String
  /// Path and query as they stood in the request line.
  public var target: String
  /// Headers in the order in which they came, names as they came.
  public var headers: [(name: String, value: String)]
  /// The body, without transfer coding.
  public var body: [UInt8]

  /// A request.
  public init(
    method: String, target: String, headers: [(name: String, value: String)] = [],
    body: [UInt8] = []
  ) {
    self.method = method
    self.target = target
    self.headers = headers
    self.body = body
  }

  /// The target without its query, percent-decoded; as it came when it cannot be decoded.
  public var path: String {
    let raw = target.prefix { $0 != "?" }
    return percentDecoded(raw.utf8) ?? String(raw)
  }

  /// The query's names and values, percent-decoded; nil when they cannot be decoded.
  public var query: [(name: String, value: String)]? {
    guard let mark = target.firstIndex(of: "?") else { return [] }
    return formFields(target[target.index(after: mark)...].utf8)
  }

  /// The names and values of a body of type `application/x-www-form-urlencoded`; nil when it is
  /// declared as anything else or cannot be decoded.
  public var form: [(name: String, value: String)]? {
    mediaType == "application/x-www-form-urlencoded" ? formFields(body) : nil
  }

  /// The type that `Content-Type` declares, in lower case and without parameters; empty for none.
  public var mediaType: String {
    let declared = (header("Content-Type") ?? "").prefix { $0 != ";" }
    return declared.filter { $0 != " " && $0 != "\t" }.lowercased()
  }

  /// The first header of that name, which is compared without regard to case.
  public func header(_ name: String) -> String? {
    let wanted = name.lowercased()
    return headers.first { $0.name.lowercased() == wanted }?.value
  }
}

/// Reads `a=1&b=2` as HTML forms write it: `+` is a space; nil when an escape or the UTF-8 is broken.
/// https://url.spec.whatwg.org/#application/x-www-form-urlencoded
private func formFields(_ bytes: some Collection<UInt8>) -> [(name: String, value: String)]? {
  var fields: [(name: String, value: String)] = []
  for field in bytes.split(separator: UInt8(ascii: "&")) {
    let halves = field.split(
      separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
    let spaced = halves.map { $0.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 } }
    guard let name = percentDecoded(spaced[0]),
      let value = spaced.count == 2 ? percentDecoded(spaced[1]) : ""
    else { return nil }
    fields.append((name, value))
  }
  return fields
}

/// nil when an escape is incomplete or the result is not UTF-8.
private func percentDecoded(_ bytes: some Collection<UInt8>) -> String? {
  var decoded: [UInt8] = []
  decoded.reserveCapacity(bytes.count)
  var rest = bytes.makeIterator()
  while let byte = rest.next() {
    guard byte == UInt8(ascii: "%") else {
      decoded.append(byte)
      continue
    }
    guard let high = rest.next().flatMap(hexDigit), let low = rest.next().flatMap(hexDigit)
    else { return nil }
    decoded.append(high << 4 | low)
  }
  return String(validating: decoded, as: UTF8.self)
}

private func hexDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
