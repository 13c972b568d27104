/// A partition of a topic.
public struct TopicPartition: Hashable, Sendable, CustomStringConvertible {
  /// The topic.
  public var topic: String
  /// The partition's number, from 0.
  public var partition: Int32

  /// A partition of a topic.
  public init(topic: String, partition: Int32) {
    self.topic = topic
    self.partition = partition
  }

  /// `topic/partition`.
  public var description: String { "\(topic)/\(partition)" }
}

/// A partition that this consumer was given, and where its group stands in it.
public struct AssignedPartition: Sendable, Equatable {
  /// Which partition.
  public var topicPartition: TopicPartition
  /// What the group has committed; nil when it never did.
  public var committedOffset: Int64?
  /// The text that went with the commit; nil when there was none.
  public var metadata: String?
  /// The offset that fetching starts at: the committed one, else the end that `auto.offset.reset` names.
  public var startOffset: Int64

  /// A partition and where its group stands in it.
  public init(
    topicPartition: TopicPartition, committedOffset: Int64?, metadata: String?, startOffset: Int64
  ) {
    self.topicPartition = topicPartition
    self.committedOffset = committedOffset
    self.metadata = metadata
    self.startOffset = startOffset
  }
}

/// An offset to commit, with a text for whoever owns the partition next.
public struct CommitEntry: Sendable, Equatable {
  /// Which partition.
  public var topicPartition: TopicPartition
  /// The first offset that is not done.
  public var offset: Int64
  /// What ``AssignedPartition/metadata`` will be; brokers take 4,096 bytes unless told otherwise.
  public var metadata: String

  /// An offset to commit.
  public init(_ topicPartition: TopicPartition, offset: Int64, metadata: String = "") {
    self.topicPartition = topicPartition
    self.offset = offset
    self.metadata = metadata
  }
}

/// What became of one entry of a commit.
public struct CommitResult: Sendable, Equatable {
  /// Which partition.
  public var topicPartition: TopicPartition
  /// The offset that was to be committed.
  public var offset: Int64
  /// Why it was not; nil when it was.
  public var error: KafkaError?

  /// What became of an entry.
  public init(topicPartition: TopicPartition, offset: Int64, error: KafkaError?) {
    self.topicPartition = topicPartition
    self.offset = offset
    self.error = error
  }
}
