public import Delivery
public import EventLoop
public import HTTPServer
import JSON

/// Vonage's SMS API, which answers every error with HTTP 200.
/// https://developer.vonage.com/en/api/sms
public struct VonageFace: CodedFace {
  private let apiKey: String
  private let apiSecret: String
  private let signature: VonageSignature
  private let clock: any Clock

  /// The API of one account.
  /// - Parameters:
  ///   - apiKey: eight characters.
  ///   - apiSecret: what opens it without a signature.
  ///   - signatureSecret: what signs instead.
  ///   - signatureMethod: how: `md5hash`, `md5`, `sha1`, `sha256` or `sha512`; nil takes any of them.
  ///   - clock: what a signature's timestamp is compared with.
  public init(
    apiKey: String, apiSecret: String, signatureSecret: String, signatureMethod: String? = nil,
    clock: any Clock = SystemClock()
  ) {
    self.apiKey = apiKey
    self.apiSecret = apiSecret
    let methods = VonageSignature.Method.allCases
    signature = VonageSignature(
      secret: signatureSecret,
      methods: methods.filter { $0.rawValue == signatureMethod ?? $0.rawValue })
    self.clock = clock
  }

  /// The name in paths.
  public var name: String { "vonage" }
  /// What people call it.
  public var title: String { "Vonage" }
  /// How its messages travel.
  public var channel: Channel { .sms }

  /// A connector's configuration for this account.
  public func connector(at url: String) -> String {
    """
    provider: vonage-sms
    config:
      apiKey: \(apiKey)
      apiSecret: \(apiSecret)
      brandName: Acme
      endpoint: \(url)
      templates:
        - usageType: Generic
          content: "Your code is {{code}}"
    """
  }

  /// A line for a terminal that sends it a message.
  public func example(at url: String) -> String? {
    """
    curl \(url)/sms/json -d api_key=\(apiKey) -d api_secret=\(apiSecret) \\
      -d from=Acme -d to=447700900000 --data-urlencode text='Your code is 482913'
    """
  }

  /// Errors by their `status`.
  /// https://developer.vonage.com/en/messaging/sms/guides/troubleshooting-sms
  public static let faults = FaultTable(
    [
      "1": (200, "Throughput Rate Exceeded"), "2": (200, "Missing parameter"),
      "3": (200, "Invalid parameter"), "4": (200, "Bad Credentials"), "5": (200, "Internal Error"),
      "6": (200, "Unroutable message - rejected"), "7": (200, "Number barred"),
      "8": (200, "Partner account barred"), "9": (200, "Quota Exceeded - rejected"),
      "10": (200, "Too many existing binds"), "11": (200, "Account not enabled for HTTP"),
      "12": (200, "Message Too Long"), "14": (200, "Invalid Signature"),
      "15": (200, "Illegal Sender Address - rejected"), "22": (200, "Invalid network code"),
      "23": (200, "Invalid callback URL"), "29": (200, "Non White-listed Destination - rejected"),
      "32": (200, "Signature And API Secret Disallowed"), "33": (200, "Number De-activated"),
    ], otherwise: 200)

  /// The balance, for a client that asks whether its secret works.
  public func answer(toQuestion request: IncomingRequest, path: String) -> OutgoingResponse? {
    guard path == "/account/get-balance", request.method == "GET" else { return nil }
    let query = Dictionary(
      (request.query ?? []).map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    let given = request.basicCredentials ?? (query["api_key"] ?? "", query["api_secret"] ?? "")
    guard given == (apiKey, apiSecret) else { return failure(status: 401) }
    return .json(status: 200) { json in
      json.key(text: "value")
      json.raw("10.28")
      json.member("autoReload", flag: false)
    }
  }

  /// Checks a request and reads the message in it.
  public func read(
    _ request: IncomingRequest, path: String
  ) throws(ProviderFault) -> Submission {
    guard path == "/sms/json", request.method == "POST" else {
      throw Self.faults.fault("404", message: "Not Found")
    }
    guard let fields = request.formFields ?? request.jsonFields?.allWords else {
      throw Self.fault("2", "Missing api_key")
    }
    try checkAccount(fields, request)
    return try VonageMessage(fields: fields).submission()
  }

  /// A new id.
  public func makeID() -> String { randomHex(16).uppercased() }

  /// The answer to a message that was taken: an element for each of its parts, with an id of its own.
  public func acceptance(of submission: Submission, id: String) -> OutgoingResponse {
    let parts = GSMAlphabet.partCount(submission.text)
    return .json(status: 200) { json in
      json.member("message-count", String(parts))
      json.member(
        "messages",
        array: { json in
          for part in 0..<parts {
            json.object { json in
              json.member("to", submission.recipient)
              json.member("message-id", part == 0 ? id : makeID())
              json.member("status", "0")
              json.member("remaining-balance", "15.53590000")
              json.member("message-price", "0.03330000")
              json.member("network", "23410")
              if let reference = submission.reference { json.member("client-ref", reference) }
            }
          }
        })
    }
  }

  /// The answer with a `status` of the API, or with one from in front of it.
  public func answer(_ fault: ProviderFault) -> OutgoingResponse {
    guard Self.faults.codes.contains(fault.code) else { return failure(status: fault.status) }
    return .json(status: fault.status) { json in
      json.member("message-count", "1")
      json.member(
        "messages",
        array: { json in
          json.object { json in
            json.member("status", fault.code)
            json.member("error-text", fault.message)
          }
        })
    }
  }

  /// The answer with a status that is not about the message.
  public func failure(status: Int) -> OutgoingResponse {
    .json(status: status) { json in
      json.member("type", "https://developer.vonage.com/api-errors")
      json.member("title", "The service answered \(status)")
      json.member("instance", makeUUID())
    }
  }

  /// Key and secret in the fields or as Basic credentials; or key, time and signature.
  private func checkAccount(
    _ fields: [String: String], _ request: IncomingRequest
  ) throws(ProviderFault) {
    if fields["sig"] != nil {
      if fields["api_secret"] != nil { throw Self.fault("32") }
      guard fields["api_key"] == apiKey else { throw Self.fault("4") }
      guard signature.isValid(fields, now: clock.seconds) else { throw Self.fault("14") }
    } else if let given = request.basicCredentials {
      guard given == (apiKey, apiSecret) else { throw Self.fault("4") }
    } else {
      guard let key = fields["api_key"] else { throw Self.fault("2", "Missing api_key") }
      guard let secret = fields["api_secret"] else { throw Self.fault("2", "Missing api_secret") }
      guard (key, secret) == (apiKey, apiSecret) else { throw Self.fault("4") }
    }
  }
}
