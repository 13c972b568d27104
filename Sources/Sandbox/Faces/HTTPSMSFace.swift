import Foundation
public import HTTPServer
import JSON

/// A receiver of the HTTP SMS connector: gets recipient, usage type and payload, and writes the text itself.
/// https://docs.logto.io/connectors/sms-connectors/http-sms
public struct HTTPSMSFace: ProviderFace {
  private let authorization: String?

  /// A receiver, at every path.
  /// - Parameter authorization: what the header `Authorization` must be, byte for byte; nil takes any.
  public init(authorization: String? = nil) { self.authorization = authorization }

  /// The name in paths.
  public var name: String { "http-sms" }

  /// Checks a request and reads the message in it.
  public func submission(
    in request: IncomingRequest, path: String
  ) throws(RefusedRequest) -> Submission {
    guard request.method == "POST" else { throw refused(405, "POST only") }
    if let authorization, request.header("Authorization") != authorization {
      throw refused(401, "the Authorization header is not the agreed one")
    }
    guard request.mediaType == "application/json" else {
      throw refused(415, "the body must be application/json")
    }
    // Read with another parser than the worker's own, so that both cannot be wrong in the same way.
    guard let body = try? JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any]
    else { throw refused(400, "the body must be a JSON object") }
    return try submission(body)
  }

  /// A new id.
  public func makeID() -> String { randomHex(24) }

  /// The answer to a message that was taken.
  public func acceptance(of submission: Submission, id: String) -> OutgoingResponse {
    .json(status: 200) { $0.member("id", id) }
  }

  /// A receiver has no codes of its own: any that is a status is answered as one.
  public func refusal(code: String, of submission: Submission) -> OutgoingResponse {
    failure(status: Int(code).flatMap { (400...599).contains($0) ? $0 : nil } ?? 422)
  }

  /// The answer with a status that is not about the message.
  public func failure(status: Int) -> OutgoingResponse {
    .json(status: status) { $0.member("message", "status \(status)") }
  }

  private func submission(_ body: [String: Any]) throws(RefusedRequest) -> Submission {
    guard let to = body["to"] as? String, isE164(to.hasPrefix("+") ? to : "+" + to) else {
      throw refused(422, "to must be a number in E.164")
    }
    guard let type = body["type"] as? String, !type.isEmpty else {
      throw refused(422, "type must be the usage type")
    }
    guard let payload = body["payload"] as? [String: Any] else {
      throw refused(422, "payload must be an object")
    }
    // What the receiver would write the text from, in an order that does not change.
    guard
      let text = try? JSONSerialization.data(
        withJSONObject: ["type": type, "payload": payload],
        options: [.sortedKeys, .withoutEscapingSlashes])
    else { throw refused(422, "payload cannot be read") }
    return Submission(recipient: to, text: String(decoding: text, as: UTF8.self))
  }

  private func refused(_ status: Int, _ problem: String) -> RefusedRequest {
    RefusedRequest(
      .json(status: status) { $0.member("message", problem) }, problem: problem)
  }
}
