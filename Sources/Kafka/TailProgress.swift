/// How far each of several tails was read, and how far it is to be read.
struct TailProgress {
  /// Where each partition ends.
  private(set) var ends: [TopicPartition: Int64]
  /// What is to be read, and the offset of the first record.
  let starts: [(partition: TopicPartition, offset: Int64)]
  /// Those that are not read to their end yet.
  private var unread: Set<TopicPartition>
  /// Ends that were told before the end that is waited for.
  private var earlyEnds: [TopicPartition: Int64] = [:]

  init(_ tails: [TailReader.Tail], ends: [TopicPartition: Int64]) {
    self.ends = ends
    starts = tails.compactMap { tail in
      guard let from = tail.from, let end = ends[tail.partition] else { return nil }
      let start = max(from, end - Int64(max(0, tail.limit)), 0)
      return start < end ? (tail.partition, start) : nil
    }
    unread = Set(starts.map(\.partition))
  }

  /// Whether everything is read.
  var isOver: Bool { unread.isEmpty }

  /// Whether a partition that is not read to its end was said to have no more records.
  var hasEarlyEnds: Bool { !earlyEnds.isEmpty }

  /// Notes a record; returns whether it belongs to the tail.
  mutating func take(_ offset: Int64, of partition: TopicPartition) -> Bool {
    guard unread.contains(partition), let end = ends[partition] else { return false }
    if !earlyEnds.isEmpty { earlyEnds[partition] = nil }
    if offset >= end - 1 { finish(partition) }
    return offset < end
  }

  /// Notes that a partition was read to an end.
  ///
  /// A leader that has just become it may tell of an end before the true one, and so may one whose log
  /// was cut off: what it is then has to be asked.
  mutating func reachEnd(_ offset: Int64, of partition: TopicPartition) {
    guard unread.contains(partition), let end = ends[partition] else { return }
    if offset >= end { finish(partition) } else { earlyEnds[partition] = offset }
  }

  /// Takes ends that were asked for again: none moves up, for the tail ended when it was asked first.
  mutating func correct(_ latest: [TopicPartition: Int64]) {
    for (partition, told) in earlyEnds {
      guard let end = ends[partition], let corrected = latest[partition] else { continue }
      ends[partition] = min(end, corrected)
      reachEnd(told, of: partition)
    }
  }

  private mutating func finish(_ partition: TopicPartition) {
    unread.remove(partition)
    earlyEnds[partition] = nil
  }
}
