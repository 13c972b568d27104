/// The body of one response, written piece by piece while the client reads: server-sent events, say.
///
/// May be used from any thread; no call waits for the client.
public final class ResponseStream: Sendable {
  let body: StreamedBody

  init(limit: Int) { body = StreamedBody(limit: limit) }

  /// Adds bytes to what the client has yet to read.
  /// - Returns: false when the stream has ended: by `end`, because the client left, or because more
  ///   than the stream's limit would now wait for a client that does not read. It is cut then.
  @discardableResult
  public func write(_ bytes: [UInt8]) -> Bool { body.write(bytes) }

  /// Ends the body once the client has read what was written.
  public func end() { body.end() }

  /// Calls `action` once, when the client has the whole body, has left or was cut off; at once when
  /// that is so already.
  ///
  /// It may come on any thread, and must not wait.
  public func onClose(_ action: @escaping @Sendable () -> Void) { body.onClose(action) }
}
