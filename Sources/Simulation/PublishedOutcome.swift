import Delivery
import Kafka

/// An outcome as it stands in the results, read without the worker's own reader.
struct PublishedOutcome {
  var ceID: String
  var id: String
  var kind: String
  var reason: String
  var isPossibleDuplicate: Bool
  /// How often the request was replayed.
  var replay: Int
  /// Where the request stands.
  var source: RecordOrigin
  /// When it was written, in the world's time.
  var writtenAt: Int64
  var writer: Instance?
  /// Whether its writer was told that it may not have been written.
  var isDoubted = false

  init?(_ record: ProducerRecord, at time: Int64, by writer: Instance?) {
    guard let value = record.value,
      let ceID = record.headers.first(where: { $0.name == "ce_id" })?.text,
      let id = Self.text(Self.idKey, in: value), let kind = Self.text(Self.kindKey, in: value),
      let reason = Self.text(Self.reasonKey, in: value),
      let topic = Self.text(Self.topicKey, in: value),
      let partition = Self.number(Self.partitionKey, in: value),
      let offset = Self.number(Self.offsetKey, in: value)
    else { return nil }
    self.ceID = ceID
    self.id = id
    let suffix = ceID.split(separator: "/").last ?? ""
    replay = suffix.hasPrefix("r") ? Int(suffix.dropFirst()) ?? 0 : 0
    self.kind = kind
    self.reason = reason
    isPossibleDuplicate = Self.end(of: Self.duplicateKey, in: value) != nil
    source = RecordOrigin(topic: topic, partition: Int32(partition), offset: offset)
    writtenAt = time
    self.writer = writer
  }

  private static let idKey = Array(#""id":""#.utf8)
  private static let kindKey = Array(#""outcome":""#.utf8)
  private static let reasonKey = Array(#""reason":""#.utf8)
  private static let topicKey = Array(#""topic":""#.utf8)
  private static let partitionKey = Array(#""partition":"#.utf8)
  private static let offsetKey = Array(#""offset":"#.utf8)
  private static let duplicateKey = Array(#""possibleDuplicate":true"#.utf8)

  /// Where the value of a member begins.
  private static func end(of key: [UInt8], in value: [UInt8]) -> Int? {
    var start = 0
    while start + key.count <= value.count {
      if value[start] == key[0], value[start + 1] == key[1],
        value[start..<(start + key.count)].elementsEqual(key)
      {
        return start + key.count
      }
      start += 1
    }
    return nil
  }

  private static func text(_ key: [UInt8], in value: [UInt8]) -> String? {
    guard let start = end(of: key, in: value) else { return nil }
    // No backslash escapes anything but a slash here.
    let text = value[start...].prefix { $0 != UInt8(ascii: "\"") }
    return String(decoding: text.filter { $0 != UInt8(ascii: "\\") }, as: UTF8.self)
  }

  private static func number(_ key: [UInt8], in value: [UInt8]) -> Int64? {
    guard let start = end(of: key, in: value) else { return nil }
    var number: Int64 = 0
    for digit in value[start...].prefix(while: { (0x30...0x39).contains($0) }) {
      number = number * 10 + Int64(digit - 0x30)
    }
    return number
  }
}
