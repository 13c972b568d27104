import Dispatch
import Glibc
import Synchronization

/// Writes log lines to a file descriptor, from a thread of its own.
///
/// Lines wait in memory, at most ``capacity`` bytes of them: when the reader is slower than that,
/// further lines are dropped and counted.
public final class LogDescriptor: LogSink {
  /// How many bytes of lines wait at most, unless said otherwise: 1 MiB.
  public static let usualCapacity = 1 << 20

  private let queue: LogQueue

  /// Writes to `descriptor`, which stays the caller's to close, after this object is gone.
  /// - Parameters:
  ///   - descriptor: a file, a pipe, a socket or a terminal.
  ///   - capacity: how many bytes of lines wait at most.
  public init(_ descriptor: Int32, capacity: Int = usualCapacity) {
    queue = LogQueue(descriptor: descriptor, capacity: capacity)
    queue.startThread()
  }

  deinit { queue.close() }

  /// How many lines were dropped.
  public var droppedLines: UInt64 { queue.droppedLines }

  /// Takes a line.
  public func write(_ line: [UInt8], notice: (UInt64) -> [UInt8]) {
    queue.append(line, notice: notice)
  }

  /// Waits until all lines are written; false when they were not in time.
  public func flush(within limit: Duration) -> Bool { queue.drain(within: limit) }
}

/// What callers and the writing thread share.
private final class LogQueue: Sendable {
  private struct State {
    var lines: [UInt8] = []
    var count: UInt64 = 0
    var dropped: UInt64 = 0
    /// Those of `dropped` that no line tells of yet.
    var unreported: UInt64 = 0
    var isWriting = false
    var isClosed = false
    /// Signalled when everything that was there is written.
    var drained: [DispatchSemaphore] = []
  }
  private struct Batch {
    var bytes: [UInt8]
    var count: UInt64
    var drained: [DispatchSemaphore]
  }
  /// What a pipe takes without waiting once it reports room.
  /// https://man7.org/linux/man-pages/man7/pipe.7.html
  private static let pieceBytes = 4_096
  /// How often the thread looks whether it is still wanted while the reader takes nothing.
  private static let patienceMilliseconds: Int32 = 200

  private let descriptor: Int32
  private let capacity: Int
  private let state = Mutex(State())
  private let isFilled = DispatchSemaphore(value: 0)

  init(descriptor: Int32, capacity: Int) {
    self.descriptor = descriptor
    self.capacity = capacity
  }

  var droppedLines: UInt64 { state.withLock { $0.dropped } }

  /// Takes a line, or drops it when there is no room.
  func append(_ line: [UInt8], notice: (UInt64) -> [UInt8]) {
    let wasEmpty = state.withLock { state in
      let lines = state.unreported > 0 ? notice(state.unreported) + line : line
      guard state.lines.count + lines.count <= capacity else {
        state.dropped += 1
        state.unreported += 1
        return false
      }
      state.unreported = 0
      state.count += 1
      defer { state.lines += lines }
      return state.lines.isEmpty
    }
    if wasEmpty { isFilled.signal() }
  }

  func drain(within limit: Duration) -> Bool {
    let drained = DispatchSemaphore(value: 0)
    let mustWait = state.withLock { state in
      guard state.isWriting || !state.lines.isEmpty else { return false }
      state.drained.append(drained)
      return true
    }
    guard mustWait else { return true }
    isFilled.signal()
    let nanoseconds = Int(clamping: Int64(limit / .nanoseconds(1)))
    return drained.wait(timeout: .now() + .nanoseconds(nanoseconds)) == .success
  }

  func close() {
    state.withLock { $0.isClosed = true }
    isFilled.signal()
  }

  func startThread() {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    let code = pthread_create(&thread, nil, runLogThread, context)
    precondition(code == 0, "no thread left for the log")
    pthread_detach(thread)
  }

  /// Writes until the queue is closed and empty.
  fileprivate func run() {
    while true {
      isFilled.wait()
      while let batch = takeBatch() {
        let isWritten = writeOut(batch.bytes)
        state.withLock { state in
          state.isWriting = false
          if !isWritten {
            state.dropped += batch.count
            state.unreported += batch.count
          }
        }
        for semaphore in batch.drained { semaphore.signal() }
      }
      if state.withLock({ $0.isClosed }) { return }
    }
  }

  private func takeBatch() -> Batch? {
    state.withLock { state in
      guard !state.lines.isEmpty || !state.drained.isEmpty else { return nil }
      let batch = Batch(bytes: state.lines, count: state.count, drained: state.drained)
      state.lines = []
      state.count = 0
      state.drained = []
      state.isWriting = true
      return batch
    }
  }

  /// False when the reader is gone for good, or was still not reading as the queue was closed.
  private func writeOut(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        let ready = poll(&wanted, 1, Self.patienceMilliseconds)
        if ready == 0, state.withLock({ $0.isClosed }) { return false }
        guard ready > 0 else { continue }
        let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.pieceBytes))
        let count = Glibc.write(descriptor, piece.baseAddress, piece.count)
        if count > 0 {
          rest = rest.dropFirst(count)
        } else if errno != EAGAIN, errno != EINTR {
          return false
        }
      }
      return true
    }
  }
}

private func runLogThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  // Signals are for the loop, and a reader that is gone must show as an error, not end the process.
  var all = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_BLOCK, &all, nil)
  if let context { Unmanaged<LogQueue>.fromOpaque(context).takeRetainedValue().run() }
  return nil
}
