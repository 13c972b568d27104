/// The W3C trace context of a record.
///
/// Source: <https://www.w3.org/TR/trace-context/>
enum TraceContext {
  /// The most that `tracestate` may take to be carried on.
  private static let maximumStateBytes = 512

  /// The headers to be carried on into whatever a record leads to.
  ///
  /// A `traceparent` outside the format ends the trace, and its `tracestate` with it. Of several the last counts,
  /// as with Kafka's `lastHeader`.
  static func headers(among headers: [RecordHeader]) -> [RecordHeader] {
    guard let parent = headers.last(where: { $0.name == "traceparent" }),
      let value = parent.value, isParent(value)
    else { return [] }
    guard let state = headers.last(where: { $0.name == "tracestate" }), let list = state.value,
      !list.isEmpty, list.count <= maximumStateBytes,
      list.allSatisfy({ (0x20...0x7E).contains($0) })
    else { return [parent] }
    return [parent, state]
  }

  /// Whether it is `version-traceID-parentID-flags`; a version after 00 may add to it.
  static func isParent(_ value: [UInt8]) -> Bool {
    guard value.count >= 55, value[2] == dash, value[35] == dash, value[52] == dash,
      isHex(value[0..<2]), isHex(value[3..<35]), isHex(value[36..<52]), isHex(value[53..<55]),
      value[3..<35].contains(where: { $0 != UInt8(ascii: "0") }),
      value[36..<52].contains(where: { $0 != UInt8(ascii: "0") })
    else { return false }
    switch (value[0], value[1]) {
    case (UInt8(ascii: "0"), UInt8(ascii: "0")): return value.count == 55
    case (UInt8(ascii: "f"), UInt8(ascii: "f")): return false
    default: return value.count == 55 || value[55] == dash
    }
  }

  private static let dash = UInt8(ascii: "-")

  private static func isHex(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.allSatisfy {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
    }
  }
}
