import Delivery
import Digest
import JSON
import Testing

@testable import Providers

@Suite struct TC3SignatureTests {
  @Test func `Signatures are those of Tencent's own library`() throws {
    let signed = vectors("tencent-sms")
    #expect(signed.count == 3)
    for vector in signed {
      let inputs = try #require(vector["inputs"])
      let expected = try #require(vector["expected"])
      let endpoint = try #require(HTTPEndpoint("https://\(inputs["host"]?.string ?? "")/"))
      let type = try #require(inputs["content_type"]?.string)
      let body = Array(try #require(inputs["payload"]?.string).utf8)
      let seconds = try #require(inputs["timestamp"]?.text.flatMap { Int64($0) })
      let time = Timestamp(milliseconds: seconds * 1_000 + 500)
      let signature = TC3Signature(
        secretID: inputs["secret_id"]?.string ?? "",
        secretKey: Secret(inputs["secret_key"]?.string ?? ""),
        service: inputs["service"]?.string ?? "")
      let request = TC3Signature.canonicalRequest(endpoint, contentType: type, body: body)
      #expect(SHA256.digest(of: body).hex == expected["payload_sha256"]?.string)
      #expect(request == expected["canonical_request"]?.string)
      #expect(signature.stringToSign(request, at: time) == expected["string_to_sign"]?.string)
      #expect(
        signature.authorization(endpoint, contentType: type, body: body, at: time)
          == expected["authorization"]?.string)
    }
  }
}
