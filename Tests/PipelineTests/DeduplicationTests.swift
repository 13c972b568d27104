import Delivery
import TestSupport
import Testing

@testable import Pipeline

@Suite struct DeduplicationTests {
  private var ids = Deduplication(window: .seconds(600), capacity: 1_000)
  private let start = ContinuousClock.now

  private static func origin(_ offset: Int64) -> RecordOrigin {
    RecordOrigin(topic: "otp.requests", partition: 3, offset: offset)
  }

  private mutating func admit(
    _ id: String, body: Int = 1, at offset: Int64, hop: Int = 0, place: Int64? = nil,
    second: Double = 0
  ) -> Deduplication.Finding {
    ids.admit(
      .init(id), body: body, origin: Self.origin(offset), hop: hop, place: place ?? offset,
      now: start + .seconds(second))
  }

  @Test mutating func `the first of an id is new, another record of it is not`() {
    #expect(admit("a", at: 1) == .new)
    #expect(admit("a", at: 2) == .duplicate)
    #expect(admit("a", body: 2, at: 2) == .reused)
    #expect(admit("b", at: 2) == .new)
  }

  @Test mutating func `a record that comes again is done once it is concluded or has gone on`() {
    #expect(admit("a", at: 1) == .new)
    #expect(admit("a", at: 1) == .new)
    ids.goOn(.init("a"), origin: Self.origin(1), hop: 1)
    #expect(admit("a", at: 1) == .goneOn)
    #expect(admit("a", at: 1, hop: 1, place: 70) == .new)
    #expect(admit("a", at: 1, hop: 1, place: 71) == .goneOn)
    ids.conclude(.init("a"), origin: Self.origin(1))
    #expect(admit("a", at: 1, hop: 1, place: 70) == .concludedHere)
    #expect(admit("a", at: 5) == .duplicate)
  }

  @Test mutating func `what was handed back is new again, unless it is another's or concluded`() {
    #expect(admit("a", at: 1) == .new)
    ids.abandon(.init("a"), origin: Self.origin(2))
    #expect(admit("a", at: 2) == .duplicate)
    ids.abandon(.init("a"), origin: Self.origin(1))
    #expect(admit("a", at: 2) == .new)
    ids.conclude(.init("a"), origin: Self.origin(2))
    ids.abandon(.init("a"), origin: Self.origin(2))
    #expect(admit("a", at: 3) == .duplicate)
  }

  @Test mutating func `what another took is remembered, without its body`() {
    ids.remember(.init("a"), origin: Self.origin(1), hop: nil, now: start)
    ids.remember(.init("b"), origin: Self.origin(2), hop: 2, now: start)
    #expect(admit("a", body: 9, at: 5) == .duplicate)
    #expect(admit("a", at: 1) == .concludedHere)
    #expect(admit("b", at: 2, hop: 1) == .goneOn)
    #expect(admit("b", at: 2, hop: 2) == .new)
    // What is known stays known.
    ids.remember(.init("a"), origin: Self.origin(1), hop: 3, now: start)
    #expect(admit("a", at: 1, hop: 4) == .concludedHere)
  }

  @Test mutating func `ten minutes, and not a second less`() {
    #expect(admit("a", at: 1) == .new)
    #expect(admit("b", at: 2, second: 300) == .new)
    #expect(admit("a", at: 3, second: 600) == .duplicate)
    #expect(admit("a", at: 3, second: 601) == .new)
    #expect(ids.count == 2)
    #expect(admit("b", at: 4, second: 902) == .new)
    #expect(admit("a", at: 5, second: 902) == .duplicate)
  }

  @Test mutating func `the oldest goes when there are too many`() {
    for offset in 0..<1_001 { #expect(admit("\(offset)", at: Int64(offset)) == .new) }
    #expect(ids.count == 1_000)
    #expect(admit("1", at: 2_000) == .duplicate)
    #expect(admit("0", at: 2_000) == .new)
    #expect(ids.count == 1_000)
  }

  @Test(arguments: 1...3)
  func `a table of ids does what a dictionary does`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var table = EventIDTable()
    var order: [Int64] = []
    var model: [Int64: UInt16] = [:]
    func key(_ id: Int64) -> EventIDTable.Key { .init("\(id)") }
    for step in 0..<20_000 {
      let id = Int64.random(in: 0..<8_000, using: &generator)
      switch Int.random(in: 0..<10, using: &generator) {
      case 0..<6 where model[id] == nil:
        table.append(EventIDTable.Entry(key(id), Self.origin(id), hop: 0, since: 0))
        order.append(id)
        model[id] = 0
      case 6:
        guard let number = table.find(key(id)) else { break }
        table[number].hop += 1
        model[id]? += 1
      case 7:
        table.remove(key(id))
        order.removeAll { $0 == id }
        model[id] = nil
      case 8:
        guard let oldest = order.first else { break }
        #expect(table.oldest?.offset == oldest)
        table.remove(key(oldest))
        order.removeFirst()
        model[oldest] = nil
      default:
        let found = table.find(key(id)).map { table[$0] }
        #expect(found?.hop == model[id] && found.map(\.offset) == model[id].map { _ in id })
      }
      if step % 1_000 == 0 { #expect(table.count == model.count) }
    }
    for (id, hop) in model { #expect(table.find(key(id)).map { table[$0].hop } == hop) }
  }
}
