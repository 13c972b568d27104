internal import CKafka

/// Tries one address of a broker: name, connection, TLS, authentication, and an answer.
public final class BrokerProbe: Sendable {
  /// Who answered.
  public struct Cluster: Sendable, Equatable {
    /// The cluster's id; nil when the broker does not tell.
    public var id: String?
    /// Every broker as `host:port`, as clients are told to reach it.
    public var brokers: [String]
  }

  /// After a first failure that another address of the same name may mend, such as `::1` before `127.0.0.1`.
  private static let secondChance: Duration = .milliseconds(1_500)

  private let handle: ClientHandle

  /// A client that knows this address only.
  /// - Parameters:
  ///   - server: `host:port`.
  ///   - configuration: how to talk to it.
  /// - Throws: when librdkafka does not accept the configuration as a whole.
  public init(_ server: String, configuration: KafkaConfiguration) throws(KafkaError) {
    handle = try ClientHandle(
      .producer,
      properties: configuration.directoryProperties.filter { $0.key != "metadata.broker.list" }
        + [("bootstrap.servers", server)])
  }

  /// Asks for the cluster's brokers.
  /// - Throws: what kept the broker from answering: the most telling of what librdkafka met within `limit`.
  public func cluster(within limit: Duration = .seconds(5)) async throws(KafkaError) -> Cluster {
    try await withCheckedContinuation { continuation in
      handle.thread.run { [client = SendablePointer(handle.raw)] in
        continuation.resume(returning: Self.cluster(by: client.raw, within: limit))
      }
    }.get()
  }

  private static func cluster(
    by client: OpaquePointer, within limit: Duration
  ) -> Result<Cluster, KafkaError> {
    let start = ContinuousClock.now
    var failure: KafkaError?
    var end = start + limit
    while ContinuousClock.now < end {
      var metadata: UnsafePointer<rd_kafka_metadata>?
      let code = rd_kafka_metadata(client, 0, nil, &metadata, 200)
      if let metadata {
        defer { rd_kafka_metadata_destroy(metadata) }
        return .success(Self.cluster(metadata.pointee, by: client))
      }
      if code != RD_KAFKA_RESP_ERR__TIMED_OUT, code != RD_KAFKA_RESP_ERR__TRANSPORT {
        failure = failure ?? KafkaError(code)
      }
      for error in reportedErrors(of: client) where error.isTelling(more: failure) {
        failure = error
        end = min(end, ContinuousClock.now + (error.isTransport ? secondChance : .zero))
      }
    }
    return .failure(failure ?? KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT))
  }

  private static func cluster(_ metadata: rd_kafka_metadata, by client: OpaquePointer) -> Cluster {
    let brokers = UnsafeBufferPointer(start: metadata.brokers, count: Int(metadata.broker_cnt))
      .map { "\(String(cString: $0.host)):\($0.port)" }
    let id = rd_kafka_clusterid(client, 0)
    defer { if let id { rd_kafka_mem_free(client, id) } }
    return Cluster(id: id.map { String(cString: $0) }, brokers: brokers.sorted())
  }
}

extension KafkaError {
  /// Whether the connection failed, rather than what was said on it.
  fileprivate var isTransport: Bool {
    code == RD_KAFKA_RESP_ERR__TRANSPORT.rawValue || code == RD_KAFKA_RESP_ERR__RESOLVE.rawValue
  }

  /// Whether it says more than what was met before: "all brokers down" says nothing, a refused password all.
  fileprivate func isTelling(more other: KafkaError?) -> Bool {
    if isAllBrokersDown { return false }
    guard let other else { return true }
    return other.isTransport && !isTransport
  }
}

extension KafkaConfiguration {
  /// What librdkafka has against the properties taken together; nil when nothing.
  ///
  /// Such as a mechanism without a password, or a certificate's file that cannot be read. Connects to nobody.
  public var complaint: String? {
    let isAddress = ["bootstrap.servers", "metadata.broker.list"].contains
    for (kind, properties) in [
      (ClientHandle.Kind.producer, producerProperties), (.consumer, consumerProperties),
    ] {
      do throws(KafkaError) {
        _ = try ClientHandle(kind, properties: properties.filter { !isAddress($0.key) })
      } catch {
        return error.text
      }
    }
    return nil
  }

  /// The addresses under `bootstrap.servers`, in the order of the file.
  public var bootstrapServers: [String] {
    let text = value(of: "bootstrap.servers") ?? value(of: "metadata.broker.list") ?? ""
    return text.split { $0 == "," || $0 == " " }.map(String.init)
  }
}
