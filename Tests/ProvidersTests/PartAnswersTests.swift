import Delivery
import Testing

@testable import Providers

@Suite struct PartAnswersTests {
  private static let refused = Answer(
    .rejected, reason: .recipientBlocked, code: "a.7", detail: "barred", isProvidersOwnCode: true)
  private static let unclear = Answer(.ambiguous, code: "a.?", detail: "unclear")
  private static let broke = Answer(
    .misconfigured(.account), code: "a.9", detail: "no credit", isProvidersOwnCode: true)

  /// Ids of parts that were taken, in `taken`; refusals of the others.
  private func answer(_ taken: [String?], _ failures: [Answer], status: Int = 200) -> Answer? {
    var parts = PartAnswers()
    for id in taken { parts.accept(id: id) }
    for failure in failures { parts.fail(failure) }
    #expect(parts.count == taken.count + failures.count)
    return parts.answer(to: HTTPReply(status: status))
  }

  @Test func `Without parts there is no answer`() { #expect(answer([], []) == nil) }

  @Test func `All parts taken is accepted, with every id that can be read`() {
    let accepted = answer(["1", nil, "a b", "2"], [])
    #expect(accepted?.class == .accepted)
    #expect(accepted?.providerMessageIDs == ["1", "2"])
    #expect(answer(["1"], [], status: 500)?.class == .ambiguous)
  }

  @Test(arguments: [refused, unclear, broke])
  func `Some parts taken has gone out in part, whatever the others say`(failure: Answer) {
    let mixed = answer(["1"], [failure])
    #expect(mixed?.class == .ambiguous)
    #expect(mixed?.providerMessageIDs == ["1"])
    #expect(mixed?.code == failure.code)
    #expect(mixed?.detail.hasSuffix(failure.detail) == true)
  }

  @Test func `No part taken is the first refusal, unless one may have gone out`() {
    #expect(answer([], [Self.refused, Self.broke]) == Self.refused)
    #expect(answer([], [Self.refused, Self.unclear]) == Self.unclear)
  }
}
