import CMicrohttpd
import Synchronization

/// One request from its first line to its end.
///
/// Unchecked: `incoming`, `isHeadRead` and `isHandedOver` belong to the daemon's thread of this
/// connection; `connection` is dereferenced by libmicrohttpd alone, and only between suspension and
/// resumption, when the daemon keeps it alive. The daemon's callbacks retain and release the object.
final class OpenRequest: @unchecked Sendable {
  enum Conclusion: Sendable {
    case response(OutgoingResponse)
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
  private let connection: OpaquePointer
  private let state = Mutex(State.handled)

  init(target: String, connection: OpaquePointer) {
    incoming = IncomingRequest(method: "", target: target)
    self.connection = connection
  }

  /// Lets the daemon go on with other connections until ``conclude(_:)``; to be called by the
  /// daemon's thread. Does nothing when there is an answer by now.
  func suspendUnlessConcluded() {
    state.withLock { state in
      guard case .handled = state else { return }
      state = .suspended
      MHD_suspend_connection(connection)
    }
  }

  /// Sets the answer, if there is none yet, and lets the daemon send it.
  func conclude(_ conclusion: Conclusion) {
    state.withLock { state in
      switch state {
      case .handled: state = .concluded(conclusion)
      case .suspended:
        state = .concluded(conclusion)
        MHD_resume_connection(connection)
      case .concluded: return
      }
    }
  }

  var conclusion: Conclusion? {
    state.withLock { state in
      if case .concluded(let conclusion) = state { conclusion } else { nil }
    }
  }
}
