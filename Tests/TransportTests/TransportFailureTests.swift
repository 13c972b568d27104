import Delivery
import Testing
import Transport

struct TransportFailureTests {
  private static let classes: [(TransportFailure.Stage, String, Answer.Class)] = [
    (.notWritten, "connect.refused", .transient(wait: nil)),
    (.notWritten, "connect.name", .transient(wait: nil)),
    (.notWritten, "queue.timeout", .transient(wait: nil)),
    (.notWritten, "tls.handshake", .transient(wait: nil)),
    (.notWritten, "tls.untrusted", .misconfigured(.account)),
    (.notWritten, "tls.ca-file", .misconfigured(.account)),
    (.notWritten, "proxy.403", .misconfigured(.account)),
    (.notWritten, "proxy.407", .misconfigured(.account)),
    (.notWritten, "proxy.503", .transient(wait: nil)),
    (.notWritten, "request.invalid", .misconfigured(.destination)),
    (.notWritten, "tls.plaintext", .misconfigured(.account)),
    (.notWritten, "smtp.starttls.missing", .misconfigured(.account)),
    (.notWritten, "smtp.auth.missing", .misconfigured(.account)),
    (.notWritten, "smtp.auth.refused", .misconfigured(.account)),
    (.notWritten, "smtp.utf8.missing", .rejected),
    (.notWritten, "smtp.size", .rejected),
    (.notWritten, "smtp.garbage", .transient(wait: nil)),
    (.unfinished, "smtp.closed", .transient(wait: nil)),
    (.unfinished, "smtp.timeout", .transient(wait: nil)),
    (.ambiguous, "smtp.closed", .ambiguous),
    (.incomplete, "http.reset", .ambiguous),
    (.ambiguous, "http.timeout", .ambiguous),
    (.responding(status: 200), "http.body.cut", .ambiguous),
    (.responding(status: 503), "http.body.cut", .ambiguous),
    (.ambiguous, "stopped", .ambiguous),
  ]

  @Test(arguments: classes)
  func `how far it got decides the class`(
    _ stage: TransportFailure.Stage, _ code: String, _ expected: Answer.Class
  ) {
    let answer = TransportFailure(stage, code: code, detail: "why").answer
    #expect(answer.class == expected)
    #expect(answer.code == code)
    #expect(answer.detail == "why")
    #expect(!answer.isProvidersOwnCode)
  }

  @Test func `only a stop before anything could be acted on leaves an exchange untouched`() {
    #expect(TransportFailure(.notWritten, code: "stopped").isUntouchedByStopping)
    #expect(TransportFailure(.unfinished, code: "stopped").isUntouchedByStopping)
    #expect(!TransportFailure(.ambiguous, code: "stopped").isUntouchedByStopping)
    #expect(!TransportFailure(.incomplete, code: "stopped").isUntouchedByStopping)
    #expect(!TransportFailure(.notWritten, code: "http.reset").isUntouchedByStopping)
  }

  @Test func `details are short and printable`() {
    let failure = TransportFailure(
      .ambiguous, code: "x", detail: "a\r\n\u{1B}é" + String(repeating: "b", count: 300))
    #expect(failure.detail == "a?????" + String(repeating: "b", count: 194))
  }
}
