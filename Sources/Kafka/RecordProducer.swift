/// Where records are written to; ``KafkaProducer``, or one that is simulated.
public protocol RecordProducer: AnyObject {
  /// Whether the brokers could be reached lately.
  var isHealthy: Bool { get }
  /// Writes a record; calls `completion` on the loop, after this has returned.
  func send(_ record: ProducerRecord, completion: @escaping KafkaProducer.Completion)
  /// Looks topics up and connects to their leaders.
  func warm(topics: [String])
  /// How many partitions a topic has, once ``warm(topics:)`` found it.
  func partitionCount(of topic: String) -> Int32?
  /// Waits for what is on its way, then ends the client.
  func close(within limit: Duration) async
}
