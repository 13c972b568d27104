import Foundation
import HTTPServer
import Sandbox
import Testing

/// A face, asked as a client asks it.
struct FaceProbe<Face: ProviderFace> {
  /// An answer, as far as tests look at it.
  struct Answer {
    let status: Int
    let body: [String: Any]
    let headers: [(name: String, value: String)]

    init(_ response: OutgoingResponse) throws {
      status = response.status
      headers = response.headers
      body =
        response.body.isEmpty
        ? [:]
        : try #require(
          try JSONSerialization.jsonObject(with: Data(response.body)) as? [String: Any])
    }

    /// A value inside, by names and indices: `errors.0.field`.
    subscript(path: String) -> Any? {
      path.split(separator: ".").reduce(body as Any?) { value, step in
        (value as? [String: Any])?[String(step)]
          ?? (value as? [Any]).flatMap { array in
            Int(step).flatMap { array.indices.contains($0) ? array[$0] : nil }
          }
      }
    }

    /// The same, as text.
    func text(_ path: String) -> String? { self[path].map { "\($0)" } }
  }

  let face: Face

  /// The message that the face reads in a request in order.
  func message(in request: IncomingRequest) throws -> Submission {
    try face.submission(in: request, path: request.path)
  }

  /// The answer to a request that is not in order.
  func refusal(
    of request: IncomingRequest, location: SourceLocation = #_sourceLocation
  ) throws -> Answer {
    let refused = #expect(throws: RefusedRequest.self, sourceLocation: location) {
      try face.submission(in: request, path: request.path)
    }
    return try Answer(try #require(refused, sourceLocation: location).response)
  }

  /// The answer to a message that is taken, and its id.
  func acceptance(of request: IncomingRequest) throws -> (answer: Answer, id: String) {
    let id = face.makeID()
    return (try Answer(face.acceptance(of: try message(in: request), id: id)), id)
  }

  /// The answer with one of the provider's codes.
  func refusal(code: String, of request: IncomingRequest) throws -> Answer {
    try Answer(face.refusal(code: code, of: try message(in: request)))
  }

  /// The answer with a status of the service.
  func failure(_ status: Int) throws -> Answer { try Answer(face.failure(status: status)) }

  /// The answer to a request without a message.
  func inquiry(_ request: IncomingRequest) throws -> Answer? {
    try face.answer(toQuestion: request, path: request.path).map(Answer.init)
  }
}

extension IncomingRequest {
  /// A request with a JSON body.
  static func json(
    _ method: String = "POST", _ target: String, _ body: String,
    headers: [(name: String, value: String)] = []
  ) -> IncomingRequest {
    IncomingRequest(
      method: method, target: target, headers: [("Content-Type", "application/json")] + headers,
      body: Array(body.utf8))
  }

  /// A request with a form as its body.
  static func form(
    _ method: String = "POST", _ target: String, _ fields: [String: String],
    headers: [(name: String, value: String)] = []
  ) -> IncomingRequest {
    IncomingRequest(
      method: method, target: target,
      headers: [("Content-Type", "application/x-www-form-urlencoded")] + headers,
      body: Array(encoded(fields).utf8))
  }

  /// `a=1&b=2`, everything but letters and digits escaped.
  static func encoded(_ fields: [String: String]) -> String {
    func escaped(_ text: String) -> String {
      text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
    return fields.sorted { $0.key < $1.key }
      .map { "\(escaped($0.key))=\(escaped($0.value))" }.joined(separator: "&")
  }

  /// The same request with another header of that name, or without one.
  func with(_ name: String, _ value: String?) -> IncomingRequest {
    var copy = self
    copy.headers.removeAll { $0.name.lowercased() == name.lowercased() }
    if let value { copy.headers.append((name, value)) }
    return copy
  }
}

/// The value of `Authorization: Basic`.
func basic(_ user: String, _ password: String) -> String {
  "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
}
