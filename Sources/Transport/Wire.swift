import CCurl
import EventLoop
import Glibc

/// The socket under one connection: opened by libcurl, written and read here, so that what was
/// written is known to the byte and nothing is ever written twice.
final class Wire {
  /// What became of an attempt to read or write.
  enum Moved {
    case bytes(Int)
    case wouldBlock
    case failed
  }
  /// The largest record of TLS: with more in one call, some could be gone while none counts.
  private static let largestWrite = 16_384

  /// What is to be written; changed only while nothing of it is being written.
  var out = OutgoingBuffer()
  /// How much of ``out`` the kernel has taken.
  private(set) var written = 0
  private let handle: CurlHandle
  private let multi: CurlMulti
  private let loop: EventLoop
  private let scratch: ReadBuffer
  /// Plain sockets are spoken to without libcurl in between, which searches all its connections
  /// at each call.
  private let isPlain: Bool
  private var descriptor: Int32?
  private var waitsForRoom = false

  /// - Parameters:
  ///   - handle: what opens the connection.
  ///   - isPlain: whether bytes go over the socket as they are, without TLS of any kind.
  ///   - client: whose connection it is.
  init<Connection>(_ handle: CurlHandle, isPlain: Bool, client: ConnectionPool<Connection>) {
    self.handle = handle
    self.isPlain = isPlain
    multi = client.multi
    loop = client.loop
    scratch = client.scratch
  }

  /// Whether all of ``out`` was written.
  var isWhole: Bool { written == out.count }

  /// Opens it.
  /// - Parameters:
  ///   - completion: called later, once, unless it is closed first.
  ///   - handler: called with the socket's events from then on.
  func open(
    completion: @escaping (TransportFailure?) -> Void, handler: @escaping (Interest) -> Void
  ) {
    multi.open(handle) { [unowned self] opening in
      switch opening {
      case .failed(let failure): completion(failure)
      case .opened(let descriptor):
        self.descriptor = descriptor
        multi.handOver(
          descriptor, onLoss: { [unowned self] in self.descriptor = nil }, handler: handler)
        completion(nil)
      }
    }
  }

  /// Closes it, also while it is being opened.
  func close() {
    multi.close(handle, descriptor: descriptor)
    descriptor = nil
    waitsForRoom = false
  }

  /// Forgets what was written, before ``out`` is filled anew.
  func begin() { written = 0 }

  /// Writes what is left of ``out``, as far as there is room; returns false when that failed.
  func put() -> Bool {
    while written < out.count {
      switch transmit() {
      case .bytes(0), .wouldBlock:
        waitForRoom(true)
        return true
      case .bytes(let count): written += count
      case .failed: return false
      }
    }
    waitForRoom(false)
    return true
  }

  private func waitForRoom(_ waits: Bool) {
    guard waits != waitsForRoom, let descriptor else { return }
    waitsForRoom = waits
    loop.rewatch(descriptor, for: waits ? [.read, .write] : .read)
  }

  private func transmit() -> Moved {
    guard let descriptor else { return .failed }
    let bytes = out.bytes(from: written)
    if isPlain {
      let count = Glibc.send(
        descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
      if count >= 0 { return .bytes(count) }
      return errno == EAGAIN || errno == EINTR ? .wouldBlock : .failed
    }
    var count = 0
    let result = curl_easy_send(
      handle.raw, bytes.baseAddress, min(bytes.count, Self.largestWrite), &count)
    return moved(result, count)
  }

  /// Reads once into the client's buffer; no bytes are the end.
  func receive() -> Moved {
    guard let descriptor else { return .failed }
    let room = scratch.memory
    if isPlain {
      let count = Glibc.recv(descriptor, room.baseAddress, room.count, 0)
      if count >= 0 { return .bytes(count) }
      return errno == EAGAIN || errno == EINTR ? .wouldBlock : .failed
    }
    var count = 0
    let result = curl_easy_recv(handle.raw, room.baseAddress, room.count, &count)
    return moved(result, count)
  }

  private func moved(_ result: CURLcode, _ count: Int) -> Moved {
    switch result {
    case CURLE_OK: .bytes(count)
    case CURLE_AGAIN: .wouldBlock
    default: .failed
    }
  }
}
