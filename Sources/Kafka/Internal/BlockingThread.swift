import Glibc
import Synchronization

/// One thread for librdkafka's calls that block: jobs run one after the other, off the loop.
///
/// The thread ends after ``finish(_:)``; it keeps itself alive until then.
///
/// Unchecked: `jobs` lies behind its mutex, and the semaphore is made for many threads.
final class BlockingThread: @unchecked Sendable {
  private struct Jobs {
    var waiting: [@Sendable () -> Void] = []
    var isFinishing = false
  }
  private let jobs = Mutex(Jobs())
  private let available: UnsafeMutablePointer<sem_t>

  init() {
    available = .allocate(capacity: 1)
    sem_init(available, 0, 0)
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self)
    let failure = pthread_create(&thread, nil, serveBlockingThread, context.toOpaque())
    precondition(failure == 0, "no thread left for blocking calls to Kafka")
    pthread_detach(thread)
  }

  deinit {
    sem_destroy(available)
    available.deallocate()
  }

  /// Runs `job` after all that were given before; not at all once the thread is told to finish.
  func run(_ job: @escaping @Sendable () -> Void) {
    jobs.withLock { if !$0.isFinishing { $0.waiting.append(job) } }
    sem_post(available)
  }

  /// Runs `last` as the last job; what still waits is dropped.
  func finish(_ last: @escaping @Sendable () -> Void) {
    jobs.withLock { jobs in
      jobs.waiting = [last]
      jobs.isFinishing = true
    }
    sem_post(available)
  }

  fileprivate func serve() {
    var isFinishing = false
    while !isFinishing {
      while sem_wait(available) != 0 {}
      let job: (@Sendable () -> Void)?
      (job, isFinishing) = jobs.withLock { jobs in
        let job = jobs.waiting.isEmpty ? nil : jobs.waiting.removeFirst()
        return (job, jobs.isFinishing)
      }
      job?()
    }
  }
}

/// The thread's start: releases the reference that the initializer handed over.
private func serveBlockingThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<BlockingThread>.fromOpaque(context).takeRetainedValue().serve()
  return nil
}
