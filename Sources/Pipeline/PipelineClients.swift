public import EventLoop
public import Kafka
public import Transport

/// How the pipeline comes by the clients that it talks to the world with.
public struct PipelineClients: Sendable {
  /// Joins the group and subscribes to topics.
  public var consumer:
    @Sendable (
      _ configuration: KafkaConfiguration, _ topics: [String], _ loop: EventLoop,
      _ handlers: KafkaConsumer.Handlers
    ) throws(KafkaError) -> any RecordConsumer
  /// Starts a producer.
  public var producer:
    @Sendable (
      _ configuration: KafkaConfiguration, _ loop: EventLoop,
      _ onEvent: @escaping (KafkaEvent) -> Void
    ) throws(KafkaError) -> any RecordProducer
  /// Begins to read the ends of partitions, outside the group; ends when what it returns is released.
  public var tails:
    @Sendable (
      _ tails: [TailReader.Tail], _ configuration: KafkaConfiguration, _ loop: EventLoop,
      _ onRecord: @escaping (ConsumerRecord) -> Void, _ onError: @escaping (KafkaError) -> Void,
      _ completion: @escaping TailReader.Completion
    ) throws(KafkaError) -> AnyObject
  /// Makes what a connector sends by.
  public var connector:
    @Sendable (_ loop: EventLoop, _ options: ClientOptions) -> any ExchangeClient

  /// Clients of one's own.
  public init(
    consumer:
      @escaping @Sendable (
        KafkaConfiguration, [String], EventLoop, KafkaConsumer.Handlers
      ) throws(KafkaError) -> any RecordConsumer,
    producer:
      @escaping @Sendable (
        KafkaConfiguration, EventLoop, @escaping (KafkaEvent) -> Void
      ) throws(KafkaError) -> any RecordProducer,
    tails:
      @escaping @Sendable (
        [TailReader.Tail], KafkaConfiguration, EventLoop, @escaping (ConsumerRecord) -> Void,
        @escaping (KafkaError) -> Void, @escaping TailReader.Completion
      ) throws(KafkaError) -> AnyObject,
    connector: @escaping @Sendable (EventLoop, ClientOptions) -> any ExchangeClient
  ) {
    self.consumer = consumer
    self.producer = producer
    self.tails = tails
    self.connector = connector
  }

  /// librdkafka and libcurl.
  public static let real = PipelineClients(
    consumer: { configuration, topics, loop, handlers throws(KafkaError) in
      try KafkaConsumer(
        configuration: configuration, topics: topics, loop: loop, handlers: handlers)
    },
    producer: { configuration, loop, onEvent throws(KafkaError) in
      try KafkaProducer(configuration: configuration, loop: loop, onEvent: onEvent)
    },
    tails: { tails, configuration, loop, onRecord, onError, completion throws(KafkaError) in
      try TailReader(
        tails, configuration: configuration, loop: loop, onRecord: onRecord, onError: onError,
        completion: completion)
    },
    connector: { loop, options in ConnectorClient(loop: loop, options: options) })
}
