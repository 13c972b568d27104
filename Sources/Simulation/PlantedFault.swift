import Kafka

/// A fault that the simulation puts between the pipeline and Kafka, to show that it would be found.
public enum PlantedFault: String, Sendable, CaseIterable {
  /// Nothing is wrong.
  case none
  /// A commit names the offset behind the one that it should.
  case commitTooFar = "commit-too-far"
  /// What the commit says to be done above its offset is not read.
  case forgottenRanges = "forgotten-ranges"
  /// How far the last owner's own records were acknowledged is not read.
  case forgottenMarks = "forgotten-marks"
  /// That the last owner ended without a word is not read.
  case forgottenCrash = "forgotten-crash"
  /// How far the last owner may have gone after its last commit is not read.
  case forgottenCeiling = "forgotten-ceiling"
  /// What is read is the commit before the last.
  case staleCommit = "stale-commit"
  /// What is read is one's own last commit, whoever has committed since: as if the nonce were not looked at.
  case ownCommit = "own-commit"

  func corrupted(_ entry: CommitEntry, in world: World) -> CommitEntry {
    guard self == .commitTooFar, entry.offset < world.broker.end(of: entry.topicPartition) else {
      return entry
    }
    return CommitEntry(entry.topicPartition, offset: entry.offset + 1, metadata: entry.metadata)
  }

  /// What an assignment learns about a partition.
  func found(_ place: TopicPartition, for instance: Instance) -> AssignedPartition {
    let broker = instance.world.broker
    let last = broker?.committed[place]
    let found =
      switch self {
      case .staleCommit: broker?.committedBefore[place] ?? last
      case .ownCommit: broker?.committed(in: place, by: instance) ?? last
      default: last
      }
    return AssignedPartition(
      topicPartition: place, committedOffset: found?.offset, metadata: found.flatMap(metadata),
      startOffset: found?.offset ?? 0)
  }

  private func metadata(_ commit: SimulatedBroker.Committed) -> String? {
    if self == .forgottenRanges { return nil }
    guard [.forgottenMarks, .forgottenCrash, .forgottenCeiling].contains(self),
      var metadata = (try? CommitMetadata.read(commit.metadata, committedAt: commit.offset)) ?? nil
    else { return commit.metadata }
    if self == .forgottenMarks { metadata.marks = [] }
    if self == .forgottenCeiling { metadata.ceiling = nil }
    if self == .forgottenCrash { metadata.ending = .clean(possiblyWritten: []) }
    return metadata.text
  }
}
