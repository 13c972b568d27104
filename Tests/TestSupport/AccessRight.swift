import CKafka

/// Something that the broker's access rules let a user do.
public struct AccessRight: Sendable, Hashable {
  /// What it is about.
  public enum Resource: Sendable, Hashable {
    /// A topic of that name.
    case topic(String)
    /// A consumer group of that name.
    case group(String)
  }
  /// What may be done; to read or write includes to describe.
  public enum Operation: Sendable, Hashable {
    /// To take records, or to join a group.
    case read
    /// To append records.
    case write
    /// To be told that it exists.
    case describe
  }

  /// What may be done.
  public let operation: Operation
  /// What with.
  public let resource: Resource

  /// A right.
  public init(_ operation: Operation, _ resource: Resource) {
    self.operation = operation
    self.resource = resource
  }
}

extension RealBroker {
  /// Gives a user rights; takes none away.
  public static func grant(_ rights: [AccessRight], to user: String) throws(NotCreated) {
    guard let servers else { throw NotCreated(reason: "no broker") }
    let configuration = rd_kafka_conf_new()
    rd_kafka_conf_set(configuration, "bootstrap.servers", servers, nil, 0)
    guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nil, 0) else {
      throw NotCreated(reason: "no client")
    }
    defer { rd_kafka_destroy(client) }
    let queue = rd_kafka_queue_new(client)
    defer { rd_kafka_queue_destroy(queue) }
    var bindings = rights.map { $0.binding(for: user) }
    defer { for binding in bindings { rd_kafka_AclBinding_destroy(binding) } }
    rd_kafka_CreateAcls(client, &bindings, bindings.count, nil, queue)
    guard let event = rd_kafka_queue_poll(queue, 20_000) else {
      throw NotCreated(reason: "no answer within 20 s")
    }
    defer { rd_kafka_event_destroy(event) }
    var count = 0
    guard let result = rd_kafka_event_CreateAcls_result(event),
      let answers = rd_kafka_CreateAcls_result_acls(result, &count), count == rights.count
    else { throw NotCreated(reason: String(cString: rd_kafka_event_error_string(event))) }
    for index in 0..<count {
      if let error = rd_kafka_acl_result_error(answers[index]) {
        throw NotCreated(reason: String(cString: rd_kafka_error_string(error)))
      }
    }
  }
}

extension AccessRight {
  fileprivate func binding(for user: String) -> OpaquePointer? {
    let (type, name) =
      switch resource {
      case .topic(let name): (RD_KAFKA_RESOURCE_TOPIC, name)
      case .group(let name): (RD_KAFKA_RESOURCE_GROUP, name)
      }
    let operation =
      switch operation {
      case .read: RD_KAFKA_ACL_OPERATION_READ
      case .write: RD_KAFKA_ACL_OPERATION_WRITE
      case .describe: RD_KAFKA_ACL_OPERATION_DESCRIBE
      }
    return rd_kafka_AclBinding_new(
      type, name, RD_KAFKA_RESOURCE_PATTERN_LITERAL, "User:\(user)", "*", operation,
      RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, nil, 0)
  }
}
