import Delivery

/// The parameters of a message.
struct VonageMessage {
  let fields: [String: String]

  func submission() throws(ProviderFault) -> Submission {
    let from = try required("from")
    let to = try required("to")
    let text = try required("text")
    guard isSender(from) else { throw VonageFace.fault("15") }
    guard isBareE164(to), !to.hasPrefix("00") else {
      throw VonageFace.fault("3", "Invalid value for parameter: to")
    }
    try checkOptions()
    let isUnicode = fields["type"] == "unicode"
    guard text.utf16.count <= 3_200 else { throw VonageFace.fault("12") }
    // What the alphabet of plain text lacks does not arrive.
    var submission = Submission(
      recipient: to, text: isUnicode ? text : GSMAlphabet.arriving(text), sender: from)
    submission.reference = fields["client-ref"]
    return submission
  }

  private func required(_ name: String) throws(ProviderFault) -> String {
    guard let value = fields[name], !value.isEmpty else {
      throw VonageFace.fault("2", "Missing \(name) param")
    }
    return value
  }

  /// A number, or a name of at most eleven characters.
  private func isSender(_ from: String) -> Bool {
    isDigits(from)
      ? (3...15).contains(from.count) && !from.hasPrefix("00")
      : from.count <= 11 && isAlphanumeric(from.filter { $0 != " " })
  }

  private func checkOptions() throws(ProviderFault) {
    try check("type") { ["text", "unicode"].contains($0) }
    try check("ttl") { (20_000...604_800_000).contains(isDigits($0) ? Int($0) ?? 0 : 0) }
    try check("status-report-req") { ["0", "1", "true", "false"].contains($0) }
    try check("client-ref") { $0.count <= 100 }
    if let callback = fields["callback"], callback.count > 100 || !isWebAddress(callback) {
      throw VonageFace.fault("23")
    }
  }

  private func check(_ name: String, _ isRight: (String) -> Bool) throws(ProviderFault) {
    if let value = fields[name], !isRight(value) {
      throw VonageFace.fault("3", "Invalid value for parameter: \(name)")
    }
  }
}
