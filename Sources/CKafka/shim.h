#pragma once
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdint.h>
#include <sys/eventfd.h>

// What Swift cannot call: variadic functions, and macros that are no plain constants.

/// An eventfd that is readable at once, so that what queued up before it was attached is not missed.
static inline int ckafka_wakeup_descriptor(void) {
  return eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
}

/// Queues a copy of a record. `headers` may be NULL; they belong to librdkafka once this returns 0.
static inline rd_kafka_resp_err_t ckafka_produce(
    rd_kafka_t *client, rd_kafka_topic_t *topic, int32_t partition, const void *key,
    size_t key_size, const void *value, size_t value_size, rd_kafka_headers_t *headers,
    void *opaque) {
  if (!headers)
    return rd_kafka_producev(
        client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_KEY(key, key_size), RD_KAFKA_V_VALUE(value, value_size),
        RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
  return rd_kafka_producev(
      client, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition),
      RD_KAFKA_V_KEY(key, key_size), RD_KAFKA_V_VALUE(value, value_size),
      RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(opaque),
      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
}

/// Queues a copy of a value with a time of its own, in milliseconds since 1970.
static inline rd_kafka_resp_err_t ckafka_produce_at(
    rd_kafka_t *client, const char *topic, int32_t partition, const void *value, size_t value_size,
    int64_t time) {
  return rd_kafka_producev(
      client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
      RD_KAFKA_V_VALUE((void *)value, value_size), RD_KAFKA_V_TIMESTAMP(time),
      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
}

/// Lets the next request of a kind that reaches a broker of the in-process cluster end in `error`, `delay_ms` later.
static inline rd_kafka_resp_err_t ckafka_mock_push_error(
    rd_kafka_mock_cluster_t *cluster, int32_t broker, int16_t api_key, rd_kafka_resp_err_t error,
    int delay_ms) {
  return rd_kafka_mock_broker_push_request_error_rtts(
      cluster, broker, api_key, 1, error, delay_ms);
}
