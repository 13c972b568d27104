import Delivery
import Glibc
import Testing

@testable import Pipeline

struct MetricsTests {
  private let telemetry = Telemetry(
    build: BuildInfo(version: "1.0", librdkafka: "2.0.2", libcurl: "7.88.1"),
    log: Log(to: LogCapture()))

  private var lines: [String] {
    text(telemetry.render(process: .current())).split(separator: "\n").map(String.init)
  }

  @Test(arguments: [
    ("otp_events_consumed_total", "counter"), ("otp_outcomes_total", "counter"),
    ("otp_attempts_total", "counter"), ("otp_attempt_duration_seconds", "histogram"),
    ("otp_first_attempt_age_seconds", "histogram"), ("otp_end_to_end_seconds", "histogram"),
    ("otp_inflight", "gauge"), ("otp_parked", "gauge"), ("otp_retries_total", "counter"),
    ("otp_uncommitted_span", "gauge"), ("otp_oldest_incomplete_age_seconds", "gauge"),
    ("otp_commit_errors_total", "counter"), ("otp_breaker_state", "gauge"),
    ("otp_throttled_total", "counter"), ("otp_dead_letters_total", "counter"),
    ("otp_dead_letter_failures_total", "counter"), ("otp_dedup_hits_total", "counter"),
    ("otp_possible_duplicates_total", "counter"), ("otp_rebalances_total", "counter"),
    ("otp_late_answers_total", "counter"),
    ("otp_assigned_partitions", "gauge"), ("otp_config_reloads_total", "counter"),
    ("otp_consumer_lag", "gauge"), ("otp_records_lost_to_retention_total", "counter"),
    ("otp_log_lines_dropped_total", "counter"), ("otp_build_info", "gauge"),
    ("process_cpu_seconds_total", "counter"), ("process_resident_memory_bytes", "gauge"),
    ("process_open_fds", "gauge"), ("process_start_time_seconds", "gauge"),
  ])
  func `Every metric is introduced from the start`(name: String, kind: String) {
    #expect(lines.filter { $0 == "# TYPE \(name) \(kind)" }.count == 1)
    #expect(lines.filter { $0.hasPrefix("# HELP \(name) ") && $0.hasSuffix(".") }.count == 1)
  }

  @Test func `Nothing is shown that is not in the table`() {
    #expect(lines.filter { $0.hasPrefix("# TYPE") }.count == 30)
  }

  @Test(arguments: [
    #"otp_outcomes_total{channel="sms",outcome="accepted",reason="ok"} 0"#,
    #"otp_outcomes_total{channel="email",outcome="dead-lettered",reason="exhausted"} 0"#,
    #"otp_outcomes_total{channel="unknown",outcome="dead-lettered",reason="poison"} 0"#,
    #"otp_dedup_hits_total{layer="ranges"} 0"#,
    #"otp_possible_duplicates_total{reason="answer.lost"} 0"#,
    #"otp_config_reloads_total{result="failure"} 0"#,
    #"otp_retries_total{tier="30s"} 0"#,
    #"otp_end_to_end_seconds_bucket{channel="sms",le="+Inf"} 0"#,
    #"otp_build_info{version="1.0",librdkafka="2.0.2",libcurl="7.88.1"} 1"#,
    "otp_rebalances_total 0", "otp_parked 0",
  ])
  func `What has closed labels stands at zero from the start`(line: String) {
    #expect(lines.contains(line))
  }

