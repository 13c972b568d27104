import Digest
import Testing

@Suite struct BytesTests {
  /// FIPS 180-4 examples, and the empty message.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ]) func `SHA-256 of known messages`(message: String, digest: String) {
    #expect(SHA256.digest(of: Array(message.utf8)).hex == digest)
  }

  /// RFC 4648 §10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ]) func `Base64 pads to four`(plain: String, encoded: String) {
    #expect(Array(plain.utf8).base64 == encoded)
  }

  @Test func `Base64 uses its whole alphabet`() {
    let bytes: [UInt8] = [0x00, 0x10, 0x83, 0xFB, 0xFF, 0xBF, 0x7E, 0x9A]
    #expect(bytes.base64 == "ABCD+/+/fpo=")
  }

  @Test func `Hexadecimal digits are two each and lower case`() {
    #expect(([] as [UInt8]).hex == "")
    #expect(([0x00, 0x0A, 0x9F, 0xFF] as [UInt8]).hex == "000a9fff")
  }

  @Test(arguments: [
    ("", "", true), ("a", "a", true), ("a", "b", false), ("ab", "a", false), ("", "a", false),
  ]) func `Comparison in constant time compares`(left: String, right: String, same: Bool) {
    #expect(isEqualInConstantTime(Array(left.utf8), Array(right.utf8)) == same)
  }

  @Test func `Random bytes come in the number asked for and do not repeat`() {
    #expect(randomBytes(0).isEmpty)
    let drawn = Set((0..<100).map { _ in randomBytes(16) })
    #expect(drawn.count == 100)
    #expect(drawn.allSatisfy { $0.count == 16 })
  }
}
