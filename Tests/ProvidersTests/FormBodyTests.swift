import Testing

@testable import Providers

@Suite struct FormBodyTests {
  @Test(arguments: [
    ("", ""), ("azAZ09*-._", "azAZ09*-._"), ("a b", "a+b"), ("+~&=%", "%2B%7E%26%3D%25"),
    ("\r\n\0", "%0D%0A%00"), ("é😀", "%C3%A9%F0%9F%98%80"),
  ]) func `Names and values are encoded alike`(text: String, encoded: String) {
    var form = FormBody()
    form.append(text, text)
    #expect(String(decoding: form.bytes, as: UTF8.self) == "\(encoded)=\(encoded)")
  }

  @Test func `Fields keep their order`() {
    var form = FormBody(capacity: 16)
    #expect(form.bytes.isEmpty)
    form.append("b", "1")
    form.append("a", "")
    form.append("b", "2")
    #expect(String(decoding: form.bytes, as: UTF8.self) == "b=1&a=&b=2")
  }
}
