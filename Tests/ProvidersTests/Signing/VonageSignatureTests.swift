import Delivery
import Digest
import JSON
import Testing

@testable import Providers

@Suite struct VonageSignatureTests {
  private static let methods: [String: VonageSignature.Method] = [
    "HMAC-MD5 (Vonage sig)": .md5, "HMAC-SHA1 (Vonage sig)": .sha1,
    "HMAC-SHA256 (Vonage sig)": .sha256, "HMAC-SHA512 (Vonage sig)": .sha512,
    "MD5(string + secret)": .md5hash,
  ]

  @Test func `Signatures are those of Vonage's own library`() throws {
    let signed = vectors("vonage-sms").filter { Self.methods[$0["algorithm"]?.string ?? ""] != nil }
    #expect(signed.count == 6)
    for vector in signed {
      let method = try #require(Self.methods[vector["algorithm"]?.string ?? ""])
      let inputs = try #require(vector["inputs"])
      let expected = try #require(vector["expected"])
      let secret = try #require(inputs["signature_secret"]?.string)
      let parameters = try #require(inputs["params"]).textMembers.filter { $0.name != "sig" }
      let text = VonageSignature.stringToSign(parameters) + (method == .md5hash ? secret : "")
      #expect(text == expected["string_to_sign"]?.string)
      #expect(
        VonageSignature(secret: Secret(secret), method: method).signature(of: parameters)
          == (expected["sig"] ?? expected["sig_lowercase"])?.string)
    }
  }

  /// Receipts of another API of Vonage's are JWTs; no driver reads them yet, but what they need is here.
  @Test func `The signature and the hash of the signed webhook come out of ours`() throws {
    let vector = try #require(
      vectors("vonage-sms").first { $0["algorithm"]?.string == "JWT HS256" })
    let inputs = try #require(vector["inputs"])
    let token = try #require(inputs["authorization"]?.string).dropFirst("Bearer ".count)
      .split(separator: ".")
    let key = HMACKey(inputs["signature_secret"]?.string ?? "")
    let code = key.authenticationCode(for: "\(token[0]).\(token[1])").base64
      .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    #expect(code == String(token[2]))
    #expect(
      SHA256.digest(of: Array((inputs["body"]?.string ?? "").utf8)).hex
        == vector["expected"]?["claims"]?["payload_hash"]?.string)
  }

  @Test func `The order of the parameters does not matter`() {
    let signature = VonageSignature(secret: Secret("s"), method: .sha256)
    let parameters = [(name: "to", value: "1"), (name: "from", value: "2&3=4")]
    #expect(signature.signature(of: parameters) == signature.signature(of: parameters.reversed()))
  }
}
