import Kafka

/// A fault that the simulation puts between the pipeline and Kafka, to show that it would be found.
public enum PlantedFault: String, Sendable, CaseIterable {
  /// Nothing is wrong.
  case none
  /// A commit names the offset behind the one that it should.
  case commitTooFar = "commit-too-far"
  /// What the commit says to be done above its offset is not read.
  case forgottenRanges = "forgotten-ranges"
  /// What is read is the commit before the last.
  case staleCommit = "stale-commit"

  func corrupted(_ entry: CommitEntry, in world: World) -> CommitEntry {
    guard self == .commitTooFar, entry.offset < world.broker.end(of: entry.topicPartition) else {
      return entry
    }
    return CommitEntry(entry.topicPartition, offset: entry.offset + 1, metadata: entry.metadata)
  }

  /// What an assignment learns about a partition.
  func found(_ place: TopicPartition, in world: World) -> AssignedPartition {
    let last = world.broker.committed[place]
    let found = self == .staleCommit ? world.broker.committedBefore[place] ?? last : last
    return AssignedPartition(
      topicPartition: place, committedOffset: found?.offset,
      metadata: self == .forgottenRanges ? nil : found?.metadata, startOffset: found?.offset ?? 0)
  }
}
