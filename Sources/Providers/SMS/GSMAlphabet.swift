/// The characters that a text message holds in seven bits each; one other makes all of it UCS-2.
///
/// Source: [3GPP TS 23.038 §6.2.1](https://www.3gpp.org/dynareport/23038.htm), the default alphabet and its extension
enum GSMAlphabet {
  private static let characters = Set(
    ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
      + "abcdefghijklmnopqrstuvwxyzäöñüà" + "\u{C}^{}\\[~]|€").unicodeScalars)

  /// Whether every character of `text` is in the alphabet.
  ///
  /// By Unicode scalars: a combining accent is none of them, though the letter it makes may be.
  static func holds(_ text: String) -> Bool { text.unicodeScalars.allSatisfy(characters.contains) }
}
