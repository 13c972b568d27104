public import JSON

extension Outcome {
  /// The record's key: the event id.
  public var key: [UInt8] { Array(eventID.utf8) }

  /// The record's value.
  public func value() -> [UInt8] {
    var json = JSONWriter(capacity: 768)
    encode(into: &json)
    return json.bytes
  }

  /// Writes the outcome as a JSON object; what is not known is left out.
  public func encode(into json: inout JSONWriter) {
    json.beginObject()
    json.member("id", eventID)
    json.member("outcome", kind.rawValue)
    json.member("channel", channel?.rawValue)
    json.member("usageType", usageType?.rawValue)
    if let template {
      json.key("template")
      json.beginObject()
      json.member("usageType", template.usageType.rawValue)
      json.member("locale", template.locale)
      json.endObject()
    }
    json.member("connector", connector)
    json.member("provider", provider)
    if !providerMessageIDs.isEmpty {
      json.key("providerMessageIds")
      json.beginArray()
      for id in providerMessageIDs { json.string(id) }
      json.endArray()
    }
    json.member("reason", reason.rawValue)
    json.member("providerCode", providerCode)
    json.member("detail", detail.map { Self.bounded($0) })
    json.key("attempts")
    json.integer(attempts)
    json.key("possibleDuplicate")
    json.bool(possibleDuplicate)
    json.key("requestedAt")
    json.string(utf8: requestedAt.rfc3339Text.span)
    json.key("concludedAt")
    json.string(utf8: concludedAt.rfc3339Text.span)
    json.key("latencyMs")
    json.integer(max(0, (concludedAt - requestedAt).milliseconds))
    encodeOrigin(into: &json)
    json.endObject()
  }

  private func encodeOrigin(into json: inout JSONWriter) {
    json.key("source")
    json.beginObject()
    json.member("topic", source.topic)
    json.key("partition")
    json.integer(Int64(source.partition))
    json.key("offset")
    json.integer(source.offset)
    json.endObject()
    json.member("to", recipient?.masked)
    json.member("recipientHash", recipientHash)
    json.member("configVersion", configVersion)
    if let metadata {
      json.key("metadata")
      json.raw(metadata)
    }
  }

  /// The beginning of a text that fits, cut between two characters.
  private static func bounded(_ detail: String) -> String {
    guard detail.utf8.count > maximumDetailBytes else { return detail }
    var end = detail.utf8.index(detail.startIndex, offsetBy: maximumDetailBytes)
    while end.samePosition(in: detail.unicodeScalars) == nil {
      end = detail.utf8.index(before: end)
    }
    return String(detail[..<end])
  }
}

// MARK: - As a CloudEvent

extension Outcome {
  /// The event's `id`, the same whenever the same end is written again.
  public var cloudEventID: String {
    if kind == .duplicate || reason == .idReused {
      return "\(eventID)/duplicate/\(source.partition)-\(source.offset)"
    }
    if kind.isReceipt { return eventID + "/" + kind.rawValue }
    return replayCount == 0 ? eventID + "/final" : eventID + "/final/r\(replayCount)"
  }

  /// The record's headers: a CloudEvent in binary mode, and the trace.
  ///
  /// Source: <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md#32-binary-content-mode>
  /// - Parameters:
  ///   - source: `ce_source`, as ``cloudEventSource(group:)`` makes it once for all.
  ///   - key: ``key``, when whoever writes the record has made it already.
  /// - Returns: the headers, names without repetition.
  public func headers(source: [UInt8], key: [UInt8]? = nil) -> [RecordHeader] {
    var headers: [RecordHeader] = []
    headers.reserveCapacity(9)
    headers.append(RecordHeader("ce_specversion", Self.specVersion))
    headers.append(RecordHeader("ce_id", cloudEventID))
    headers.append(RecordHeader("ce_source", source))
    headers.append(RecordHeader("ce_type", kind.cloudEventType))
    headers.append(RecordHeader("ce_subject", key ?? self.key))
    headers.append(RecordHeader("ce_time", concludedAt.rfc3339Bytes))
    headers.append(RecordHeader("content-type", Self.contentType))
    headers.append(contentsOf: trace)
    return headers
  }

  /// The event's `source`: `/otp-worker/<group.id>`, percent-encoded.
  public static func cloudEventSource(group: String) -> [UInt8] {
    Array("/otp-worker/\(group.percentEncodedSegment)".utf8)
  }

  private static let specVersion = Array("1.0".utf8)
  private static let contentType = Array("application/json".utf8)
}

extension Outcome.Kind {
  /// `otp.<outcome>.v1`.
  var cloudEventType: String {
    switch self {
    case .accepted: "otp.accepted.v1"
    case .rejected: "otp.rejected.v1"
    case .expired: "otp.expired.v1"
    case .superseded: "otp.superseded.v1"
    case .duplicate: "otp.duplicate.v1"
    case .deadLettered: "otp.dead-lettered.v1"
    case .delivered: "otp.delivered.v1"
    case .undelivered: "otp.undelivered.v1"
    }
  }
}

extension String {
  /// The text as a segment of a URI's path; most need no change.
  ///
  /// Source: <https://www.rfc-editor.org/rfc/rfc3986#section-2.3>
  fileprivate var percentEncodedSegment: String {
    if utf8.allSatisfy(\.isUnreserved) { return self }
    var encoded = ""
    for byte in utf8 {
      if byte.isUnreserved {
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        encoded += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
      }
    }
    return encoded
  }
}

extension UInt8 {
  fileprivate var isUnreserved: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }
}

extension JSONWriter {
  /// Writes a member; none for nil.
  fileprivate mutating func member(_ name: StaticString, _ text: String?) {
    guard let text else { return }
    key(name)
    string(text)
  }
}
