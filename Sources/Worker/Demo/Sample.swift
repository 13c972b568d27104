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
  /// What the provider's stand-in does with its requests, before it accepts.
  var steps: [Step] = []
  /// The sample that must be waiting for its next try when this one is enqueued.
  var follows: String?
  /// What must come of it.
  var expected: End
}

// MARK: - The table

extension Sample {
  private static let expiredAt = Timestamp(milliseconds: 0)

  /// The samples for a provider, in the order in which they are enqueued.
  static func all(for provider: DemoProvider) -> [Sample] {
    var samples = [
      request("sign-in", "SignIn", to: 10, usage: "SignIn"),
      request("register", "Register", to: 11, usage: "Register"),
      request(
        "forgot-password", "ForgotPassword", to: 12, usage: "ForgotPassword",
        payload: #","application":{"name":"Demo"}"#),
      request(
        "try-again", "SignIn; provider: 503, 503", to: 14, usage: "SignIn",
        steps: [.status(503), .status(503)], .accepted(tries: 3)),
      request(
        "older-code", "SignIn; provider: 503", to: 15, usage: "SignIn",
        // So long that the newer code comes before the next try, however slow the machine.
        steps: [.status(503, retryAfter: .seconds(9))],
        End(kind: .superseded, reason: .newerRequest, tries: 1)),
      request(
        "newer-code", "SignIn, for the same person", to: 15, usage: "SignIn",
        follows: "older-code"),
      request(
        "expired", "SignIn, expired long ago", to: 16, usage: "SignIn",
        more: #","expiresAt":"\#(expiredAt.rfc3339)""#,
        End(kind: .expired, reason: .deadlinePassed, tries: 0)),
      notJSON,
    ]
    samples.insert(contentsOf: own(of: provider), at: 3)
    var duplicate = samples[0]
    duplicate.name = "duplicate"
    duplicate.about = "SignIn, the same event id"
    duplicate.expected = End(kind: .duplicate, reason: .alreadyConcluded, tries: 0)
    return samples + [duplicate]
  }

  /// Those that only one provider has: who writes the text decides what can be missing in it.
  private static func own(of provider: DemoProvider) -> [Sample] {
    switch provider {
    case .twilio:
      [
        request("generic", "MfaVerification, by Generic", to: 13, usage: "MfaVerification"),
        request(
          "no-variable", "ForgotPassword, no app name", to: 17, usage: "ForgotPassword",
          .deadLettered(.config, code: "variable.missing")),
        request(
          "refused-number", "Register; provider: 21211", to: 18, usage: "Register",
          steps: [.refuse(code: "21211")],
          End(kind: .rejected, reason: .recipientInvalid, tries: 1)),
      ]
    case .httpSMS:
      [
        request("own-usage-type", "Newsletter, receiver's text", to: 13, usage: "Newsletter"),
        request(
          "refused-message", "Register; provider: 422", to: 18, usage: "Register",
          steps: [.status(422)], End(kind: .rejected, reason: .policyRefused, tries: 1)),
      ]
    }
  }

  private static var notJSON: Sample {
    Sample(
      name: "not-json", about: "bytes that are not JSON", eventID: nil, recipient: recipient(19),
      value: "to: +4520000019, code: 123456",
      expected: .deadLettered(.poison, code: "decode.json"))
  }

  private static func request(
    _ name: String, _ about: String, to number: Int, usage: String, payload: String = "",
    more: String = "", steps: [Step] = [], follows: String? = nil, _ expected: End = .accepted()
  ) -> Sample {
    let recipient = recipient(number)
    let id = "demo-\(name)"
    return Sample(
      name: name, about: about, eventID: id, recipient: recipient,
      value: #"{"id":"\#(id)","to":"\#(recipient.address)","usageType":"\#(usage)","#
        + #""payload":{"code":"123456"\#(payload)}\#(more)}"#,
      steps: steps, follows: follows, expected: expected)
  }

  private static func recipient(_ number: Int) -> Recipient {
    guard let recipient = Recipient("+45200000\(number)") else {
      preconditionFailure("a number of two digits")
    }
    return recipient
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
