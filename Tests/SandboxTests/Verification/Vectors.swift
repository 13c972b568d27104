import Foundation
import HTTPServer
import JSON
import Testing

@testable import Sandbox

/// Requests that the vendors' own software signed, from `Fixtures/`.
struct Vector: CustomTestStringConvertible, Sendable {
  /// When most of them were signed: 2026-01-02T03:04:05Z.
  static let time = 1_767_323_045

  let name: String
  private let value: JSONValue

  var testDescription: String { name }

  /// The vectors of a file; none when it cannot be read.
  static func all(_ file: String) -> [Vector] {
    guard
      let url = Bundle.module.url(
        forResource: file, withExtension: "json", subdirectory: "Fixtures"),
      let data = try? Data(contentsOf: url),
      case .array(let vectors)? = (try? JSONValue(parsing: Array(data)))?["vectors"]
    else { return [] }
    return vectors.map { Vector(name: $0["name"]?.string ?? "", value: $0) }
  }

  func input(_ name: String) throws -> String { try #require(value["inputs"]?[name]?.string) }
  func expected(_ name: String) throws -> String { try #require(value["expected"]?[name]?.string) }
  /// An object among the inputs, numbers as text.
  func object(_ name: String) throws -> [String: String] {
    guard case .object(let members)? = value["inputs"]?[name] else {
      Issue.record("no object \(name)")
      return [:]
    }
    return Dictionary(
      uniqueKeysWithValues: members.map { member in
        guard case .number(let text) = member.1 else { return (member.0, member.1.string ?? "") }
        return (member.0, text)
      })
  }
}

/// Requests that the tests sign themselves, to change them one thing at a time.
enum Signer {
  /// Signs as AWS Signature Version 4 has it.
  static func aws(
    _ request: IncomingRequest, key: StandInKey, date: String = "20260102T030405Z",
    scope: [String] = ["20260102", "us-east-1", "ses", "aws4_request"], leavingOut: String? = nil
  ) -> IncomingRequest {
    var request = request.with("X-Amz-Date", date).with("X-Amz-Security-Token", key.sessionToken)
    let signed = request.headers.map { $0.name.lowercased() }
      .filter { $0 != "authorization" && $0 != leavingOut }.sorted()
    let canonical = canonical(request, path: request.target, signed)
    let text = ["AWS4-HMAC-SHA256", date, scope.joined(separator: "/"), canonical]
    request.headers.append(
      authorization("AWS4-HMAC-SHA256", "AWS4", key, scope, signed, text))
    return request
  }

  /// Signs as Tencent's TC3 has it.
  static func tencent(
    _ request: IncomingRequest, key: StandInKey, time: Int = Vector.time,
    scope: [String] = ["2026-01-02", "sms", "tc3_request"],
    signed: [String] = ["content-type", "host"]
  ) -> IncomingRequest {
    var request = request.with("X-TC-Timestamp", "\(time)").with("X-TC-Token", key.sessionToken)
    let canonical = canonical(request, path: "/", signed)
    let text = ["TC3-HMAC-SHA256", "\(time)", scope.joined(separator: "/"), canonical]
    request.headers.append(authorization("TC3-HMAC-SHA256", "TC3", key, scope, signed, text))
    return request
  }

  /// A form as Aliyun's RPC style has it.
  static func aliyun(
    _ fields: [String: String], key: StandInKey, method: String = "POST"
  ) -> IncomingRequest {
    var fields = fields
    fields["Signature"] = AliyunSignature.signature(fields, method: method, secret: key.secret)
    if method == "POST" { return .form("POST", "/", fields) }
    return IncomingRequest(method: method, target: "/?" + IncomingRequest.encoded(fields))
  }

  private static func canonical(
    _ request: IncomingRequest, path: String, _ signed: [String]
  ) -> String {
    let lines = signed.map { "\($0):\(request.header($0) ?? "")\n" }.joined()
    let body = OpenSSLHash.sha256.digest(of: request.body)
    let text = [request.method, path, "", lines, signed.joined(separator: ";"), hex(body)]
    return hex(OpenSSLHash.sha256.digest(of: text.joined(separator: "\n")))
  }

  private static func authorization(
    _ algorithm: String, _ prefix: String, _ key: StandInKey, _ scope: [String],
    _ signed: [String], _ text: [String]
  ) -> (name: String, value: String) {
    let signing = scope.reduce(Array((prefix + key.secret).utf8)) {
      OpenSSLHash.sha256.authenticationCode(of: $1, key: $0)
    }
    let code = OpenSSLHash.sha256.authenticationCode(
      of: text.joined(separator: "\n"), key: signing)
    let credential = ([key.id] + scope).joined(separator: "/")
    let names = signed.joined(separator: ";")
    return (
      "Authorization",
      "\(algorithm) Credential=\(credential), SignedHeaders=\(names), Signature=\(hex(code))"
    )
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
