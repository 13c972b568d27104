import Providers

@testable import Transport

/// A response reads the same wherever it is cut, and costs no more than the limits.
func checkHTTPResponse(_ bytes: [UInt8]) throws(Violation) {
  for method in ["POST", "HEAD"] {
    let readings = Cuts.allCases.map { HTTPReading(bytes, method: method, cuts: $0) }
    for reading in readings {
      try require(reading == readings[0], "\(method): \(readings[0]), but cut: \(reading)")
    }
    guard let reply = readings[0].reply else { continue }
    try require((200...999).contains(reply.status), "complete with status \(reply.status)")
    try require(reply.body.count <= HTTPReading.limits.bodyBytes, "a body beyond its limit")
    try require(method == "POST" || reply.body.isEmpty, "a body in reply to HEAD")
    for name in ["retry-after", "content-type", "x"] {
      let value = reply.header(name) ?? ""
      try require(!value.utf8.contains { $0 == 0x0D || $0 == 0x0A }, "a header with line breaks")
    }
  }
}

/// What came of reading a response.
private struct HTTPReading: Equatable {
  static let limits = HTTPResponseParser.Limits(
    headerBytes: 1_024, bodyBytes: 512, interimResponses: 3)

  /// The reply when it was whole.
  var reply: HTTPReply?
  var allowsReuse = false
  /// Whether it was whole before the connection ended.
  var endsByItself = false

  init(_ bytes: [UInt8], method: String, cuts: Cuts) {
    var parser = HTTPResponseParser(limits: Self.limits, method: method)
    var progress = HTTPResponseParser.Progress.incomplete
    for range in cuts.ranges(of: bytes) {
      progress = parser.consume(bytes.span.extracting(range))
    }
    endsByItself = progress == .complete
    guard parser.finish() == .complete else { return }
    allowsReuse = parser.allowsReuse
    reply = parser.takeReply()
  }

  static func == (left: HTTPReading, right: HTTPReading) -> Bool {
    left.reply?.status == right.reply?.status && left.reply?.body == right.reply?.body
      && left.allowsReuse == right.allowsReuse && left.endsByItself == right.endsByItself
  }
}
