import Delivery
import Retry
import Sandbox

/// A record that the demo enqueues, and what must come of it.
struct Sample: Sendable {
  /// How a request ended, as the topics tell it.
  struct End: Sendable, Equatable {
    var kind: Outcome.Kind
    var reason: Reason
    var tries: Int
    /// What its dead letter says: disposition and code.
    var deadLetter: String?
  }

  /// What it is called on the screen.
  var name: String
  /// What is special about it, in at most 28 characters.
  var about: String
  /// Nil when the record has none that can be read.
  var eventID: String?
  /// To whom; also the record's key, as producers are advised.
  var recipient: Recipient
  /// The record's value.
  var value: String
  /// What goes wrong at the provider, before it accepts.
  var faults: [Fault] = []
  /// The sample that must be waiting for its next try when this one is enqueued.
  var follows: String?
  /// What must come of it.
  var expected: End
}

// MARK: - The table

extension Sample {
  private static let expiredAt = Timestamp(milliseconds: 0)

  /// The samples for two providers, in the order in which they are enqueued.
  static func all(for providers: DemoProviders) -> [Sample] {
    var samples = [
      request("sign-in", "SignIn", to: sms(10), usage: "SignIn"),
      request("register", "Register", to: sms(11), usage: "Register"),
      request(
        "forgot-password", "ForgotPassword", to: sms(12), usage: "ForgotPassword",
        payload: #","application":{"name":"Demo"}"#),
      request(
        "try-again", "SignIn; provider: 503, 503", to: sms(14), usage: "SignIn",
        faults: [.busy(times: 2)], .accepted(tries: 3)),
      request(
        "older-code", "SignIn; provider: 503", to: sms(15), usage: "SignIn",
        // So long that the newer code comes before the next try, however slow the machine.
        faults: [.busy(for: .seconds(9))],
        End(kind: .superseded, reason: .newerRequest, tries: 1)),
      request(
        "newer-code", "SignIn, for the same person", to: sms(15), usage: "SignIn",
        follows: "older-code"),
      request(
        "expired", "SignIn, expired long ago", to: sms(16), usage: "SignIn",
        more: #","expiresAt":"\#(expiredAt.rfc3339)""#,
        End(kind: .expired, reason: .deadlinePassed, tries: 0)),
      notJSON,
    ]
    samples.insert(contentsOf: own(of: providers.sms), at: 3)
    var duplicate = samples[0]
    duplicate.name = "duplicate"
    duplicate.about = "SignIn, the same event id"
    duplicate.expected = End(kind: .duplicate, reason: .alreadyConcluded, tries: 0)
    return samples + [duplicate] + mails(by: providers.email)
  }

  private static func mails(by provider: DemoProvider) -> [Sample] {
    [
      request("mail", "SignIn by mail", to: mail(20), usage: "SignIn"),
      request(
        "mail-try-again", "Register; \(provider == .smtp ? "451" : "503")", to: mail(21),
        usage: "Register",
        faults: [provider == .smtp ? .refused("4.3.2", status: 451) : .busy(times: 1)],
        .accepted(tries: 2)),
    ] + own(of: provider)
  }

  /// Those that only one provider has: who writes the text decides what can be missing in it.
  private static func own(of provider: DemoProvider) -> [Sample] {
    switch provider.name {
    case "twilio":
      [
        request("generic", "MfaVerification, by Generic", to: sms(13), usage: "MfaVerification"),
        request(
          "no-variable", "ForgotPassword, no app name", to: sms(17), usage: "ForgotPassword",
          .deadLettered(.config, code: "variable.missing")),
        request(
          "refused-number", "Register; provider: 21211", to: sms(18), usage: "Register",
          faults: [.refused("21211")],
          End(kind: .rejected, reason: .recipientInvalid, tries: 1)),
      ]
    case "http-sms":
      [
        request("own-usage-type", "Newsletter, receiver's text", to: sms(13), usage: "Newsletter"),
        refused(name: "refused-message", to: sms(18)),
      ]
    case "http-email": [refused(name: "mail-refused", to: mail(22))]
    case "smtp":
      [
        request(
          "mail-refused", "SignIn; 550 5.1.1", to: mail(22), usage: "SignIn",
          faults: [.refused("5.1.1", status: 550)],
          End(kind: .rejected, reason: .recipientInvalid, tries: 1))
      ]
    default: []
    }
  }

  private static func refused(name: String, to recipient: String) -> Sample {
    request(
      name, "Register; provider: 422", to: recipient, usage: "Register", faults: [.status(422)],
      End(kind: .rejected, reason: .policyRefused, tries: 1))
  }

  private static var notJSON: Sample {
    Sample(
      name: "not-json", about: "bytes that are not JSON", eventID: nil,
      recipient: recipient(sms(19)),
      value: "to: +4520000019, code: 123456",
      expected: .deadLettered(.poison, code: "decode.json"))
  }

  private static func request(
    _ name: String, _ about: String, to address: String, usage: String, payload: String = "",
    more: String = "", faults: [Fault] = [], follows: String? = nil, _ expected: End = .accepted()
  ) -> Sample {
    let recipient = recipient(address)
    let id = "demo-\(name)"
    return Sample(
      name: name, about: about, eventID: id, recipient: recipient,
      value: #"{"id":"\#(id)","to":"\#(recipient.address)","usageType":"\#(usage)","#
        + #""payload":{"code":"123456"\#(payload)}\#(more)}"#,
      faults: faults, follows: follows, expected: expected)
  }

  private static func sms(_ number: Int) -> String { "+45200000\(number)" }
  private static func mail(_ number: Int) -> String { "person-\(number)@demo.example" }

  private static func recipient(_ address: String) -> Recipient {
    guard let recipient = Recipient(address) else {
      preconditionFailure("a number of ten digits, or an address")
    }
    return recipient
  }
}

extension Fault {
  fileprivate static func status(_ status: Int) -> Fault {
    var fault = Fault()
    fault.status = status
    return fault
  }

  /// 503, which providers mean for the moment.
  fileprivate static func busy(times: Int = 1, for wait: Duration? = nil) -> Fault {
    var fault = status(503)
    fault.times = times
    fault.retryAfter = wait
    return fault
  }

  /// One of the provider's own codes.
  fileprivate static func refused(_ code: String, status: Int? = nil) -> Fault {
    var fault = Fault()
    fault.code = code
    fault.status = status
    return fault
  }
}

extension Sample.End {
  fileprivate static func accepted(tries: Int = 1) -> Self {
    Self(kind: .accepted, reason: .ok, tries: tries)
  }

  fileprivate static func deadLettered(
    _ disposition: DeadLetter.Disposition, code: String
  ) -> Self {
    Self(
      kind: .deadLettered, reason: disposition.reason, tries: 0,
      deadLetter: "\(disposition.rawValue) \(code)")
  }
}
