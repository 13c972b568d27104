import Testing

@testable import Providers

@Suite struct GSMAlphabetTests {
  @Test(arguments: [
    "", "Your code is 123456", "æøå ÆØÅ äöü ñ ß €", "{[~]}\\^|", "@£$¥ Δ ΦΓΛΩΠΨΣΘΞ ¡¿§", "a\r\nb",
  ]) func `Holds the default alphabet and its extension`(text: String) {
    #expect(GSMAlphabet.holds(text))
  }

  @Test(arguments: [
    "Ваш код 123456", "验证码", "😀", "`", "ç", "“quoted”", "e\u{301}", "a\u{A0}b", "\u{0}", "–", "α",
    "١٢٣",
  ]) func `Holds nothing else`(text: String) { #expect(!GSMAlphabet.holds(text)) }

  @Test func `Has 128 characters and 10 more, without the escape`() {
    let count = (0...0x20AC).compactMap(Unicode.Scalar.init)
      .count { GSMAlphabet.holds(String($0)) }
    #expect(count == 127 + 10)
  }
}
