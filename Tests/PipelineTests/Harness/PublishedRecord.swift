import Delivery
import Foundation
import Kafka

/// A record that the worker wrote, as whoever reads the topic gets it.
struct PublishedRecord: Sendable {
  var topic: String
  var partition: Int32
  var offset: Int64
  var key: [UInt8]?
  var value: [UInt8]?
  var headers: [RecordHeader]

  init(_ record: ConsumerRecord) {
    topic = record.topic
    partition = record.partition
    offset = record.offset
    key = record.copyKey()
    value = record.copyValue()
    headers = record.headers
  }

  /// The text of the only header of that name; nil when there is none, or more than one.
  subscript(_ name: String) -> String? {
    let found = headers.filter { $0.name == name }
    return found.count == 1 ? found[0].text : nil
  }

  /// The record that came first, as a dead letter tells it.
  var deadLetterOrigin: RecordOrigin? {
    guard let topic = self["__dlq.errors.topic"],
      let partition = self["__dlq.errors.partition"].flatMap({ Int32($0) }),
      let offset = self["__dlq.errors.offset"].flatMap({ Int64($0) })
    else { return nil }
    return RecordOrigin(topic: topic, partition: partition, offset: offset)
  }

  /// What the worker itself wrote into it: all of an outcome, of a dead letter or a retry only its own headers.
  var wordsOfTheWorker: [String] {
    let isOutcome = self["ce_type"]?.hasPrefix("otp.") ?? false
    let own = headers.filter { isOutcome || $0.isOfTheWorker }.compactMap(\.text)
    guard isOutcome else { return own }
    return own + [key, value].compactMap { $0.map { String(decoding: $0, as: UTF8.self) } }
  }
}

/// An outcome as it stands in the results topic.
struct PublishedOutcome: Sendable {
  struct Template: Decodable, Equatable {
    var usageType: String
    var locale: String?
  }
  struct Source: Decodable, Equatable {
    var topic: String
    var partition: Int32
    var offset: Int64
  }
  /// The value, read with another parser than the worker's own.
  struct Body: Decodable {
    var id: String
    var outcome: String
    var channel: String?
    var usageType: String?
    var template: Template?
    var connector: String?
    var provider: String?
    var providerMessageIds: [String]?
    var reason: String
    var providerCode: String?
    var detail: String?
    var attempts: Int
    var possibleDuplicate: Bool
    var requestedAt: String
    var concludedAt: String
    var latencyMs: Int
    var source: Source
    var to: String?
    var recipientHash: String?
    var configVersion: String?
    var metadata: [String: String]?
  }

  let record: PublishedRecord
  let body: Body

  /// Reads an outcome.
  /// - Throws: when the value is none.
  init(_ record: PublishedRecord) throws {
    self.record = record
    body = try JSONDecoder().decode(Body.self, from: Data(record.value ?? []))
  }

  /// How it ended and why: `rejected/recipient.invalid`.
  var ending: String { "\(body.outcome)/\(body.reason)" }

  /// The request's place.
  var origin: RecordOrigin {
    RecordOrigin(
      topic: body.source.topic, partition: body.source.partition, offset: body.source.offset)
  }
}
