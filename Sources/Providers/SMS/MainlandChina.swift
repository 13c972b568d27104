internal import Delivery

// Two of the providers have templates for mainland China and others for everywhere else.

extension Recipient {
  /// Whether it is a number of mainland China: country code 86, which Hong Kong (852), Macau (853) and Taiwan (886) do not
  /// share.
  var isInMainlandChina: Bool { address.hasPrefix("+86") }

  /// Whether the producer wrote 11 digits alone that could be a mobile number of mainland China without its country code,
  /// though by E.164 they are a number of North America.
  var couldLackChinasCode: Bool {
    let digits = digits.utf8
    return digits.count == 11 && !original.contains("+") && !original.hasPrefix("00")
      && digits.first == UInt8(ascii: "1")
      && digits.dropFirst().first.map { $0 >= UInt8(ascii: "3") } == true
  }
}

extension Message.FilledTemplate {
  /// The code for a region.
  /// - Throws: ``Refusal`` when the settings have none for it.
  func code(inMainlandChina isMainland: Bool) throws(Refusal) -> String {
    if let code = code.code(inMainlandChina: isMainland) { return code }
    let place = isMainland ? "in" : "outside"
    throw Refusal(
      Answer(
        .misconfigured(.destination), code: "template.region",
        detail:
          "the template has no code for numbers \(place) mainland China: see its templateCode"))
  }
}
