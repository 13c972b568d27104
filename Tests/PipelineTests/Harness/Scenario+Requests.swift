import Delivery
import Foundation
import Kafka
import Pipeline
import Sandbox

/// What a scenario's producers do, and what comes of it.
extension Scenario {
  // MARK: - Requests

  /// The JSON of a request; what is not said gets a value that no other request has.
  func request(
    _ id: String?, to: String? = nil, code: String? = nil, usageType: String = "SignIn",
    payload: [String: any Sendable] = [:], _ more: [String: any Sendable] = [:]
  ) -> [UInt8] {
    var payload = payload
    payload["code"] = code ?? self.code()
    var fields: [String: any Sendable] = [
      "to": to ?? number(), "usageType": usageType, "payload": payload,
    ]
    if let id { fields["id"] = id }
    fields.merge(more) { $1 }
    return json(fields)
  }

  /// Any object as JSON.
  func json(_ fields: [String: any Sendable]) -> [UInt8] {
    guard
      let data = try? JSONSerialization.data(
        withJSONObject: fields, options: [.sortedKeys, .withoutEscapingSlashes])
    else { preconditionFailure("no JSON") }
    return Array(data)
  }

  /// Writes a record to the topic of requests, and returns where it stands.
  @discardableResult
  func enqueue(
    _ value: [UInt8]?, key: [UInt8]? = nil, headers: [RecordHeader] = [], partition: Int32 = 0
  ) async throws -> RecordOrigin {
    try await bench.write(
      ProducerRecord(
        topic: topics.requests, partition: partition, key: key, value: value, headers: headers))
  }

  /// Writes many records without waiting for each.
  func enqueue(all values: [[UInt8]], partition: Int32 = 0) async throws {
    try await bench.write(
      all: values.map {
        ProducerRecord(topic: topics.requests, partition: partition, key: nil, value: $0)
      })
  }

  // MARK: - What comes of them

  /// The outcome of a request, once it stands in the results topic.
  func outcome(for id: String) async throws -> PublishedOutcome {
    try await journal.first("the outcome of \(id)") { $0.outcomesByID[id]?.first }
  }

  /// The outcome of a record, once it stands in the results topic.
  func outcome(of origin: RecordOrigin) async throws -> PublishedOutcome {
    try await journal.first("the outcome of \(origin)") {
      $0.outcomesByOrigin[origin]
    }
  }

  /// The dead letter of a record, once it stands in the topic.
  func deadLetter(of origin: RecordOrigin) async throws -> PublishedRecord {
    try await journal.first("the dead letter of \(origin)") {
      $0.deadLetters.first { $0.deadLetterOrigin == origin }
    }
  }

  /// The records of the retry topics, once there are so many.
  func retries(_ count: Int) async throws -> [PublishedRecord] {
    try await journal.first("\(count) records in the retry topics") { contents in
      contents.retries.count >= count ? contents.retries : nil
    }
  }

  /// The worker's `count`th line with that message.
  @discardableResult
  func logged(_ message: String, count: Int = 1) async throws -> String {
    try await journal.first("\(count) × “\(message)” in the log") {
      $0.lines.lazy.filter { $0.contains(#""message":"\#(message)""#) }.dropFirst(count - 1).first
    }
  }

  /// Where the group stands, as the broker has it.
  func committed(partition: Int32 = 0) async throws -> AssignedPartition {
    try await bench.committed(
      TopicPartition(topic: topics.requests, partition: partition), by: group)
  }

  /// Lets commits become due until the broker has that one.
  func commit(upTo offset: Int64, partition: Int32 = 0) async throws {
    while try await committed(partition: partition).committedOffset != offset {
      try Task.checkCancellation()
      await advance(by: .milliseconds(250))
    }
  }

  // MARK: - Steps

  /// Waits until a try of a request begins, and returns when.
  @discardableResult
  func sending(_ id: String, try number: Int = 1) async throws -> Timestamp {
    try await journal.first("try \(number) of \(id)") {
      $0.sends(of: id).dropFirst(number - 1).first
    }
  }

  /// Waits until a request is parked for the `count`th time, and returns until when.
  @discardableResult
  func parked(_ id: String, count: Int = 1) async throws -> Timestamp {
    try await journal.first("\(id) to be parked, \(count)") {
      $0.parkings(of: id).dropFirst(count - 1).first
    }
  }
}

extension Scenario {
  /// Waits until a request is in a retry topic for the `count`th time, and returns until when.
  @discardableResult
  func deferred(_ id: String, count: Int = 1) async throws -> Timestamp {
    try await journal.first("\(id) to be in a retry topic, \(count)") { contents in
      contents.stepsByID[id, default: []].compactMap { step -> Timestamp? in
        if case .deferred(_, let due) = step.kind { due } else { nil }
      }.dropFirst(count - 1).first
    }
  }
}

extension Journal.Contents {
  /// When each try of a request began, those of an earlier worker included.
  func sends(of id: String) -> [Timestamp] {
    stepsByID[id, default: []].compactMap { step in
      if case .sending = step.kind { step.at } else { nil }
    }
  }

  /// Until when a request was parked, each time.
  func parkings(of id: String) -> [Timestamp] {
    stepsByID[id, default: []].compactMap { step in
      if case .parked(let due) = step.kind { due } else { nil }
    }
  }

  /// Whether a request's outcome is acknowledged.
  func isConcluded(_ id: String) -> Bool {
    stepsByID[id, default: []].contains { step in
      if case .concluded = step.kind { true } else { false }
    }
  }

  /// How many tries have ended.
  var endedTries: Int {
    steps.count { if case .attempted = $0.kind { true } else { false } }
  }

  /// The requests whose tries began, in order.
  var sent: [String] {
    steps.compactMap { if case .sending = $0.kind { $0.eventID } else { nil } }
  }
}

/// What a scenario's providers get.
extension Scenario {
  /// Waits until a provider has taken a message from a recipient, answered or not.
  func taken(by provider: StandIn, from recipient: String, count: Int = 1) async throws {
    _ = try await journal.first("\(count) messages at \(provider.name)") { _ in
      provider.messages.count { $0.recipient == recipient } >= count ? true : nil
    }
  }
}
