import Admin
import EventLoop
import HTTPServer
import Pipeline
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1)))
struct AdminServerTests {
  @Test func `A healthy process is alive and ready`() throws {
    let server = try AdminServer(port: 0, sources: .healthy)
    defer { server.stop() }
    let connection = try #require(LoopbackConnection(port: server.port))
    for path in ["/livez", "/readyz"] {
      let answer = try connection.request("GET", path)
      #expect(answer.status == 200)
      #expect(answer.body == #"{"ok":true,"reasons":[]}"#)
      #expect(answer.headers["content-type"] == "application/json")
    }
  }

  @Test func `A stuck loop and lost sends are no life`() throws {
    var sources = AdminSources.healthy
    sources.liveness = { Liveness(sinceTick: .seconds(31), overdueSends: 2) }
    let server = try AdminServer(port: 0, sources: sources)
    defer { server.stop() }
    let answer = try #require(LoopbackConnection(port: server.port)).request("GET", "/livez")
    #expect(answer.status == 503)
    #expect(answer.body.contains("has not come round for 31 s"))
    #expect(answer.body.contains("2 sends"))
  }

  @Test(arguments: [
    (Readiness(isJoined: false, isProducerHealthy: true, isStopping: false), "consumer group"),
    (Readiness(isJoined: true, isProducerHealthy: false, isStopping: false), "cannot be written"),
    (Readiness(isJoined: true, isProducerHealthy: true, isStopping: true), "stopping"),
  ])
  func `What keeps it from being ready is said`(readiness: Readiness, reason: String) throws {
    var sources = AdminSources.healthy
    sources.readiness = { readiness }
    let server = try AdminServer(port: 0, sources: sources)
    defer { server.stop() }
    let answer = try #require(LoopbackConnection(port: server.port)).request("GET", "/readyz")
    #expect(answer.status == 503)
    #expect(answer.body.contains(reason))
    #expect(readiness.problems.count == 1)
  }

  @Test func `A loop that ticks is alive up to its longest turn`() {
    #expect(Liveness(sinceTick: .milliseconds(29_999), overdueSends: 0).problems.isEmpty)
    #expect(Liveness(sinceTick: .seconds(30), overdueSends: 0).problems.count == 1)
  }

  @Test func `Metrics and status come as the sources give them`() throws {
    let server = try AdminServer(port: 0, sources: .healthy)
    defer { server.stop() }
    let connection = try #require(LoopbackConnection(port: server.port))
    let metrics = try connection.request("GET", "/metrics")
    #expect(metrics.body == "otp_parked 0\n")
    #expect(metrics.headers["content-type"] == "text/plain; version=0.0.4")
    let status = try connection.request("GET", "/status?pretty")
    #expect(status.body == "{}")
    #expect(status.headers["content-type"] == "application/json")
    let head = try connection.request("HEAD", "/metrics")
    #expect(head.status == 200)
    #expect(head.headers["content-length"] == "13")
    #expect(try connection.request("GET", "/livez").status == 200)
  }

  @Test func `Another path names those there are, another method those allowed`() throws {
    let server = try AdminServer(port: 0, sources: .healthy)
    defer { server.stop() }
    let connection = try #require(LoopbackConnection(port: server.port))
    let missing = try connection.request("GET", "/")
    #expect(missing.status == 404)
    #expect(missing.body.contains(#"["/livez","/readyz","/metrics","/status"]"#))
    let wrong = try connection.request("POST", "/metrics", body: "x")
    #expect(wrong.status == 405)
    #expect(wrong.headers["allow"] == "GET, HEAD")
  }

  @Test func `A loop that does not answer gives 503, and probes are answered meanwhile`() throws {
    let loop = EventLoop()  // Nobody runs it.
    var sources = AdminSources.healthy
    sources.metrics = { _ in loop.answer(within: .milliseconds(300)) { [] } }
    let server = try AdminServer(port: 0, sources: sources)
    defer { server.stop() }
    let scrape = try #require(LoopbackConnection(port: server.port))
    scrape.send("GET", "/metrics")
    let probe = try #require(LoopbackConnection(port: server.port))
    #expect(try probe.request("GET", "/livez").status == 200)
    let answer = try scrape.answer()
    #expect(answer.status == 503)
    #expect(answer.body.contains("does not answer"))
  }

  @Test func `A port in use is an error that names the settings`() throws {
    let first = try AdminServer(port: 0, sources: .healthy)
    defer { first.stop() }
    let error = #expect(throws: AdminUnavailable.self) {
      try AdminServer(port: first.port, sources: .healthy)
    }
    #expect(error?.cause == .portInUse(host: "127.0.0.1", port: first.port))
    #expect(error?.description.contains("admin.port") == true)
  }

  @Test func `The loop answers the thread that asks`() async {
    let loop = EventLoop()
    let asking = Task.detached {
      let isOnLoop = loop.answer(within: .seconds(20)) { loop.isOnLoop }
      loop.stop()
      return isOnLoop
    }
    loop.run()
    #expect(await asking.value == true)
  }
}

extension AdminSources {
  static var healthy: AdminSources {
    AdminSources(
      liveness: { Liveness(sinceTick: .zero, overdueSends: 0) },
      readiness: { Readiness(isJoined: true, isProducerHealthy: true, isStopping: false) },
      metrics: { _ in Array("otp_parked 0\n".utf8) }, status: { _ in Array("{}".utf8) })
  }
}
