import JSON

@testable import Delivery

/// A request is within its bounds, the same inside a CloudEvent, and what is refused is refused without a word of its code.
///
/// Headers stand first, a line each; an empty line; the value, where `(null)` is a tombstone.
func checkRequest(_ bytes: [UInt8]) throws(Violation) {
  let (headers, value) = record(in: bytes)
  switch decode(value, headers) {
  case .failure(let flaw):
    // The code that all seeds have.
    for text in [flaw.code, flaw.detail] {
      try require(!text.contains("493817"), "the code stands in: \(text)")
    }
    try require(!flaw.code.isEmpty && !flaw.detail.isEmpty, "refused without a reason")
    try checkEventID(flaw.eventID)
  case .success(let request):
    try checkBounds(request)
    if headers.isEmpty, let value { try checkInEvent(request, value) }
  }
}

private func record(in bytes: [UInt8]) -> ([RecordHeader], [UInt8]?) {
  var rest = bytes[...]
  var headers: [RecordHeader] = []
  while let end = rest.firstIndex(of: 0x0A), end > rest.startIndex {
    let line = rest[..<end]
    let name = line.prefix { $0 != UInt8(ascii: ":") }
    let value = line.dropFirst(name.count + 1).drop { $0 == 0x20 }
    headers.append(RecordHeader(String(decoding: name, as: UTF8.self), Array(value)))
    rest = rest[(end + 1)...]
  }
  let value = Array(rest.dropFirst(rest.first == 0x0A ? 1 : 0))
  return (headers, value == Array("(null)".utf8) ? nil : value)
}

private func decode(
  _ value: [UInt8]?, _ headers: [RecordHeader]
) -> Result<Request, UndecodableRequest> {
  let origin = RecordOrigin(topic: "send-otp", partition: 3, offset: 42)
  let now = Timestamp(milliseconds: 1_800_000_000_000)
  return Result { () throws(UndecodableRequest) in
    try Request.decode(
      value: value?.span, headers: headers, origin: origin, timestamp: now, now: now,
      lifetime: { _ in .seconds(600) })
  }
}

private func checkEventID(_ id: String) throws(Violation) {
  try require(
    !id.isEmpty && id.unicodeScalars.count <= 128, "an event id of \(id.utf8.count) bytes")
  try require(!id.hasControlCharacters, "a control character in the event id")
}

private func checkBounds(_ request: Request) throws(Violation) {
  try checkEventID(request.eventID)
  try require(
    !request.recipient.address.hasControlCharacters, "a control character in the recipient")
  let masked = request.recipient.masked
  try require(masked != request.recipient.address, "the mask hides nothing")
  if let metadata = request.metadata {
    try require(metadata.count <= 1_024, "metadata of \(metadata.count) bytes")
    try requireObject(metadata, "the metadata")
  }
  try requireObject(request.payload.json, "the payload")
}

/// Bytes that were not looked into may hold a name twice, all else is JSON.
private func requireObject(_ bytes: [UInt8], _ what: String) throws(Violation) {
  let value: JSONValue
  do throws(JSONError) {
    value = try JSONValue(parsing: bytes)
  } catch {
    return try require(error.kind == .duplicateName, "\(what): \(error)")
  }
  guard case .object = value else { throw Violation(description: "\(what) is no object") }
}

private func checkInEvent(_ request: Request, _ value: [UInt8]) throws(Violation) {
  guard value.first != 0 else { return }
  let event =
    Array(#"{"specversion":"1.0","id":"e-1","source":"s","type":"t","data":"#.utf8) + value
    + Array("}".utf8)
  let type = RecordHeader("content-type", "application/cloudevents+json")
  switch decode(event, [type]) {
  case .failure(let flaw):
    // The event is a container more.
    try require(flaw.detail.contains("nested too deeply"), "not taken in an event: \(flaw.detail)")
  case .success(let inner):
    try require(inner.eventID == "e-1", "the event's id does not count")
    try require(
      inner.recipient.address == request.recipient.address && inner.usageType == request.usageType
        && inner.payload.json == request.payload.json && inner.expiresAt == request.expiresAt
        && inner.metadata == request.metadata && inner.supersedes == request.supersedes,
      "another request inside an event")
  }
}
