import Delivery
import TestSupport
import Testing

@testable import Providers

/// Replies that a provider never sends, made of those that it does.
@Suite(.timeLimit(.minutes(1)))
struct ReplyMutationTests {
  private static let entries = DriverContractTests.overHTTP

  /// The bodies of the fixture's replies.
  private func bodies(_ fixture: DriverFixture) -> [[UInt8]] {
    [fixture.accepted.reply, fixture.refused, fixture.throttled].compactMap { reply in
      guard case .http(let reply) = reply, !reply.body.isEmpty else { return nil }
      return reply.body
    }
  }

  @Test(arguments: entries) func `A reply that was cut off is never accepted`(
    entry: DriverContractTests.Entry
  ) throws {
    guard !entry.type.statusIsContract else { return }
    let driver = try entry.driver()
    guard case .http(let accepted) = entry.fixture.accepted.reply else { return }
    for length in 0..<accepted.body.count {
      let reply = HTTPReply(status: accepted.status, body: Array(accepted.body.prefix(length)))
      #expect(driver.answer(to: .http(reply)).class == .ambiguous, "\(length) bytes")
    }
  }

  @Test(arguments: entries, [1, 2, 3] as [UInt64])
  func `Whatever comes is answered in words that may be shown`(
    entry: DriverContractTests.Entry, seed: UInt64
  ) throws {
    let driver = try entry.driver()
    var generator = SeededGenerator(seed: seed)
    let tokens = [
      "null", "[]", "{}", "\"\"", "0", "-1", "1e9", "true", "\"0\"", "\"OK\"", "\"\\u0000\"", ",",
      "}", "\"+4512345678\"",
    ].map { Array($0.utf8) }
    for body in bodies(entry.fixture) {
      for _ in 0..<400 {
        var mutated = body
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
          let place = Int.random(in: 0..<mutated.count, using: &generator)
          let end = Int.random(in: place...min(place + 12, mutated.count), using: &generator)
          mutated.replaceSubrange(place..<end, with: tokens.randomElement(using: &generator)!)
        }
        let status = [200, 201, 400, 403, 500].randomElement(using: &generator)!
        let answer = driver.answer(to: .http(HTTPReply(status: status, body: mutated)))
        let text = String(decoding: mutated, as: UTF8.self)
        #expect(answer.class != .accepted || status < 300, "\(status) \(text)")
        #expect(answer.providerMessageIDs.allSatisfy(isReadableID), "\(text)")
        #expect(answer.code.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "\(text)")
        #expect(answer.code.utf8.count < 96, "\(text)")
        #expect(answer.class == .accepted || !answer.detail.isEmpty, "\(text)")
      }
    }
  }
}
