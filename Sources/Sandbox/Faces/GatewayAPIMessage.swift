import Delivery

/// The body of a request.
struct GatewayAPIMessage {
  let body: JSONFields

  func submission() throws(ProviderFault) -> Submission {
    if let unknown = body.names.first(where: { !Self.members.contains($0) }) {
      throw GatewayAPIFace.fault("0x0220", "Unsupported parameter: \(unknown)")
    }
    let recipient = try recipient()
    guard let text = body.text("message"), !text.isEmpty else {
      throw GatewayAPIFace.fault("0x0222", "Missing parameter: message")
    }
    let sender = body.word("sender")
    if let sender { try check("sender", isSender(sender)) }
    try checkOptions()
    // What is called UTF8 is the alphabet of plain text: what it lacks does not arrive.
    let isUnicode = body.text("encoding") == "UCS2"
    var submission = Submission(
      recipient: recipient, text: isUnicode ? text : GSMAlphabet.arriving(text), sender: sender)
    submission.reference = body.text("userref")
    return submission
  }

  private func recipient() throws(ProviderFault) -> String {
    guard let recipients = body.objects("recipients"), !recipients.isEmpty else {
      throw GatewayAPIFace.fault("0x0222", "Missing parameter: recipients")
    }
    let numbers = recipients.compactMap { $0.word("msisdn") }
    guard Set(numbers).count == numbers.count else { throw GatewayAPIFace.fault("0x0310") }
    guard recipients.count == 1, let number = numbers.first, isBareE164(number) else {
      throw GatewayAPIFace.fault("0x0220", "Unsupported parameter: recipients.0.msisdn")
    }
    return number
  }

  /// At most fifteen digits, or a name of at most eleven characters.
  private func isSender(_ sender: String) -> Bool {
    isDigits(sender) ? (1...15).contains(sender.count) : (1...11).contains(sender.utf8.count)
  }

  private func checkOptions() throws(ProviderFault) {
    try check(
      "encoding", body.isMissingOr("encoding") { ["UTF8", "UCS2"].contains(body.text($0)) })
    let classes = ["standard", "premium", "secret"]
    guard body.isMissingOr("class", { classes.contains(body.text($0) ?? "") }) else {
      throw GatewayAPIFace.fault("0x0218")
    }
    let priorities = ["BULK", "NORMAL", "URGENT", "VERY_URGENT"]
    guard body.isMissingOr("priority", { priorities.contains(body.text($0) ?? "") }) else {
      throw GatewayAPIFace.fault("0x0311")
    }
    try check(
      "validity_period", body.isMissingOr("validity_period") { (body.number($0) ?? 0) > 0 })
    try check(
      "max_parts", body.isMissingOr("max_parts") { (1...255).contains(body.number($0) ?? 0) })
    try check("userref", body.isMissingOr("userref") { body.text($0) != nil })
    try check(
      "callback_url", body.isMissingOr("callback_url") { isWebAddress(body.text($0) ?? "") })
  }

  private func check(_ name: String, _ isRight: Bool) throws(ProviderFault) {
    if !isRight { throw GatewayAPIFace.fault("0x0220", "Unsupported parameter: \(name)") }
  }

  private static let members: Set = [
    "callback_url", "class", "destaddr", "encoding", "extra_details", "label", "max_parts",
    "message", "payload", "priority", "recipients", "sender", "sendtime", "tags", "udh", "userref",
    "validity_period",
  ]
}
