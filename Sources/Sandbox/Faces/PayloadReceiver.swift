import Delivery
import Foundation
import HTTPServer
import JSON

/// What receivers of HTTP SMS and of HTTP e-mail have in common: they get an event's own fields.
struct PayloadReceiver: Sendable {
  /// What was posted, checked as far as both receivers do.
  struct Posted {
    let to: String
    let type: String
    let payload: [String: Any]

    /// The message in it: there is no text, so what it would be written from is shown.
    func submission(_ channel: Channel) -> Submission {
      let fields: [String: Any] = ["type": type, "payload": payload]
      // In an order that does not change. What was read can be written.
      let text = try? JSONSerialization.data(
        withJSONObject: fields, options: [.sortedKeys, .withoutEscapingSlashes])
      var submission = Submission(
        channel: channel, recipient: to, text: String(decoding: text ?? Data(), as: UTF8.self))
      submission.usageType = type
      submission.code = payload["code"] as? String
      return submission
    }
  }

  let authorization: String?

  /// Reads a request's message.
  func read(_ request: IncomingRequest) throws(RefusedRequest) -> Posted {
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
    guard let to = body["to"] as? String, !to.isEmpty else {
      throw refused(422, "to must be the recipient")
    }
    guard let type = body["type"] as? String, !type.isEmpty else {
      throw refused(422, "type must be the usage type")
    }
    guard let payload = body["payload"] as? [String: Any] else {
      throw refused(422, "payload must be an object")
    }
    return Posted(to: to, type: type, payload: payload)
  }

  func refusal(code: String, status: Int?) -> OutgoingResponse {
    failure(status: status ?? Int(code).flatMap { (400...599).contains($0) ? $0 : nil } ?? 422)
  }

  func failure(status: Int) -> OutgoingResponse {
    .json(status: status) { $0.member("message", "status \(status)") }
  }

  func refused(_ status: Int, _ problem: String) -> RefusedRequest {
    RefusedRequest(.json(status: status) { $0.member("message", problem) }, problem: problem)
  }

  func connector(_ provider: String, at url: String) -> String {
    """
    provider: \(provider)
    config:
      endpoint: \(url)
    """ + (authorization.map { "\n  authorization: \($0)" } ?? "")
  }

  func example(to recipient: String, at url: String) -> String {
    let header = authorization.map { " -H 'Authorization: \($0)'" } ?? ""
    return """
      curl \(url)\(header) \\
        -H 'Content-Type: application/json' \\
        -d '{"to":"\(recipient)","type":"SignIn","payload":{"code":"482913"}}'
      """
  }
}
