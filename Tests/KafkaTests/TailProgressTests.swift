import Testing

@testable import Kafka

@Suite struct TailProgressTests {
  private let place = TopicPartition(topic: "t", partition: 0)

  @Test(arguments: [
    (Int64?(3), Int.max, Int64?(3)), (3, 4, 6), (3, 100, 3), (3, 0, nil), (10, .max, nil),
    (12, 5, nil),
    (nil, 5, nil), (0, .max, 0),
  ])
  func `a tail starts where it is told, or at so many before the end`(
    from: Int64?, limit: Int, start: Int64?
  ) {
    let progress = progress(from: from, limit: limit)
    #expect(progress.starts.map(\.offset) == (start.map { [$0] } ?? []))
    #expect(progress.isOver == (start == nil))
    #expect(progress.ends == [place: 10])
  }

  @Test func `the last record ends a tail, and what came later is not of it`() {
    var progress = progress(from: 8)
    let first = progress.take(8, of: place)
    #expect(first && !progress.isOver)
    let last = progress.take(9, of: place)
    #expect(last && progress.isOver)
    let later = progress.take(10, of: place)
    #expect(!later)
  }

  @Test func `a tail whose last offsets are no records ends with a later record or with the end`() {
    var progress = progress(from: 8)
    var other = progress
    let isTaken = progress.take(12, of: place)
    #expect(!isTaken && progress.isOver)
    other.reachEnd(10, of: place)
    #expect(other.isOver)
    #expect(!other.hasEarlyEnds)
  }

  @Test func `an end before the end is asked about: it may have been cut off`() {
    var progress = progress(from: 5)
    progress.reachEnd(7, of: place)
    #expect(!progress.isOver)
    #expect(progress.hasEarlyEnds)
    progress.correct([place: 11])
    #expect(!progress.isOver)
    progress.correct([place: 7])
    #expect(progress.isOver)
    #expect(progress.ends == [place: 7])
  }

  @Test func `an end before the end may be a leader's that does not know better yet`() {
    var progress = progress(from: 5)
    progress.reachEnd(7, of: place)
    let isTaken = progress.take(7, of: place)
    #expect(isTaken && !progress.hasEarlyEnds)
    progress.reachEnd(10, of: place)
    #expect(progress.isOver)
  }

  private func progress(from: Int64?, limit: Int = .max) -> TailProgress {
    TailProgress([TailReader.Tail(place, from: from, limit: limit)], ends: [place: 10])
  }
}
