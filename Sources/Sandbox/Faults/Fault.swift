/// Something that shall go wrong at a stand-in, a number of times.
public struct Fault: Sendable, Equatable {
  /// At which point of an SMTP dialogue; HTTP has one point only.
  public enum Stage: String, Sendable, CaseIterable {
    /// Instead of the greeting.
    case connect
    /// At `EHLO` or `HELO`.
    case hello
    /// At `STARTTLS`.
    case starttls
    /// At the end of `AUTH`.
    case auth
    /// At `MAIL FROM`.
    case mail
    /// At `RCPT TO`.
    case rcpt
    /// At `DATA`.
    case data
    /// After the final dot.
    case dot

    /// Whether the recipient is known by then.
    var knowsRecipient: Bool { self == .rcpt || self == .data || self == .dot }
  }
  /// When a connection is closed without an answer.
  public enum Drop: String, Sendable, CaseIterable {
    /// Before the message was taken: nobody gets it.
    case before
    /// After it was taken: only the answer is lost.
    case after
  }

  /// The stand-in; nil for any.
  public var provider: String?
  /// The recipient, a number in any spelling or an address in any case; nil for any.
  public var recipient: String?
  /// How many requests meet it.
  public var times = 1
  /// The status that is answered: of HTTP 300–599, of SMTP 400–599; nil for the usual answer.
  public var status: Int?
  /// The provider's own code, such as Twilio's `21211`, or an enhanced code of SMTP, such as `4.7.1`.
  public var code: String?
  /// What `Retry-After` says, along with a status.
  public var retryAfter: Duration?
  /// Before the answer.
  public var delay: Duration?
  /// Whether there is never an answer.
  public var hangs = false
  /// Closes the connection.
  public var drop: Drop?
  /// Where in a dialogue of SMTP.
  public var stage: Stage?

  /// Nothing that goes wrong yet.
  public init() {}

  /// Whether a mail server can follow it: one that is for anybody may be meant for HTTP only.
  var suitsMail: Bool { status.map { $0 >= 400 } ?? (code == nil) }

  /// The stage at which a mail server follows it.
  var mailStage: Stage { stage ?? (status != nil && drop == nil ? .rcpt : .dot) }
}

extension Step {
  /// What a stand-in that speaks HTTP does about a fault.
  init(_ fault: Fault) {
    var step = Step.accept
    if let status = fault.status {
      step =
        fault.code.map { .refuse(code: $0, status: status) }
        ?? .status(status, retryAfter: fault.retryAfter)
    } else if let code = fault.code {
      step = .refuse(code: code)
    }
    if let drop = fault.drop { step = drop == .after ? .taken(.close) : .close }
    if fault.hangs { step = .hang }
    self = fault.delay.map { .after($0, step) } ?? step
  }
}
