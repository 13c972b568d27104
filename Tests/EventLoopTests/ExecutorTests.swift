import Dispatch
import EventLoop
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ExecutorTests {
  /// An actor that lives on the loop, as the pipeline does.
  private actor Resident {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private(set) var places: [Bool] = []

    init(on loop: EventLoop) { self.loop = loop }

    func note() { places.append(loop.isOnLoop) }

    /// Starts a task as the pipeline does.
    func start(_ body: @escaping @Sendable () async -> Void) {
      Task.immediate(executorPreference: loop) {
        self.note()
        await body()
        self.note()
      }
    }
  }

  /// Leaves the caller's actor: to the preferred executor if there is one, else to the global pool.
  @concurrent private static func isOnLoopElsewhere(_ loop: EventLoop) async -> Bool {
    loop.isOnLoop
  }

  /// The same after a wait that another thread ends.
  @concurrent private static func isOnLoopAfterWait(_ loop: EventLoop) async -> Bool {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async { continuation.resume() }
    }
    return loop.isOnLoop
  }

  @Test func `an actor of the loop runs on it, whoever calls`() async throws {
    try await withLoop { host, loop in
      let resident = Resident(on: loop)
      await Task.detached { await resident.note() }.value
      await resident.note()
      #expect(await resident.places == [true, true])
    }
  }

  @Test func `a task of such an actor comes back to the loop when another thread ends its wait`()
    async throws
  {
    try await withLoop { host, loop in
      let resident = Resident(on: loop)
      let ended = Signal()
      await resident.start {
        await withCheckedContinuation { continuation in
          DispatchQueue.global().async { continuation.resume() }
        }
        ended.raise()
      }
      await ended.raised()
      #expect(await resident.places == [true, true])
    }
  }

  @Test func `a task that prefers the loop never visits the global pool`() async throws {
    try await withLoop { host, loop in
      let preferring = Task.immediate(executorPreference: loop) {
        [await Self.isOnLoopElsewhere(loop), await Self.isOnLoopAfterWait(loop)]
      }
      #expect(await preferring.value == [true, true])
      let indifferent = Task.detached {
        [await Self.isOnLoopElsewhere(loop), await Self.isOnLoopAfterWait(loop)]
      }
      #expect(await indifferent.value == [false, false])
    }
  }

  @Test func `jobs of the loop's own making run before it waits again`() async throws {
    // Each wait ends in a job: were one left behind, it would wait for the loop's next second.
    try await withLoop { host, loop in
      let resident = Resident(on: loop)
      let start = ContinuousClock.now
      for _ in 0..<200 { await Task(executorPreference: loop) { await resident.note() }.value }
      #expect(await resident.places.count == 200)
      #expect(start.duration(to: .now) < .seconds(20))
    }
  }

  @Test func `being on the loop is known to Swift's own checks`() async throws {
    try await withLoop { host, loop in
      #expect(loop.isIsolatingCurrentContext() == true)
      loop.checkIsolated()
      let resident = Resident(on: loop)
      loop.post { resident.assumeIsolated { $0.note() } }
      try await host.turns(2, of: loop)
      #expect(await resident.places == [true])
    }
    #expect(EventLoop().isIsolatingCurrentContext() == false)
  }
}
