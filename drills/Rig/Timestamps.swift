internal import CKafka
import Glibc

/// Writes records with times of their own, as a producer whose clock is off does.
enum Timestamps {
  /// The time in milliseconds since 1970.
  static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// Writes them and waits until Kafka has them.
  static func write(_ records: [(Event, Int64)], to topic: String, at servers: String) throws {
    let configuration = rd_kafka_conf_new()
    rd_kafka_conf_set(configuration, "bootstrap.servers", servers, nil, 0)
    guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nil, 0) else {
      throw Misfortune("no client")
    }
    defer { rd_kafka_destroy(client) }
    for (event, time) in records {
      let code = ckafka_produce_at(
        client, topic, Field.partition(of: event.to), event.value, event.value.count, time)
      guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
        throw Misfortune(String(cString: rd_kafka_err2str(code)))
      }
    }
    guard rd_kafka_flush(client, 20_000) == RD_KAFKA_RESP_ERR_NO_ERROR else {
      throw Misfortune("the requests were not written within 20 s")
    }
  }
}
