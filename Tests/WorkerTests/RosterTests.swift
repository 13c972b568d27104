import Delivery
import Testing

@testable import Worker

struct RosterTests {
  private let samples = [
    sample("first", id: "a"), sample("again", id: "a", .duplicate), sample("bad", id: nil, .poison),
    sample("next", id: "b", follows: "first"),
  ]

  @Test func `It is complete when every sample has an end`() {
    var roster = enqueued
    for offset in [0, 1, 3] {
      #expect(!roster.isComplete)
      let isTaken = roster.note(outcome(at: offset))
      #expect(isTaken)
    }
    _ = roster.note(outcome(at: 2, .rejected, .recipientInvalid))
    #expect(roster.isComplete)
  }

  @Test(arguments: [true, false])
  func `A dead-lettered sample has two records, in any order`(isLetterFirst: Bool) throws {
    var roster = enqueued
    for offset in [0, 1, 3] { _ = roster.note(outcome(at: offset)) }
    let letter = try #require(
      PublishedDeadLetter(headers: [
        RecordHeader("__dlq.errors.topic", "send-otp"), RecordHeader("__dlq.errors.partition", "0"),
        RecordHeader("__dlq.errors.offset", "2"), RecordHeader("otp.dlq.disposition", "poison"),
        RecordHeader("otp.dlq.code", "decode.json"),
      ]))
    let ended = outcome(at: 2, .deadLettered, .poison)
    if isLetterFirst { roster.note(letter) } else { _ = roster.note(ended) }
    #expect(!roster.isComplete && roster.reports[2].actual == nil)
    if isLetterFirst { _ = roster.note(ended) } else { roster.note(letter) }
    #expect(roster.isComplete && roster.reports[2].agrees == true)
  }

  @Test func `Of two outcomes for one record the first counts`() {
    var roster = enqueued
    _ = roster.note(outcome(at: 0))
    _ = roster.note(outcome(at: 0, .rejected, .recipientInvalid))
    #expect(roster.reports[0].actual?.kind == .accepted)
  }

  @Test func `An outcome of nobody's record is not taken`() {
    var roster = enqueued
    let isTaken = roster.note(outcome(at: 9))
    #expect(!isTaken)
    #expect(roster.reports.allSatisfy { $0.actual == nil && $0.agrees == false })
  }

  @Test func `The record tells apart who has the same event id`() {
    let roster = enqueued
    #expect(roster.name(of: "a") == "first")
    #expect(roster.name(of: "a", at: origin(1)) == "again")
    #expect(roster.name(of: "send-otp/0/2", at: origin(2)) == "bad")
    #expect(roster.name(of: "theirs", at: origin(9)) == "theirs")
  }

  @Test func `Followers are enqueued once`() {
    var roster = Roster(samples)
    #expect(roster.followers(of: "a") == [3])
    #expect(roster.followers(of: "b").isEmpty)
    roster.noteEnqueued(3, at: origin(3))
    #expect(roster.followers(of: "a").isEmpty)
  }

  @Test func `A record without an event id is reported by its place`() {
    #expect(Roster(samples).reports.map(\.eventID) == ["a", "a", nil, "b"])
    #expect(enqueued.reports.map(\.eventID) == ["a", "a", "send-otp/0/2", "b"])
  }

  /// All samples, each enqueued at the offset of its place.
  private var enqueued: Roster {
    var roster = Roster(samples)
    for index in samples.indices { roster.noteEnqueued(index, at: origin(Int64(index))) }
    return roster
  }
}

private func origin(_ offset: Int64) -> RecordOrigin {
  RecordOrigin(topic: "send-otp", partition: 0, offset: offset)
}

private func outcome(
  at offset: Int, _ kind: Outcome.Kind = .accepted, _ reason: Reason = .ok
) -> PublishedOutcome {
  PublishedOutcome(
    eventID: offset == 2 ? "send-otp/0/2" : "any", origin: origin(Int64(offset)), kind: kind,
    reason: reason, attempts: 0, latencyMilliseconds: 5)
}

private func sample(
  _ name: String, id: String?, _ expected: Sample.End = .accepted, follows: String? = nil
) -> Sample {
  Sample(
    name: name, about: "", eventID: id, recipient: Recipient("+4520000010")!, value: "",
    follows: follows, expected: expected)
}

extension Sample.End {
  fileprivate static let accepted = Self(kind: .accepted, reason: .ok, tries: 1)
  fileprivate static let duplicate = Self(kind: .duplicate, reason: .alreadyConcluded, tries: 0)
  fileprivate static let poison = Self(
    kind: .deadLettered, reason: .poison, tries: 0, deadLetter: "poison decode.json")
}
