import HTTPServer
import Sandbox
import Testing

struct HTTPSMSFaceTests {
  private let face = HTTPSMSFace(authorization: "Bearer right")
  static let body = #"{"to":"4512345678","type":"SignIn","payload":{"code":"0123"}}"#

  private func request(
    _ body: String = body, method: String = "POST", type: String = "application/json",
    authorization: String = "Bearer right"
  ) -> IncomingRequest {
    IncomingRequest(
      method: method, target: "/",
      headers: [("content-type", type), ("AUTHORIZATION", authorization)], body: Array(body.utf8))
  }

  @Test func `A request in order is read`() throws {
    let submission = try face.submission(in: request(), path: "/any")
    #expect(submission.recipient == "4512345678")
    #expect(submission.text == #"{"payload":{"code":"0123"},"type":"SignIn"}"#)
  }

  @Test func `Unknown members and the client's address do no harm`() throws {
    let body =
      #"{"to":"+4512345678","type":"X","payload":{},"ip":"203.0.113.7","more":[1]}"#
    #expect(try face.submission(in: request(body), path: "/").recipient == "+4512345678")
  }

  @Test func `Each fault gets its status`() {
    let faults: [(IncomingRequest, Int)] = [
      (request(method: "PUT"), 405), (request(authorization: "bearer right"), 401),
      (request(authorization: ""), 401), (request(type: "text/plain"), 415),
      (request(type: ""), 415), (request("{"), 400), (request("[]"), 400), (request(""), 400),
      (request(#"{"type":"X","payload":{}}"#), 422),
      (request(#"{"to":45123456,"type":"X","payload":{}}"#), 422),
      (request(#"{"to":"a@b.c","type":"X","payload":{}}"#), 422),
      (request(#"{"to":"4512345678","type":"","payload":{}}"#), 422),
      (request(#"{"to":"4512345678","payload":{}}"#), 422),
      (request(#"{"to":"4512345678","type":"X","payload":"{}"}"#), 422),
      (request(#"{"to":"4512345678","type":"X"}"#), 422),
    ]
    for (index, (request, status)) in faults.enumerated() {
      let refused = #expect(throws: RefusedRequest.self, "fault \(index)") {
        try face.submission(in: request, path: "/")
      }
      #expect(refused?.response.status == status, "fault \(index)")
    }
  }

  @Test func `Without an agreed header any will do`() throws {
    let open = HTTPSMSFace()
    #expect(throws: Never.self) {
      try open.submission(in: request(authorization: "whatever"), path: "/")
    }
  }
}
