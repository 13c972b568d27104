import Dispatch
import EventLoop
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct EventLoopTests {
  /// What several threads note.
  private final class Notes<Note: Sendable>: Sendable {
    private let notes = Mutex<[Note]>([])
    var all: [Note] { notes.withLock { $0 } }
    func add(_ note: Note) { notes.withLock { $0.append(note) } }
  }

  @Test func `work from other threads runs on the loop, in each thread's order`() async throws {
    try await withLoop { host, loop in
      let ran = Notes<(sender: Int, number: Int, isOnLoop: Bool)>()
      for sender in 0..<4 {
        DispatchQueue.global().async {
          for number in 0..<500 {
            loop.post { ran.add((sender, number, loop.isOnLoop)) }
          }
        }
      }
      try await host.wait { ran.all.count == 2_000 }
      #expect(ran.all.allSatisfy { $0.isOnLoop })
      for sender in 0..<4 {
        #expect(ran.all.filter { $0.sender == sender }.map(\.number) == Array(0..<500))
      }
    }
  }

  @Test func `work posted by work runs as well`() async throws {
    try await withLoop { host, loop in
      let ran = Notes<Int>()
      loop.post {
        ran.add(1)
        loop.post { ran.add(2) }
      }
      try await host.wait { ran.all == [1, 2] }
    }
  }

  @Test func `a turn that is asked for comes at once`() async throws {
    // Nothing is ready and no timer is armed: turns that nobody asks for are a second apart.
    try await withLoop { host, loop in
      try await host.turns(500, of: loop)
    }
  }

  @Test func `each turn calls every hook once`() async throws {
    try await withLoop { host, loop in
      var turns = (0, 0)
      loop.onEachTurn { turns.0 += 1 }
      loop.onEachTurn { turns.1 += 1 }
      try await host.turns(10, of: loop)
      #expect(turns.0 == turns.1)
      #expect(turns.0 >= 10)
    }
  }

  @Test func `a quiet turn calls each hook until it has enough`() async throws {
    try await withLoop { host, loop in
      var calls = [0, 0]
      loop.onEachQuietTurn {
        calls[0] += 1
        if calls[0] == 1 {
          loop.onEachQuietTurn {
            calls[1] += 1
            return calls[1] < 3
          }
        }
        return calls[0] < 5
      }
      try await host.turns(20, of: loop)
      #expect(calls == [5, 3])
    }
  }

  @Test func `what is to run soon runs after its caller, in order, in the same turn`() async throws
  {
    try await withLoop { host, loop in
      var ran: [Int] = []
      var turns = 0
      var turnsBetween: Int?
      loop.onEachTurn { turns += 1 }
      loop.schedule(after: .zero) {
        let before = turns
        loop.soon {
          ran.append(2)
          loop.soon {
            ran.append(4)
            turnsBetween = turns - before
          }
        }
        loop.soon { ran.append(3) }
        ran.append(1)
      }
      try await host.wait { ran.count == 4 }
      #expect(ran == [1, 2, 3, 4])
      #expect(turnsBetween == 0)
    }
  }

  @Test(arguments: [true, false]) func `a stop ends the run`(beforeIt: Bool) async {
    let loop = EventLoop()
    let ended = Signal()
    let running = Signal()
    if beforeIt { loop.stop() }
    loop.post { running.raise() }
    DispatchQueue(label: "loop").async {
      loop.run()
      ended.raise()
    }
    if !beforeIt {
      await running.raised()
      loop.stop()
    }
    await ended.raised()
    #expect(running.isRaised == !beforeIt)
    #expect(!loop.isOnLoop)
  }

  @Test func `a loop that something blocks is seen from outside`() async throws {
    try await withLoop { host, loop in
      let isBlocked = Signal()
      let release = Signal()
      loop.post {
        isBlocked.raise()
        release.block()
      }
      let seen = Task.detached {
        await isBlocked.raised()
        while loop.millisecondsSinceTick < 40 { await Task.yield() }
        release.raise()
        return loop.millisecondsSinceTick
      }
      #expect(await seen.value >= 40)
      try await host.wait { loop.millisecondsSinceTick < 40 }
    }
  }
}
