import EventLoop
import Glibc
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct DescriptorTests {
  @Test func `what arrives is reported until it is read`() async throws {
    try await withLoop { host, loop in
      let pipe = try DescriptorPair.pipe()
      var reports: [Interest] = []
      var received = ""
      loop.watch(pipe.near, for: .read) { ready in
        reports.append(ready)
        if reports.count == 3 { received += pipe.receive() }
        if reports.count == 4 { received += pipe.receive() }
      }
      pipe.send("one")
      try await host.wait { received == "one" }
      #expect(reports == [.read, .read, .read])
      pipe.send("two")
      try await host.wait { received == "onetwo" }
      #expect(reports.count == 4)
      loop.unwatch(pipe.near)
    }
  }

  @Test func `room to write is reported, and a full pipe waits for its reader`() async throws {
    try await withLoop { host, loop in
      let pipe = try DescriptorPair.pipe()
      let block = [UInt8](repeating: 0, count: 4_096)
      var reports = 0
      while write(pipe.far, block, block.count) > 0 {}
      loop.watch(pipe.far, for: .write) { ready in
        #expect(ready == .write)
        reports += 1
        loop.unwatch(pipe.far)
      }
      try await host.turns(3, of: loop)
      #expect(reports == 0)
      var buffer = [UInt8](repeating: 0, count: 65_536)
      #expect(read(pipe.near, &buffer, buffer.count) > 0)
      try await host.wait { reports == 1 }
    }
  }

  @Test func `a changed interest holds from the next turn on`() async throws {
    try await withLoop { host, loop in
      let pair = try DescriptorPair.sockets()
      var reports: [Interest] = []
      loop.watch(pair.near, for: .read) { reports.append($0) }
      try await host.turns(2, of: loop)
      #expect(reports.isEmpty)

      loop.rewatch(pair.near, for: [.read, .write])
      try await host.wait { !reports.isEmpty }
      #expect(reports.first == .write)

      loop.rewatch(pair.near, for: .read)
      try await host.turns(1, of: loop)
      reports = []
      pair.send()
      try await host.wait { !reports.isEmpty }
      #expect(reports.first == .read)
      loop.unwatch(pair.near)
    }
  }

  @Test func `a peer that hangs up is reported without being asked for`() async throws {
    try await withLoop { host, loop in
      let pipe = try DescriptorPair.pipe()
      var reports: [Interest] = []
      loop.watch(pipe.near, for: []) { ready in
        reports.append(ready)
        loop.unwatch(pipe.near)
      }
      pipe.closeFar()
      try await host.wait { !reports.isEmpty }
      #expect(!reports[0].isDisjoint(with: .failed))
    }
  }

  @Test func `a handler that unwatches its descriptor is not called again`() async throws {
    try await withLoop { host, loop in
      let pipe = try DescriptorPair.pipe()
      var reports = 0
      loop.watch(pipe.near, for: .read) { _ in
        reports += 1
        loop.unwatch(pipe.near)
        loop.unwatch(pipe.near)
      }
      #expect(loop.isWatched(pipe.near))
      pipe.send()
      try await host.wait { reports == 1 }
      try await host.turns(3, of: loop)
      #expect(reports == 1)
      #expect(!loop.isWatched(pipe.near))
    }
  }

  @Test func `a handler that unwatches another ready descriptor keeps it from being called`()
    async throws
  {
    try await withLoop { host, loop in
      let pipes = [try DescriptorPair.pipe(), try DescriptorPair.pipe()]
      var called: [Int] = []
      // Ready before they are watched: both are in the same batch of events.
      for pipe in pipes { pipe.send() }
      for (index, pipe) in pipes.enumerated() {
        loop.watch(pipe.near, for: .read) { _ in
          called.append(index)
          for each in pipes { loop.unwatch(each.near) }
        }
      }
      try await host.turns(3, of: loop)
      #expect(called.count == 1)
    }
  }

  @Test func `a second watch replaces the first`() async throws {
    try await withLoop { host, loop in
      let pipe = try DescriptorPair.pipe()
      var called: [String] = []
      loop.watch(pipe.near, for: .read) { _ in called.append("first") }
      loop.watch(pipe.near, for: .read) { _ in
        called.append("second")
        loop.unwatch(pipe.near)
      }
      pipe.send()
      try await host.wait { !called.isEmpty }
      #expect(called == ["second"])
    }
  }

  @Test func `a descriptor's number may be used again by another`() async throws {
    try await withLoop { host, loop in
      let other = try DescriptorPair.pipe()
      let number: Int32
      do {
        let pipe = try DescriptorPair.pipe()
        number = fcntl(pipe.near, F_DUPFD_CLOEXEC, 900)
        loop.watch(number, for: .read) { _ in Issue.record("the old one is not watched") }
        pipe.send()
        loop.unwatch(number)
      }
      var received = ""
      #expect(dup2(other.near, number) == number)
      loop.watch(number, for: .read) { _ in received += other.receive() }
      other.send("new")
      try await host.wait { received == "new" }
      loop.unwatch(number)
      close(number)
    }
  }
}
