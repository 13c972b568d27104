import Delivery
import JSON
import Testing

@testable import Providers

@Suite struct AliyunRPCTests {
  @Test func `Signatures are those of Alibaba Cloud's own library`() throws {
    let signed = vectors("aliyun-sms")
    #expect(signed.count == 3)
    for vector in signed {
      let inputs = try #require(vector["inputs"])
      let expected = try #require(vector["expected"])
      let service = AliyunRPC(
        endpoint: HTTPEndpoint("https://example.com")!, accessKeyID: "testid",
        secret: Secret(inputs["secret"]?.string ?? ""), region: "cn-hangzhou")
      let query = AliyunRPC.canonicalQuery(try #require(inputs["params"]).textMembers)
      #expect(query == expected["canonical_query"]?.string)
      #expect(AliyunRPC.stringToSign(query) == expected["string_to_sign"]?.string)
      #expect(service.signature(of: query) == expected["signature"]?.string)
    }
  }

  @Test(arguments: [
    ("a-b_c.d~9", "a-b_c.d~9"), (" *+/", "%20%2A%2B%2F"), ("é阿", "%C3%A9%E9%98%BF"), ("", ""),
    ("%&=", "%25%26%3D"),
  ]) func `Percent-encoding keeps letters, digits and four signs`(text: String, encoded: String) {
    #expect(text.percentEncoded == encoded)
  }
}
