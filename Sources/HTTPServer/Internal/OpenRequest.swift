import CMicrohttpd
import Synchronization

/// One request from its first line to its end.
///
/// Unchecked: `incoming` and what is told of it belong to the daemon's thread of this
/// connection; `connection` is dereferenced by libmicrohttpd alone, and only between suspension and
/// resumption, when the daemon keeps it alive. The daemon's callbacks retain and release the object.
final class OpenRequest: @unchecked Sendable {
  enum Conclusion: Sendable {
    case response(OutgoingResponse)
    case stream(OutgoingResponse, StreamedBody)
    case drop
  }
  private enum State {
    case handled
    case suspended
    case concluded(Conclusion)
  }

  var incoming: IncomingRequest
  var isHeadRead = false
  var isHandedOver = false
  private var bodyBytes = 0
  private(set) var isTooLarge = false
  private let connection: OpaquePointer
  private let state = Mutex(State.handled)

  init(target: String, connection: OpaquePointer) {
    incoming = IncomingRequest(method: "", target: target)
    self.connection = connection
  }

  /// Takes a piece of the body.
  ///
  /// What is beyond `limit` is read and forgotten, as libmicrohttpd
  /// answers only whole requests; a body that is many times larger is not worth an answer.
  /// - Returns: false to close the connection.
  func append(_ piece: UnsafeRawBufferPointer, limit: Int) -> Bool {
    bodyBytes += piece.count
    isTooLarge = bodyBytes > limit
    if isTooLarge {
      incoming.body = []
    } else {
      incoming.body.append(contentsOf: piece)
    }
    return bodyBytes <= limit * 8
  }

  /// Lets the daemon go on with other connections until there is an answer.
  ///
  /// To be called by the daemon's thread. Does nothing when there is one by now.
  func suspendUnlessConcluded() {
    state.withLock { state in
      guard case .handled = state else { return }
      state = .suspended
      MHD_suspend_connection(connection)
    }
  }

  /// Sets the answer, if there is none yet, and lets the daemon send it.
  /// - Returns: false when there is one, or when the request is over.
  @discardableResult
  func conclude(_ conclusion: Conclusion) -> Bool {
    state.withLock { state in
      switch state {
      case .handled: state = .concluded(conclusion)
      case .suspended:
        state = .concluded(conclusion)
        MHD_resume_connection(connection)
      case .concluded: return false
      }
      return true
    }
  }

  /// Cuts a body that is being streamed.
  func cutStream() {
    if case .stream(_, let body) = conclusion { body.cut() }
  }

  /// The request is over.
  func close() {
    if case .stream(_, let body) = conclusion { body.close() }
  }

  var conclusion: Conclusion? {
    state.withLock { state in
      if case .concluded(let conclusion) = state { conclusion } else { nil }
    }
  }
}
