import Kafka
import Sandbox
import TestSupport
import Testing

/// What happens to requests when the worker is killed or stopped in the middle of them.
@Suite(
  .tags(.broker), .timeLimit(.minutes(3)), .serialized,
  .enabled(if: RealBroker.servers != nil, "KAFKA_BOOTSTRAP_SERVERS names no broker"))
struct CrashBrokerTests {
  @Test func `killed three times, every request has its outcome and few are sent twice`()
    async throws
  {
    let count = 5_000
    let drill = try Drill("kill")
    try await withLoop { host, loop in
      let reader = try drill.follow(on: loop)
      try await drill.enqueue(count, on: loop)
      var allowed = 0
      for (instance, kill) in [1_000, 2_300, 3_600].enumerated() {
        let worker = try drill.start(instance)
        try await host.wait { drill.receiver.messageCount >= kill }
        worker.kill()
        // In flight, and whatever was completed since the last commit: one interval ago at most,
        // and the time that a commit takes.
        allowed += Drill.concurrency + drill.sends(within: .milliseconds(300))
      }
      let last = try drill.start(3)
      try await host.wait { drill.concluded == count }
      #expect(last.terminate() == 0)
      await reader.close()

      #expect(Set(drill.all.keys) == Set((0..<count).map(Drill.id)))
      #expect(drill.all.values.allSatisfy { Set($0) == ["accepted"] })
      #expect(drill.sends.count == count)
      print("second sends after three kills: \(drill.secondSends), allowed \(allowed)")
      #expect(drill.secondSends <= allowed)
    }
  }

  @Test func `stopped under load, nothing is lost and nothing is sent twice`() async throws {
    let count = 4_000
    let drill = try Drill("stop")
    try await withLoop { host, loop in
      let reader = try drill.follow(on: loop)
      try await drill.enqueue(count, on: loop)
      for (instance, stop) in [1_000, 2_000].enumerated() {
        let worker = try drill.start(instance)
        try await host.wait { drill.receiver.messageCount >= stop }
        #expect(worker.terminate() == 0)
      }
      let last = try drill.start(2)
      try await host.wait { drill.concluded == count }
      #expect(last.terminate() == 0)
      await reader.close()

      #expect(drill.secondSends == 0)
      #expect(drill.sends.count == count)
      #expect(drill.all.values.allSatisfy { $0 == ["accepted"] })
    }
  }
}
