public import Delivery

/// An exchange that ended without a whole response, and how far it had got.
public struct TransportFailure: Error, Sendable, Equatable {
  /// How far an exchange got: what the server may have seen of it.
  public enum Stage: Sendable, Equatable {
    /// Not one byte was handed to the kernel: certainly not sent.
    case notWritten
    /// Some was handed over, but not what lets a server act on it: certainly not sent.
    case unfinished
    /// Some of the request was handed over, not all: a server may act on a header alone.
    case incomplete
    /// All of the request was handed over, and no whole header came back.
    case ambiguous
    /// A whole header came back, the rest of the response cannot be used.
    case responding(status: Int)
  }

  /// How far it got.
  public var stage: Stage
  /// What happened, as a stable word: `connect.refused`, `tls.untrusted`, `http.timeout`, `stopped`.
  public var code: String
  /// What people should know: at most 200 bytes of printable ASCII, without query or credentials.
  public var detail: String

  /// A failure; `detail` is cut and cleaned.
  public init(_ stage: Stage, code: String, detail: String = "") {
    self.stage = stage
    self.code = code
    self.detail = Self.cleaned(detail)
  }

  /// Whether the server's certificate did not verify: untrusted, of another name, or expired.
  public var isCertificateProblem: Bool { code == Code.untrusted }

  /// Whether a mail server did not take the login; nothing else was said to it.
  public var isLoginRefused: Bool { code == Code.loginRefused }

  /// Whether stopping cut it short.
  public var isStopped: Bool { code == Code.stopped }

  /// Whether stopping cut it short before the server could act on it: to be handed back uncounted.
  public var isUntouchedByStopping: Bool { isCertainlyNotSent && isStopped }

  /// Whether the server cannot have acted on it.
  public var isCertainlyNotSent: Bool { stage == .notWritten || stage == .unfinished }

  /// The words that stand in ``code``, but for `proxy.` and the status of a refused CONNECT.
  enum Code {
    static let refused = "connect.refused"
    static let name = "connect.name"
    static let connectTimeout = "connect.timeout"
    static let connectFailed = "connect.failed"
    static let queueTimeout = "queue.timeout"
    static let untrusted = "tls.untrusted"
    static let handshake = "tls.handshake"
    static let authorities = "tls.ca-file"
    static let reset = "http.reset"
    static let closed = "http.closed"
    static let timeout = "http.timeout"
    static let garbage = "http.garbage"
    static let unasked = "http.unasked"
    static let headerTooLarge = "http.header.too-large"
    static let bodyTooLarge = "http.body.too-large"
    static let bodyCut = "http.body.cut"
    static let plaintext = "tls.plaintext"
    static let smtpClosed = "smtp.closed"
    static let smtpReset = "smtp.reset"
    static let smtpTimeout = "smtp.timeout"
    static let smtpGarbage = "smtp.garbage"
    static let noSTARTTLS = "smtp.starttls.missing"
    static let noLogin = "smtp.auth.missing"
    static let loginRefused = "smtp.auth.refused"
    static let noUTF8 = "smtp.utf8.missing"
    static let tooLarge = "smtp.size"
    static let requestInvalid = "request.invalid"
    static let stopped = "stopped"
  }

  private static func cleaned(_ text: String) -> String {
    let printable = text.utf8.prefix(200).map { (0x20...0x7E).contains($0) ? $0 : 0x3F }
    return String(decoding: printable, as: UTF8.self)
  }
}

extension TransportFailure {
  /// What the failure means for the attempt.
  ///
  /// What was not written was certainly not sent; anything else may have been. A certificate that
  /// does not verify and a proxy that refuses us are the connector's settings, which time does not
  /// mend. A request that cannot be written is a fault of the driver or its settings: a person has
  /// to look, but other messages may pass.
  public var answer: Answer {
    Answer(answerClass, reason: reason, code: code, detail: detail)
  }

  private var reason: Reason? {
    switch code {
    case Code.noUTF8: .recipientUnreachable
    case Code.tooLarge: .contentRefused
    default: nil
    }
  }

  private var answerClass: Answer.Class {
    guard isCertainlyNotSent else { return .ambiguous }
    return switch code {
    case Code.untrusted, Code.authorities, Code.plaintext, Code.noSTARTTLS, Code.noLogin,
      Code.loginRefused, "proxy.403", "proxy.407":
      .misconfigured(.account)
    case Code.noUTF8, Code.tooLarge: .rejected
    case Code.requestInvalid: .misconfigured(.destination)
    default: .transient(wait: nil)
    }
  }
}
