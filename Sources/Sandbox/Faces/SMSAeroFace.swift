public import Delivery
public import EventLoop
public import HTTPServer
import JSON

/// SMS Aero's gate, version 2, which tells of failures in bodies of its own.
/// https://smsaero.ru/integration/documentation/api/
public struct SMSAeroFace: CodedFace {
  private let email: String
  private let apiKey: String
  private let clock: any Clock

  /// The gate of one account.
  /// - Parameters:
  ///   - email: its login.
  ///   - apiKey: its key.
  ///   - clock: what dates messages.
  public init(email: String, apiKey: String, clock: any Clock = SystemClock()) {
    self.email = email
    self.apiKey = apiKey
    self.clock = clock
  }

  /// The name in paths.
  public var name: String { "smsaero" }
  /// What people call it.
  public var title: String { "SMS Aero" }
  /// How its messages travel.
  public var channel: Channel { .sms }

  /// A connector's configuration for this account.
  public func connector(at url: String) -> String {
    """
    provider: smsaero-short-message-service
    config:
      email: \(email)
      apiKey: \(apiKey)
      senderName: SMS Aero
      endpoint: \(url)
      templates:
        - usageType: Generic
          content: "Your code is {{code}}"
    """
  }

  /// A line for a terminal that sends it a message.
  public func example(at url: String) -> String? {
    """
    curl -u '\(email):\(apiKey)' \(url)/v2/sms/send -H 'Content-Type: application/json' \\
      -d '{"number":"79031234567","sign":"SMS Aero","text":"Your code is 482913"}'
    """
  }

  /// Failures by what the gate says of them.
  ///
  /// A code is the field of a validation error, a `result`, the state that a message is in at once, or a
  /// status; any other is said as the message of a `success` that is false.
  public static let faults = FaultTable(
    [
      "number": (400, "Validation error."), "sign": (400, "Validation error."),
      "text": (400, "Validation error."), "callbackUrl": (400, "Validation error."),
      "no credits": (200, "no credits"), "reject": (200, "reject"),
      "2": (200, "not delivered"), "6": (200, "rejected"), "8": (200, "moderation"),
      "401": (401, "Your request was made with invalid credentials."),
      "402": (402, "Not enough money."), "404": (404, "Page not found."),
      "405": (405, "Method Not Allowed."), "429": (429, "Too many requests."),
    ], otherwise: 200)

  /// Whether the credentials are right, and the balance.
  public func answer(toQuestion request: IncomingRequest, path: String) -> OutgoingResponse? {
    guard ["/v2/auth", "/v2/balance"].contains(path), ["GET", "POST"].contains(request.method)
    else { return nil }
    guard isKnown(request) else { return failure(status: 401) }
    return .json(status: 200) { json in
      json.member("success", flag: true)
      if path == "/v2/auth" {
        json.member("data", nil)
        json.member("message", "Successful authorization.")
      } else {
        json.member(
          "data",
          object: { json in
            json.key(text: "balance")
            json.raw("1389.26")
          })
        json.member("message", nil)
      }
    }
  }

  /// Checks a request and reads the message in it.
  public func read(
    _ request: IncomingRequest, path: String
  ) throws(ProviderFault) -> Submission {
    guard isKnown(request) else { throw Self.fault("401") }
    guard ["/v2/sms/send", "/v2/sms/testsend"].contains(path) else { throw Self.fault("404") }
    guard request.method == "POST" else { throw Self.fault("405") }
    let fields = request.formFields ?? request.jsonFields?.allWords ?? [:]
    guard let number = fields["number"], isBareE164(number) else { throw Self.fault("number") }
    guard let sign = fields["sign"], (2...64).contains(sign.count) else { throw Self.fault("sign") }
    guard let text = fields["text"], (2...640).contains(text.count) else {
      throw Self.fault("text")
    }
    if let callback = fields["callbackUrl"], !isWebAddress(callback) {
      throw Self.fault("callbackUrl")
    }
    return Submission(recipient: number, text: text, sender: sign)
  }

  /// A new id, a number.
  public func makeID() -> String { String(Int.random(in: 10_000_000...99_999_999)) }

  /// The answer to a message that was taken.
  public func acceptance(of submission: Submission, id: String) -> OutgoingResponse {
    message(id: id, state: 0, words: "queue", submission)
  }

  /// The answer with a failure; a state is told of a message that the gate has.
  public func refusal(
    code: String, status: Int?, of submission: Submission
  ) -> OutgoingResponse {
    let fault = Self.faults.fault(code, status: status)
    guard let state = Int(code), state < 100 else { return answer(fault) }
    return message(id: makeID(), state: state, words: fault.message, submission)
  }

  /// The answer with a failure.
  public func answer(_ fault: ProviderFault) -> OutgoingResponse {
    .json(status: fault.status) { json in
      switch fault.code {
      case "no credits":
        json.member("result", "no credits")
      case "reject":
        json.member("result", "reject")
        json.member("reason", "The message was refused.")
      case "number", "sign", "text", "callbackUrl":
        json.member("success", flag: false)
        json.member(
          "data",
          object: { json in
            json.member(fault.code, array: { $0.string("The value is invalid.") })
          })
        json.member("message", fault.message)
      default:
        json.member("success", flag: false)
        json.member("data", nil)
        json.member("message", fault.message)
      }
    }
  }

  /// The answer with a status that is not about the message.
  public func failure(status: Int) -> OutgoingResponse {
    answer(Self.faults.fault(String(status), status: status))
  }

  private func isKnown(_ request: IncomingRequest) -> Bool {
    request.basicCredentials.map { $0 == (email, apiKey) } ?? false
  }

  private func message(
    id: String, state: Int, words: String, _ submission: Submission
  ) -> OutgoingResponse {
    .json(status: 200) { json in
      json.member("success", flag: true)
      json.member(
        "data",
        object: { json in
          json.key(text: "id")
          json.raw(id)
          json.member("from", submission.sender)
          json.member("number", submission.recipient)
          json.member("text", submission.text)
          json.member("status", state)
          json.member("extendStatus", words)
          json.member("channel", "FREE SIGN")
          json.key(text: "cost")
          json.raw("5.49")
          json.member("dateCreate", clock.seconds)
          json.member("dateSend", clock.seconds)
        })
      json.member("message", nil)
    }
  }
}
