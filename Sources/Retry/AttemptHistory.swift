public import Delivery

/// What a request has been through, whichever process tried it.
public struct AttemptHistory: Sendable, Equatable {
  /// Tries used; what was throttled or held is none.
  public var tries: Int
  /// How many of them may have sent the message without saying so.
  public var ambiguousTries: Int
  /// When the first attempt began.
  public var firstAttemptAt: Timestamp?
  /// How often it waited without using a try.
  public var deferrals: Int
  /// How the last attempt ended; nil before the first, and in a process that did not make it.
  public var lastAnswer: Answer?

  /// A history; nothing has happened unless told.
  public init(
    tries: Int = 0, ambiguousTries: Int = 0, firstAttemptAt: Timestamp? = nil, deferrals: Int = 0,
    lastAnswer: Answer? = nil
  ) {
    self.tries = tries
    self.ambiguousTries = ambiguousTries
    self.firstAttemptAt = firstAttemptAt
    self.deferrals = deferrals
    self.lastAnswer = lastAnswer
  }

  /// Whether a message may have gone out that no provider has owned up to: a further one, if it is
  /// accepted, may be the second.
  public var possibleDuplicate: Bool { ambiguousTries > 0 }

  /// Notes an attempt.
  ///
  /// - Parameters:
  ///   - answer: how it ended.
  ///   - startedAt: when it began.
  public mutating func record(_ answer: Answer, startedAt: Timestamp) {
    firstAttemptAt = firstAttemptAt ?? startedAt
    lastAnswer = answer
    if answer.class.usesTry { tries += 1 } else { deferrals += 1 }
    if answer.class == .ambiguous { ambiguousTries += 1 }
  }
}

extension Answer.Class {
  /// Whether an attempt that ended so counts against the tries.
  var usesTry: Bool {
    switch self {
    case .accepted, .rejected, .transient, .ambiguous, .misconfigured(.destination): true
    case .throttled, .misconfigured(.account), .misconfigured(.template): false
    }
  }
}