  @Test func `Every sample line is a name, labels and a number`() throws {
    _ = telemetry.connector(#"a"b\c"#)
    let sample = try Regex(
      #"[a-z_]+(\{[a-z]+="([^"\\\n]|\\["\\n])*"(,[a-z]+="([^"\\\n]|\\["\\n])*")*\})? [0-9.e+-]+"#)
    for line in lines where !line.hasPrefix("#") {
      #expect(line.wholeMatch(of: sample) != nil, "\(line)")
    }
  }

  @Test func `A connector shows from when it is made until it is removed`() {
    let connector = telemetry.connector("main")
    #expect(lines.contains(#"otp_attempts_total{connector="main",class="ambiguous"} 0"#))
    connector.countAttempt(.throttled(wait: .seconds(1), scope: .recipient))
    connector.countAttempt(.throttled(wait: nil, scope: .connector))
    connector.throttled.increment(by: 2)
    connector.inflight.increment()
    connector.show(breaker: .open)
    connector.attemptDuration.observe(.milliseconds(7))
    let shown = lines
    #expect(shown.contains(#"otp_attempts_total{connector="main",class="throttled"} 2"#))
    #expect(shown.contains(#"otp_throttled_total{connector="main"} 2"#))
    #expect(shown.contains(#"otp_inflight{connector="main"} 1"#))
    #expect(shown.contains(#"otp_breaker_state{connector="main"} 2"#))
    #expect(
      shown.contains(#"otp_attempt_duration_seconds_bucket{connector="main",le="0.01"} 1"#))
    telemetry.removeConnector("main")
    #expect(!lines.contains { $0.contains(#"connector="main""#) })
  }

  @Test func `The same connector keeps its counts when it is made again`() {
    telemetry.connector("main").countAttempt(.accepted)
    telemetry.connector("main").countAttempt(.accepted)
    #expect(lines.contains(#"otp_attempts_total{connector="main",class="accepted"} 2"#))
  }

  @Test func `A partition shows while it is assigned`() {
    let partition = telemetry.partition(3)
    partition.uncommittedSpan.set(17)
    partition.consumerLag.set(2)
    #expect(lines.contains(#"otp_uncommitted_span{partition="3"} 17"#))
    telemetry.removePartition(3)
    #expect(!lines.contains { $0.contains(#"partition="3""#) })
  }

  @Test func `Open labels appear with their first event`() {
    telemetry.consumed[.topic("send-otp")].increment()
    telemetry.commitErrors[.code("_TIMED_OUT")].increment()
    telemetry.outcomes[.init(.sms, .accepted, .ok)].increment()
    let shown = lines
    #expect(shown.contains(#"otp_events_consumed_total{topic="send-otp"} 1"#))
    #expect(shown.contains(#"otp_commit_errors_total{code="_TIMED_OUT"} 1"#))
    #expect(
      shown.contains(#"otp_outcomes_total{channel="sms",outcome="accepted",reason="ok"} 1"#))
  }

  @Test func `The process is measured`() throws {
    let usage = ProcessUsage.current()
    #expect(usage.cpu > .zero)
    #expect(try #require(usage.residentBytes) > 1_000_000)
    let before = try #require(usage.openDescriptors)
    let descriptor = open("/dev/null", O_RDONLY)
    defer { close(descriptor) }
    #expect(before >= 3)
    let now = Double(time(nil))
    let start = try #require(usage.startSeconds)
    #expect(start <= now + 1 && start > now - 86_400)
  }

  @Test func `What is measured of the process is shown as it is`() {
    let usage = ProcessUsage(
      cpu: .milliseconds(1_500), residentBytes: 39_518_208, openDescriptors: 74,
      startSeconds: 1_795_261_829)
    let shown = text(telemetry.render(process: usage)).split(separator: "\n").map(String.init)
    #expect(shown.contains("process_cpu_seconds_total 1.5"))
    #expect(shown.contains("process_resident_memory_bytes 39518208"))
    #expect(shown.contains("process_open_fds 74"))
    #expect(shown.contains("process_start_time_seconds 1795261829"))
  }
}

struct ExpositionTests {
  @Test(arguments: [
    (0.0, "0"), (3, "3"), (-2, "-2"), (0.005, "0.005"), (1.5, "1.5"), (1e300, "1e+300"),
    (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (1_764_000_000, "1764000000"),
  ])
  func `Numbers are written as Prometheus reads them`(value: Double, text: String) {
    #expect(Exposition.text(of: value) == text)
  }

  @Test func `Labels and help cannot break out of their line`() {
    var exposition = Exposition()
    exposition.begin("a", help: "one\ntwo \\ \"three\"", kind: "gauge")
    let labels = Exposition.labelText(names: ["l", "m"], values: ["x\"\\\ny", "æ"])
    exposition.sample("a", labels: labels, 1.0)
    #expect(
      text(exposition.bytes) == """
        # HELP a one\\ntwo \\\\ "three"
        # TYPE a gauge
        a{l="x\\"\\\\\\ny",m="æ"} 1

        """)
  }

  @Test func `A histogram counts upwards and ends with its sum`() {
    let family = MetricFamily<NoLabels, Histogram>("t_seconds", help: "Time.") {
      Histogram(bounds: [0.1, 1])
    }
    let histogram = family[NoLabels()]
    for time in [Duration.milliseconds(100), .milliseconds(101), .seconds(2), .seconds(-1)] {
      histogram.observe(time)
    }
    #expect(histogram.count == 4)
    var exposition = Exposition()
    family.write(to: &exposition)
    #expect(
      text(exposition.bytes) == """
        # HELP t_seconds Time.
        # TYPE t_seconds histogram
        t_seconds_bucket{le="0.1"} 2
        t_seconds_bucket{le="1"} 3
        t_seconds_bucket{le="+Inf"} 4
        t_seconds_sum 2.201
        t_seconds_count 4

        """)
  }

  @Test func `Series of a family come in the order of their labels`() {
    let registry = MetricRegistry()
    let family = registry.counters("c_total", help: "C.", by: Telemetry.TopicLabels.self)
    for topic in ["b", "c", "a"] { family[.topic(topic)].increment() }
    let topics = text(registry.render()).split(separator: "\n").dropFirst(2)
    #expect(
      topics == [#"c_total{topic="a"} 1"#, #"c_total{topic="b"} 1"#, #"c_total{topic="c"} 1"#])
  }
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
