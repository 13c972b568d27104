import JSON

/// A fault that cannot be taken, and what to write instead.
struct InvalidFault: Error, Equatable {
  var problem: String
}

extension Fault {
  private static let names = [
    "provider", "to", "times", "status", "code", "retryAfter", "delayMs", "hang", "drop", "stage",
  ]

  /// Reads a fault.
  /// - Parameters:
  ///   - json: the body of `POST /_/script`.
  ///   - providers: the stand-ins that there are.
  ///   - mail: which of them speaks SMTP.
  /// - Throws: what is wrong with it first.
  init(json: [UInt8], providers: [String], mail: String?) throws(InvalidFault) {
    self.init()
    let value: JSONValue
    do throws(JSONError) { value = try JSONValue(parsing: json) } catch {
      throw InvalidFault(problem: "the body is no JSON: \(error)")
    }
    guard case .object(let members) = value else {
      throw InvalidFault(
        problem: #"the body must be an object, such as {"to":"+4512345678","status":503}"#)
    }
    for (name, value) in members where value != .null { try take(name, value) }
    try check(providers: providers, mail: mail)
  }

  private mutating func take(_ name: String, _ value: JSONValue) throws(InvalidFault) {
    switch name {
    case "provider": provider = try Self.text(name, value)
    case "to":
      recipient = try Self.text(name, value)
    case "times": times = try Self.number(name, value, 1...1_000_000)
    case "status": status = try Self.number(name, value, 300...599)
    case "code": code = try Self.text(name, value)
    case "retryAfter": retryAfter = .seconds(try Self.number(name, value, 0...86_400))
    case "delayMs": delay = .milliseconds(try Self.number(name, value, 0...600_000))
    case "hang":
      guard case .bool(let flag) = value else {
        throw InvalidFault(problem: "hang must be true or false")
      }
      hangs = flag
    case "drop": drop = try Self.choice(name, value)
    case "stage": stage = try Self.choice(name, value)
    default:
      throw InvalidFault(
        problem: "there is no \"\(name)\"; there are \(Self.names.joined(separator: ", "))")
    }
  }

  private func check(providers: [String], mail: String?) throws(InvalidFault) {
    if let provider, !providers.contains(provider) {
      throw InvalidFault(
        problem:
          "no stand-in is called \"\(provider)\"; there are \(providers.joined(separator: ", "))")
    }
    if status == nil, code == nil, delay == nil, !hangs, drop == nil {
      throw InvalidFault(
        problem: "say what shall go wrong: status, code, delayMs, hang or drop (before, after)")
    }
    if [status != nil || code != nil, hangs, drop != nil].count(where: \.self) > 1 {
      throw InvalidFault(problem: "only one of status or code, hang and drop can be had at a time")
    }
    if let recipient, Script.key(recipient).isEmpty {
      throw InvalidFault(problem: "to must be a number or an address")
    }
    if retryAfter != nil, status == nil {
      throw InvalidFault(problem: "retryAfter goes with a status, such as 429 or 503")
    }
    guard stage != nil || provider == mail && mail != nil else { return }
    try checkMail(mail)
  }

  private func checkMail(_ mail: String?) throws(InvalidFault) {
    guard let mail, provider ?? mail == mail else {
      throw InvalidFault(problem: "stage belongs to SMTP: leave it out, or choose that provider")
    }
    if let status, status < 400 {
      throw InvalidFault(problem: "status of SMTP must be 400 to 599")
    }
    if code != nil, status == nil {
      throw InvalidFault(problem: "code of SMTP goes with a status: 450 and 4.7.1, say")
    }
    if let code, !Self.isEnhanced(code, of: status ?? 0) {
      throw InvalidFault(
        problem: "code of SMTP is like 4.7.1, and begins as the status does (RFC 3463)")
    }
    if recipient != nil, !mailStage.knowsRecipient {
      throw InvalidFault(
        problem:
          "at \(mailStage.rawValue) the recipient is not known: leave to out, or choose a later stage"
      )
    }
  }

  private static func isEnhanced(_ code: String, of status: Int) -> Bool {
    let parts = code.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 3 && parts[0] == String(status / 100)
      && parts.allSatisfy {
        (1...3).contains($0.count) && $0.allSatisfy { $0.isASCII && $0.isNumber }
      }
  }

  private static func text(_ name: String, _ value: JSONValue) throws(InvalidFault) -> String {
    guard let text = value.string, !text.isEmpty, text.utf8.count <= 256,
      !text.unicodeScalars.contains(where: { $0.value < 0x20 })
    else { throw InvalidFault(problem: "\(name) must be a text of 1 to 256 bytes in one line") }
    return text
  }

  private static func number(
    _ name: String, _ value: JSONValue, _ range: ClosedRange<Int>
  ) throws(InvalidFault) -> Int {
    guard case .number(let text) = value, let number = Int(text), range.contains(number) else {
      throw InvalidFault(
        problem: "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, _ value: JSONValue
  ) throws(InvalidFault) -> Choice {
    guard let choice = value.string.flatMap(Choice.init(rawValue:)) else {
      let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw InvalidFault(problem: "\(name) must be one of \(known)")
    }
    return choice
  }
}

extension FaultBook.Entry {
  /// The fault as the API tells it; what does not matter is left out.
  func write(to json: inout JSONWriter) {
    json.beginObject()
    json.member("id", String(id))
    if let provider = fault.provider { json.member("provider", provider) }
    if let recipient = fault.recipient { json.member("to", recipient) }
    json.member("times", fault.times)
    if let status = fault.status { json.member("status", status) }
    if let code = fault.code { json.member("code", code) }
    if let wait = fault.retryAfter { json.member("retryAfter", Int(wait.components.seconds)) }
    if let delay = fault.delay { json.member("delayMs", Int(delay / .milliseconds(1))) }
    if fault.hangs {
      json.key("hang")
      json.bool(true)
    }
    if let drop = fault.drop { json.member("drop", drop.rawValue) }
    if let stage = fault.stage { json.member("stage", stage.rawValue) }
    json.endObject()
  }
}
