import Delivery
import JSON

/// Sends mails by [Amazon SES's SendEmail, version 2](https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html).
struct AmazonSES: Driver {
  static let descriptor = DriverDescriptor(
    id: "aws-ses-mail", channel: .email, name: "AWS Direct Mail",
    documentation: "https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html",
    text: .templates, settings: settings)

  private static let replyNames = ReplyFields.Names("MessageId")
  private static let longestTag = 256

  private let endpoint: HTTPEndpoint
  private let account: HTTPEndpoint
  private let signature: AWSSignature
  private let parties: MailParties
  /// Members of every request whose values are texts.
  private let options: [(name: StaticString, value: String)]

  init(settings: SettingsReader) throws(InvalidSettings) {
    let parties = MailParties(settings, from: "emailAddress")
    if let text = settings.text("feedbackForwardingEmailAddress"), MailAddress(text) == nil {
      settings.report("feedbackForwardingEmailAddress", "must be an address")
    }
    options = Self.options.compactMap { name, key in settings.text(key).map { (name, $0) } }
    let region = try settings.required("region")
    guard region.utf8.allSatisfy({ $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }) else {
      settings.report("region", "must be the name of a region such as eu-west-1")
      throw InvalidSettings()
    }
    let base = settings.baseURL("endpoint", default: "https://email.\(region).amazonaws.com")
    endpoint = base.appending(path: "/v2/email/outbound-emails")
    account = base.appending(path: "/v2/email/account")
    signature = AWSSignature(
      accessKeyID: try settings.required("accessKeyId"),
      secret: Secret(try settings.required("accessKeySecret")),
      sessionToken: settings.secret("sessionToken"), region: region, service: "ses")
    guard let parties else { throw InvalidSettings() }
    self.parties = parties
  }

  func exchange(for message: Message, context: SendContext) throws(Refusal) -> Exchange {
    let mail = try parties.mail(for: message)
    var json = JSONWriter(capacity: 1_024)
    json.beginObject()
    json.member("FromEmailAddress", mail.from.encodedText)
    json.key("Destination")
    json.beginObject()
    json.member("ToAddresses", [mail.to.text])
    json.endObject()
    if !mail.replyTo.isEmpty { json.member("ReplyToAddresses", mail.replyTo.map(\.encodedText)) }
    json.key("Content")
    Self.write(mail, to: &json)
    for (name, value) in options { json.member(name, value) }
    json.key("EmailTags")
    json.beginArray()
    json.beginObject()
    json.member("Name", "otp-id")
    json.member("Value", message.reference(atMost: Self.longestTag, of: Self.mayStandInTag))
    json.endObject()
    json.endArray()
    json.endObject()
    return .http(signature.signed(endpoint, body: json.bytes, at: context.now))
  }

  private static func mayStandInTag(_ byte: UInt8) -> Bool {
    byte.isLetterOrDigit || "_-.@".utf8.contains(byte)
  }

  /// Subject and parts; without a charset SES takes them for seven-bit ASCII.
  private static func write(_ mail: OutgoingMail, to json: inout JSONWriter) {
    json.beginObject()
    json.key("Simple")
    json.beginObject()
    json.part("Subject", mail.subject ?? "")
    json.key("Body")
    json.beginObject()
    if case .text(let plain, let html) = mail.content {
      if let html { json.part("Html", html) }
      if let plain { json.part("Text", plain) }
    }
    json.endObject()
    json.endObject()
    json.endObject()
  }

  func answer(to reply: Reply) -> Answer {
    guard case .http(let reply) = reply else { return .foreignReply }
    guard reply.isSuccess else {
      return Self.codes.answer(to: reply, code: code(of: reply))
    }
    guard let id = ReplyFields(Self.replyNames, in: reply.body)?["MessageId"], isReadableID(id)
    else { return StatusTable.answer(to: reply) }
    return Answer(
      .accepted, code: StatusTable.code(of: reply.status), providerMessageIDs: [id])
  }

  /// The [account](https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html), which a user who may only
  /// send cannot read.
  func probe(context: SendContext) -> Probe {
    .exchange(.http(signature.signed(account, method: "GET", at: context.now)))
  }

  func result(ofProbe reply: Reply) -> ProbeResult {
    guard case .http(let reply) = reply else { return .foreignReply }
    if !reply.isSuccess, code(of: reply) == "AccessDenied" {
      return .untold(
        code: "ses.AccessDenied",
        "the keys are known and may not read the account (ses:GetAccount); whether they may send, only a message shows"
      )
    }
    return result(ofProbe: reply) { body in
      guard let enabled = body["SendingEnabled"] else { return nil }
      guard enabled == .bool(true) else {
        return .refused(
          code: "ses.account", "the account may not send in this region: see the SES console")
      }
      return body["ProductionAccessEnabled"] == .bool(false)
        ? .works("takes the keys; the account is in SES's sandbox: verified recipients only")
        : .works("takes the keys; the account may send")
    }
  }

  /// The type of an error without `Exception`, and what only its text says behind a dot.
  private func code(of reply: HTTPReply) -> String? {
    guard let fault = AWSFault(reply) else { return nil }
    let text = fault.text.lowercased()
    switch fault.type {
    case "TooManyRequests", "Throttling":
      return text.contains("daily") ? "\(fault.type).daily" : fault.type
    case "MessageRejected" where text.contains("not verified"):
      // It names who is not verified: the sender, or in the sandbox the recipient.
      let isSender = text.contains(parties.from.address.domain.lowercased())
      return isSender ? "MessageRejected.sender" : "MessageRejected.recipient"
    case "BadRequest", "Validation", "ValidationError":
      let isAddress = [
        "destination", "recipient", "to address", "illegal address", "local address", "domain",
      ]
      return isAddress.contains { text.contains($0) } ? "BadRequest.recipient" : "BadRequest"
    case "SignatureDoesNotMatch", "InvalidSignature":
      let isClock = text.contains("signature expired") || text.contains("not yet current")
      return isClock ? "InvalidSignature.time" : fault.type
    default: return fault.type
    }
  }
}

extension JSONWriter {
  fileprivate mutating func member(_ name: StaticString, _ texts: [String]) {
    key(name)
    beginArray()
    for text in texts { string(text) }
    endArray()
  }

  fileprivate mutating func part(_ name: StaticString, _ text: String) {
    key(name)
    beginObject()
    member("Data", text)
    member("Charset", "UTF-8")
    endObject()
  }
}
