/// The default alphabet of text messages (3GPP TS 23.038 §6.2.1), and how many parts a text needs.
/// https://www.etsi.org/deliver/etsi_ts/123000_123099/123038/
enum GSMAlphabet {
  private static let basic = Set(
    """
    @£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà
    """.unicodeScalars)
  /// These take two places each.
  private static let extended = Set("^{}\\[~]|€\u{0C}".unicodeScalars)

  /// Whether every character is in the alphabet.
  static func contains(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { basic.contains($0) || extended.contains($0) }
  }

  /// What arrives of a text that is sent in this alphabet: `?` for each character that it lacks.
  static func arriving(_ text: String) -> String {
    var arriving = ""
    for scalar in text.unicodeScalars {
      let isKnown = basic.contains(scalar) || extended.contains(scalar)
      arriving.unicodeScalars.append(isKnown ? scalar : "?")
    }
    return arriving
  }

  /// How many parts a text makes: of 160 places, 153 when there are several; in Unicode of 70 and 67.
  static func partCount(_ text: String) -> Int {
    let isBasic = contains(text)
    let places =
      isBasic
      ? text.unicodeScalars.reduce(0) { $0 + (extended.contains($1) ? 2 : 1) } : text.utf16.count
    let (one, several) = isBasic ? (160, 153) : (70, 67)
    return places <= one ? 1 : (places + several - 1) / several
  }
}
