import Delivery
import JSON
import Testing

@testable import Providers

@Suite struct AWSSignatureTests {
  private static let time = Timestamp(milliseconds: 1_767_323_045_999)

  private func signature(token: Secret? = nil) -> AWSSignature {
    AWSSignature(
      accessKeyID: "AKIDEXAMPLE", secret: Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
      sessionToken: token, region: "us-east-1", service: "ses")
  }

  @Test func `Each step is that of the vector`() throws {
    let vector = try #require(
      vectors("aws-ses").first { $0["kind"]?.string == "request-signature" })
    let (inputs, expected) = (try #require(vector["inputs"]), try #require(vector["expected"]))
    let endpoint = try #require(HTTPEndpoint(inputs["url"]?.string ?? ""))
    let body = Array((inputs["body"]?.string ?? "").utf8)
    let request = signature().canonicalRequest(
      endpoint,
      [
        ("Content-Type", inputs["content_type"]?.string ?? ""),
        ("X-Amz-Date", inputs["amz_date"]?.string ?? ""),
      ], body)
    #expect(request == expected["canonical_request"]?.string)
    let text = signature().stringToSign(request, at: Self.time)
    #expect(text == expected["string_to_sign"]?.string)
    #expect(signature().signature(of: text, at: Self.time) == expected["signature"]?.string)
    let exchange = signature().signed(
      endpoint, contentType: "application/json", body: body, at: Self.time)
    #expect(exchange.header("Authorization") == expected["authorization"]?.string)
    #expect(exchange.header("X-Amz-Date") == expected["x_amz_date"]?.string)
    #expect(exchange.body == body)
  }

  /// The expected signature was computed with Python's hmac and hashlib.
  @Test func `A session token is signed too, a port stands in the host`() throws {
    let exchange = signature(token: Secret("token/of+session==")).signed(
      try #require(HTTPEndpoint("http://127.0.0.1:8080/mock/v2/email/outbound-emails")),
      contentType: "application/json", body: Array("{}".utf8), at: Self.time)
    #expect(
      exchange.header("Authorization")
        == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/ses/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=0d313fc934fa3f62a447f264df8d5d0c46e6abc7d646e462a9fe6286c80ee52b"
    )
  }
}
