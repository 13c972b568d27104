public import HTTPServer

/// What a stand-in does with one request that it found in order.
public indirect enum Step: Sendable {
  /// Takes the message and answers as the provider does.
  case accept
  /// Refuses the message with one of the provider's own codes, such as Twilio's `21211`, and with the
  /// status that goes with it unless another is named.
  case refuse(code: String, status: Int? = nil)
  /// Answers a status, with the body that the provider sends along; the message is not taken.
  case status(Int, retryAfter: Duration? = nil)
  /// Answers this; the message is not taken.
  case answer(OutgoingResponse)
  /// Closes the connection without an answer; the message is not taken.
  case close
  /// Answers nothing and keeps the connection open until the sandbox stops; the message is not taken.
  case hang
  /// Takes the message first, whatever becomes of the answer: `.taken(.close)` is the lost answer.
  case taken(Step)
  /// Does nothing for a while, then this.
  case after(Duration, Step)
}

/// Which step comes next, for whom.
struct Script {
  private var byRecipient: [String: ArraySlice<Step>] = [:]
  private var forAnyone: ArraySlice<Step> = []
  private var standing: [String: Step] = [:]
  /// What is done when nothing else is said.
  var otherwise = Step.accept

  /// Adds steps, to be taken once each and in this order.
  mutating func append(_ steps: [Step], for recipient: String?) {
    if let recipient {
      byRecipient[Self.key(recipient), default: []] += steps
    } else {
      forAnyone += steps
    }
  }

  /// Sets what is done for a recipient whenever no step is left for it.
  mutating func always(_ step: Step, for recipient: String) {
    standing[Self.key(recipient)] = step
  }

  /// The recipient's own steps come before those for anyone, and both before what stands.
  mutating func next(for recipient: String) -> Step {
    let key = Self.key(recipient)
    return byRecipient[key]?.popFirst() ?? forAnyone.popFirst() ?? standing[key] ?? otherwise
  }

  /// Digits of a number, however it is written; an address without regard to case.
  static func key(_ recipient: String) -> String {
    recipient.contains("@")
      ? recipient.lowercased() : recipient.filter { $0.isASCII && $0.isNumber }
  }
}
