import HTTPServer
import Testing

@testable import Sandbox

/// The vendors' own signatures are taken, and nothing but them.
@Suite(.timeLimit(.minutes(1)))
struct SignatureTests {
  @Test func `No vector is missing`() {
    let counts = ["vonage-sms", "aliyun-sms", "aliyun-dm", "tencent-sms", "aws-ses"].map {
      Vector.all($0).count
    }
    #expect(counts == [5, 3, 2, 3, 1])
  }

  @Test(arguments: Vector.all("vonage-sms"))
  func `Vonage's signatures are taken`(vector: Vector) throws {
    var fields = try vector.object("params")
    let secret = try vector.input("signature_secret")
    let text = try vector.expected("string_to_sign")
    #expect(
      [VonageSignature.text(of: fields), VonageSignature.text(of: fields) + secret].contains(text))
    fields["sig"] = try vector.expected("sig")
    let check = VonageSignature(secret: secret, methods: VonageSignature.Method.allCases)
    for now in [Vector.time - 300, Vector.time, Vector.time + 300] {
      #expect(check.isValid(fields, now: now))
    }
    #expect(!check.isValid(fields, now: Vector.time + 301))
    #expect(!check.isValid(fields, now: Vector.time - 301))
    let other = VonageSignature(secret: "other", methods: VonageSignature.Method.allCases)
    #expect(!other.isValid(fields, now: Vector.time))
    for (name, value) in [("to", "447700900001"), ("more", "x"), ("sig", "")] {
      #expect(!check.isValid(fields.merging([name: value]) { $1 }, now: Vector.time))
    }
  }

  @Test(arguments: Vector.all("aliyun-sms") + Vector.all("aliyun-dm"))
  func `Aliyun's signatures are taken, each nonce once`(vector: Vector) throws {
    var fields = try vector.object("params")
    fields["Signature"] = try vector.expected("signature")
    let key = StandInKey(
      id: try #require(fields["AccessKeyId"]), secret: try vector.input("secret"))
    let now = try #require(UTCTime.seconds(extended: fields["Timestamp"] ?? ""))
    func verify(
      _ changes: [String: String?] = [:], method: String = "POST", key: StandInKey = key,
      now: Int = now
    ) -> AliyunSignature.Problem? {
      var changed = fields
      for (name, value) in changes { changed[name] = value }
      do throws(AliyunSignature.Problem) {
        try AliyunSignature(key: key).verify(changed, method: method, now: now)
        return nil
      } catch { return error }
    }
    #expect(verify() == nil && verify(now: now + 900) == nil && verify(now: now - 900) == nil)
    #expect(verify(now: now + 901) == .expired && verify(now: now - 901) == .expired)
    #expect(verify(method: "GET") == .wrong)
    #expect(verify(key: StandInKey(id: key.id, secret: "other")) == .wrong)
    #expect(verify(key: StandInKey(id: "other", secret: key.secret)) == .unknownKey)
    #expect(verify(["More": "x"]) == .wrong && verify(["Action": "x"]) == .wrong)
    #expect(verify(["Timestamp": "2026-01-02 03:04:05"]) == .timeFormat)
    #expect(verify(["SignatureMethod": "HMAC-SHA256"]) == .unsupported("SignatureMethod"))
    for name in ["Signature", "SignatureNonce", "Timestamp", "AccessKeyId"] {
      #expect(verify([name: nil]) == .missing(name))
    }
    let check = AliyunSignature(key: key)
    try check.verify(fields, method: "POST", now: now)
    #expect(throws: AliyunSignature.Problem.replayed) {
      try check.verify(fields, method: "POST", now: now)
    }
  }

  @Test(arguments: Vector.all("tencent-sms"))
  func `Tencent's signatures are taken`(vector: Vector) throws {
    let headers = try vector.object("headers")
    let request = IncomingRequest(
      method: "POST", target: "/",
      headers: headers.map { ($0.key, $0.value) } + [
        ("Host", try vector.input("host")), ("Content-Type", try vector.input("content_type")),
        ("Authorization", try vector.expected("authorization")),
      ], body: Array(try vector.input("payload").utf8))
    let key = StandInKey(id: try vector.input("secret_id"), secret: try vector.input("secret_key"))
    func verify(
      _ request: IncomingRequest = request, key: StandInKey = key, paths: [String] = ["/"],
      now: Int = Vector.time
    ) -> TencentSignature.Problem? {
      do throws(TencentSignature.Problem) {
        try TencentSignature(key: key, service: "sms")
          .verify(request, paths: paths, now: now)
        return nil
      } catch { return error }
    }
    #expect(verify() == nil && verify(now: Vector.time + 300) == nil)
    #expect(verify(paths: ["/a/", "/"]) == nil && verify(paths: ["/a/"]) == .wrong)
    #expect(verify(now: Vector.time + 301) == .expired && verify(now: 0) == .expired)
    #expect(verify(key: StandInKey(id: key.id, secret: "x")) == .wrong)
    #expect(verify(key: StandInKey(id: "x", secret: key.secret)) == .unknownKey)
    #expect(verify(request.with("Host", "127.0.0.1")) == .wrong)
    #expect(verify(request.with("Host", nil)) == .malformed)
    #expect(verify(request.with("X-TC-Timestamp", "-1")) == .expired)
    #expect(verify(request.with("X-TC-Token", "x")) == .wrongToken)
    #expect(verify(request.with("Authorization", "TC3-HMAC-SHA256 Credential=a/b")) == .malformed)
    var changed = request
    changed.body.append(UInt8(ascii: " "))
    #expect(verify(changed) == .wrong)
  }

  @Test func `AWS's signature is taken, and what breaks it is named as AWS names it`() throws {
    let vector = try #require(Vector.all("aws-ses").first)
    let path = "/v2/email/outbound-emails"
    let request = IncomingRequest(
      method: "POST", target: path,
      headers: [
        ("content-type", try vector.input("content_type")),
        ("Host", "email.us-east-1.amazonaws.com"), ("X-Amz-Date", try vector.input("amz_date")),
        ("Authorization", try vector.expected("authorization")),
      ], body: Array(try vector.input("body").utf8))
    let key = StandInKey(
      id: try vector.input("access_key_id"), secret: try vector.input("secret_access_key"))
    func verify(
      _ request: IncomingRequest = request, region: String? = "us-east-1", key: StandInKey = key,
      paths: [String] = [path], now: Int = Vector.time
    ) -> AWSSignature.Problem? {
      do throws(AWSSignature.Failure) {
        try AWSSignature(keys: [key], region: region, service: "ses")
          .verify(request, paths: paths, now: now)
        return nil
      } catch { return error.problem }
    }
    #expect(verify() == nil && verify(now: Vector.time + 300) == nil && verify(region: nil) == nil)
    #expect(verify(paths: ["/sandbox" + path, path]) == nil)
    #expect(verify(paths: ["/sandbox" + path]) == .wrong)
    #expect(verify(now: Vector.time + 301) == .wrong && verify(now: Vector.time - 301) == .wrong)
    #expect(verify(region: "eu-west-1") == .wrong)
    #expect(verify(key: StandInKey(id: key.id, secret: "x")) == .wrong)
    #expect(verify(key: StandInKey(id: "x", secret: key.secret)) == .unknownKey)
    #expect(verify(request.with("Authorization", nil)) == .missing)
    #expect(verify(request.with("Authorization", "Basic x")) == .incomplete)
    #expect(verify(request.with("X-Amz-Date", nil)) == .incomplete)
    #expect(verify(request.with("X-Amz-Security-Token", "x")) == .unknownKey)
    #expect(verify(request.with("X-Amz-Target", "x")) == .wrong)
    #expect(verify(request.with("content-type", "text/plain")) == .wrong)
    var changed = request
    changed.body[0] = UInt8(ascii: "[")
    #expect(verify(changed) == .wrong)
  }

  @Test func `A temporary key needs its token, and the token a signature`() throws {
    let key = StandInKey(id: "ASIAX", secret: "s", sessionToken: "token")
    let check = AWSSignature(keys: [key], region: "us-east-1", service: "ses")
    let request = IncomingRequest(method: "GET", target: "/a", headers: [("Host", "h")])
    let signed = Signer.aws(request, key: key)
    try check.verify(signed, paths: ["/a"], now: Vector.time)
    let unsigned = Signer.aws(request, key: key, leavingOut: "x-amz-security-token")
    for wrong in [unsigned, signed.with("X-Amz-Security-Token", nil)] {
      #expect(throws: AWSSignature.Failure.self) {
        try check.verify(wrong, paths: ["/a"], now: Vector.time)
      }
    }
  }

  @Test(arguments: [
    ["20260101", "us-east-1", "ses", "aws4_request"],
    ["20260102", "us-east-1", "s3", "aws4_request"],
    ["20260102", "us-east-1", "ses", "aws4"], ["20260102", "ses", "aws4_request"],
  ])
  func `A scope of something else is refused though it is signed`(scope: [String]) {
    let key = StandInKey(id: "AKIAX", secret: "s")
    let signed = Signer.aws(
      IncomingRequest(method: "GET", target: "/a", headers: [("Host", "h")]), key: key, scope: scope
    )
    #expect(throws: AWSSignature.Failure.self) {
      try AWSSignature(keys: [key], region: "us-east-1", service: "ses")
        .verify(signed, paths: ["/a"], now: Vector.time)
    }
  }

  @Test func `Times are read, and no others`() {
    #expect(UTCTime.seconds(extended: "2026-01-02T03:04:05Z") == Vector.time)
    #expect(UTCTime.seconds(basic: "20260102T030405Z") == Vector.time)
    #expect(UTCTime.day(seconds: Vector.time) == "2026-01-02")
    for text in ["2026-02-30T00:00:00Z", "2026-01-02T03:04:05", "2026-01-02T24:00:00Z", "", "２"] {
      #expect(UTCTime.seconds(extended: text) == nil)
    }
    for text in ["20260102T030405", "20261302T030405Z", "2026010T0304055Z"] {
      #expect(UTCTime.seconds(basic: text) == nil)
    }
  }

  @Test func `A nonce is new again once its time is over, and the oldest are forgotten`() {
    let book = NonceBook()
    #expect(book.isNew("a", now: 0, lifetime: 10) && !book.isNew("a", now: 9, lifetime: 10))
    #expect(book.isNew("a", now: 10, lifetime: 10))
    for number in 0..<20_000 { #expect(book.isNew("\(number)", now: 11, lifetime: 10)) }
    #expect(book.isNew("a", now: 11, lifetime: 10) && !book.isNew("19999", now: 11, lifetime: 10))
  }
}
