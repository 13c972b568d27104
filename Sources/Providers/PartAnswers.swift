internal import Delivery

/// What became of the parts of one message, where the provider's reply says so for each.
struct PartAnswers: Sendable {
  private var accepted = 0
  private var ids: [String] = []
  private var failures: [Answer] = []

  /// How many there are.
  var count: Int { accepted + failures.count }

  /// Notes a part that was taken.
  mutating func accept(id: String?) {
    accepted += 1
    if let id, isReadableID(id) { ids.append(id) }
  }

  /// Notes a part that was not.
  mutating func fail(_ answer: Answer) { failures.append(answer) }

  /// What they mean together; nil when there is none.
  ///
  /// A message of which some parts were taken has gone out in part, whatever the others were refused for, and what may have
  /// gone out is never taken for refused.
  func answer(to reply: HTTPReply) -> Answer? {
    guard let failure = failures.first(where: { $0.class == .ambiguous }) ?? failures.first else {
      guard accepted > 0 else { return nil }
      guard (200..<300).contains(reply.status) else { return StatusTable.answer(to: reply) }
      return Answer(
        .accepted, code: StatusTable.code(of: reply.status), providerMessageIDs: ids)
    }
    guard accepted > 0 else { return failure }
    return Answer(
      .ambiguous, code: failure.code,
      detail: "some parts of the text were taken, others not: \(failure.detail)",
      providerMessageIDs: ids, isProvidersOwnCode: failure.isProvidersOwnCode)
  }
}
