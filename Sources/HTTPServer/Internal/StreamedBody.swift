import CMicrohttpd
import Glibc
import Synchronization

/// What of a streamed body is written and not yet read, and the connection that waits for more.
///
/// Unchecked: `connection` and `descriptor` are set once, by the daemon's thread, and used under the
/// lock. The connection is dereferenced by libmicrohttpd alone, and only while it is suspended: the
/// daemon keeps it alive until it is resumed. libmicrohttpd's response retains the object.
final class StreamedBody: @unchecked Sendable {
  private struct State {
    var waiting: [UInt8] = []
    /// How much of `waiting` is read.
    var read = 0
    /// Nothing more comes.
    var isEnded = false
    /// The client could not keep up: what waits is forgotten.
    var isCut = false
    /// The request is over.
    var isClosed = false
    var isSuspended = false
    var onClose: [@Sendable () -> Void] = []
  }
  private let state = Mutex(State())
  private let limit: Int
  /// Whose body it is.
  private var connection: OpaquePointer?
  private var descriptor: Int32 = -1

  init(limit: Int) { self.limit = limit }

  /// The response's head is about to be sent; to be called by the daemon's thread.
  func begin(on connection: OpaquePointer) {
    state.withLock { _ in
      self.connection = connection
      descriptor = otp_mhd_descriptor(connection)
    }
  }

  func write(_ bytes: [UInt8]) -> Bool {
    state.withLock { state in
      guard !state.isEnded, !state.isClosed else { return false }
      if state.waiting.count - state.read + bytes.count > limit {
        cut(&state)
        return false
      }
      state.waiting += bytes
      resume(&state)
      return true
    }
  }

  func end() {
    state.withLock { state in
      state.isEnded = true
      resume(&state)
    }
  }

  /// Ends it without what still waits.
  func cut() { state.withLock { cut(&$0) } }

  /// What libmicrohttpd's reader callback returns: how many bytes it got, 0 to be asked again once
  /// the connection is resumed, -1 at the end, -2 after a cut.
  ///
  /// To be called by the daemon's thread.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    state.withLock { state in
      if state.isCut { return -2 }
      let left = state.waiting.count - state.read
      if left == 0 {
        if state.isEnded { return -1 }
        state.isSuspended = true
        MHD_suspend_connection(connection)
        return 0
      }
      let count = min(left, buffer.count)
      state.waiting.withUnsafeBytes {
        buffer.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: $0[state.read..<state.read + count]))
      }
      state.read += count
      if state.read == state.waiting.count {
        state.waiting.removeAll(keepingCapacity: true)
        state.read = 0
      } else if state.read > 65_536 {
        state.waiting.removeFirst(state.read)
        state.read = 0
      }
      return count
    }
  }

  func onClose(_ action: @escaping @Sendable () -> Void) {
    let isClosed = state.withLock { state in
      if !state.isClosed { state.onClose.append(action) }
      return state.isClosed
    }
    if isClosed { action() }
  }

  /// The request is over: the connection must not be touched any more.
  func close() {
    let actions = state.withLock { state in
      state.isClosed = true
      state.isSuspended = false
      state.waiting = []
      state.read = 0
      defer { state.onClose = [] }
      return state.onClose
    }
    // Outside of the lock: what is called may write to other streams, or to this one.
    for action in actions { action() }
  }

  private func cut(_ state: inout State) {
    state.isEnded = true
    state.isCut = true
    state.waiting = []
    state.read = 0
    // libmicrohttpd waits until a client that does not read takes what was sent: end that wait. The
    // descriptor is open as long as the request is not over.
    if !state.isClosed, descriptor >= 0 { shutdown(descriptor, Int32(SHUT_RDWR)) }
    resume(&state)
  }

  private func resume(_ state: inout State) {
    guard state.isSuspended else { return }
    state.isSuspended = false
    MHD_resume_connection(connection)
  }
}
