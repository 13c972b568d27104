internal import CKafka

/// The librdkafka that this process runs with.
public enum KafkaVersion {
  /// The version as librdkafka writes it, such as `2.0.2`.
  public static var text: String { String(cString: rd_kafka_version_str()) }

  /// The version as a number to compare: `0xMMmmrrpp`, where `pp` is `ff` for a release.
  public static var number: Int32 { rd_kafka_version() }

  /// The version in which SCRAM began to work with Kafka 4.
  static let scramRepair: Int32 = 0x02_06_01_00
  /// The version from which `cooperative-sticky` can be relied on.
  static let cooperativeRepair: Int32 = 0x02_06_01_00

  /// What is wrong with SCRAM in a version; nil when nothing is.
  ///
  /// Before 2.6.1 the client repeats its nonce, which every Kafka 4 broker answers with "invalid credentials".
  /// See <https://github.com/confluentinc/librdkafka/pull/4895>.
  public static func scramWarning(mechanism: String, version: Int32 = number) -> String? {
    guard mechanism.uppercased().hasPrefix("SCRAM"), version < scramRepair else { return nil }
    return "SCRAM of librdkafka before 2.6.1 is refused by Kafka 4 as \"invalid credentials\", "
      + "however right they are: use librdkafka 2.6.1 or newer, PLAIN over TLS, or client certificates"
  }
}
