import Digest
import Testing

@Suite struct HMACKeyTests {
  struct Vector: Sendable {
    let key: [UInt8]
    let message: [UInt8]
    let sha1: String
    let sha256: String
  }

  /// RFC 2202 §3 (SHA-1) and RFC 4231 §4 (SHA-256), where both have the case.
  static let vectors = [
    Vector(
      key: Array(repeating: 0x0B, count: 20), message: Array("Hi There".utf8),
      sha1: "b617318655057264e28bc0b6fb378c8ef146be00",
      sha256: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    Vector(
      key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
      sha1: "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
      sha256: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    Vector(
      key: Array(repeating: 0xAA, count: 20), message: Array(repeating: 0xDD, count: 50),
      sha1: "125d7342b9ac11cd91a39af48aa17b4f63f175d3",
      sha256: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    // The empty key and message.
    Vector(
      key: [], message: [], sha1: "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d",
      sha256: "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
  ]

  @Test(arguments: vectors) func `Codes are those of the RFCs, the second time too`(vector: Vector)
  {
    let sha1 = HMACKey(vector.key, algorithm: .sha1)
    let sha256 = HMACKey(vector.key)
    for _ in 1...2 {
      #expect(sha1.authenticationCode(for: vector.message).hex == vector.sha1)
      #expect(sha256.authenticationCode(for: vector.message).hex == vector.sha256)
    }
  }

  /// RFC 2202 §2 (MD5) and RFC 4231 §4 (SHA-512), case 2 of both.
  @Test(arguments: [
    (HMACKey.Algorithm.md5, "750c783e6ab0b503eaa86e310a5db738"),
    (
      .sha512,
      "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
        + "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
    ),
  ]) func `Other hashes have the codes of the RFCs too`(
    algorithm: HMACKey.Algorithm, code: String
  ) {
    let key = HMACKey("Jefe", algorithm: algorithm)
    #expect(key.authenticationCode(for: "what do ya want for nothing?").hex == code)
  }

  @Test func `A text is authenticated as its UTF-8 bytes`() {
    let key = HMACKey("clé")
    #expect(
      key.authenticationCode(for: "code ✉️")
        == HMACKey(Array("clé".utf8)).authenticationCode(for: Array("code ✉️".utf8)))
  }

  @Test func `A code is valid for its message alone`() {
    let key = HMACKey("secret")
    let code = key.authenticationCode(for: "a")
    #expect(key.isValid(code, for: Array("a".utf8)))
    #expect(!key.isValid(code, for: Array("b".utf8)))
    #expect(!key.isValid(Array(code.dropLast()), for: Array("a".utf8)))
  }

  @Test func `Many threads share a key`() async {
    let key = HMACKey("Jefe")
    let expected = Self.vectors[1].sha256
    let codes = await withTaskGroup(of: [String].self) { group in
      for _ in 0..<8 {
        group.addTask {
          (0..<200).map { _ in key.authenticationCode(for: "what do ya want for nothing?").hex }
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
    #expect(codes.count == 1_600)
    #expect(codes.allSatisfy { $0 == expected })
  }

  @Test func `Reflection finds no secret`() {
    var shown = ""
    dump(HMACKey("hunter2hunter2"), to: &shown)
    #expect(!shown.contains("hunter2"))
  }
}
