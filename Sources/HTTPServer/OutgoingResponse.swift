/// One HTTP response, whole.
public struct OutgoingResponse: Sendable {
  /// The status code, 200–599.
  public var status: Int
  /// Headers but for `Content-Length`, `Connection` and `Date`, which the server writes.
  public var headers: [(name: String, value: String)]
  /// The body; left out in the answer to `HEAD`.
  public var body: [UInt8]

  /// A response.
  public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// A response of a media type.
  public init(
    status: Int, type: String, headers: [(name: String, value: String)] = [], body: [UInt8]
  ) {
    self.init(status: status, headers: [("Content-Type", type)] + headers, body: body)
  }
}
