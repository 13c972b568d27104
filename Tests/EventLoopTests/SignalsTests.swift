import EventLoop
import Glibc
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct SignalsTests {
  @Test func `blocked signals are events of the loop`() async throws {
    try await withLoop { host, loop in
      // Blocked and sent in the loop's own thread: the rest of the process does not see them.
      Signals.block([SIGUSR1, SIGUSR2])
      var arrived: [Int32] = []
      Signals.watch([SIGUSR1, SIGUSR2], on: loop) { arrived.append($0) }
      pthread_kill(pthread_self(), SIGUSR2)
      try await host.wait { arrived == [SIGUSR2] }
      pthread_kill(pthread_self(), SIGUSR1)
      pthread_kill(pthread_self(), SIGUSR2)
      try await host.wait { arrived.count == 3 }
      #expect(Set(arrived.dropFirst()) == [SIGUSR1, SIGUSR2])
    }
  }

  @Test func `writing to nobody is an error, not the end`() throws {
    Signals.ignoreBrokenPipes()
    let ends = try DescriptorPair.sockets()
    ends.closeFar()
    #expect(write(ends.near, "x", 1) == -1)
    #expect(errno == EPIPE)
  }
}
