/// Code that reads what strangers wrote, and what must hold whatever they wrote.
///
/// The fuzzer calls `check` with inputs that it makes up (`make fuzz`); a test calls it with those in `Corpus`, so that neither rots.
struct FuzzTarget: Sendable {
  /// Names the folder of its seeds, and the target on the command line.
  let name: String
  /// What must hold for one input.
  let check: @Sendable ([UInt8]) throws(Violation) -> Void

  static let all = [
    FuzzTarget(name: "json", check: checkJSON),
    FuzzTarget(name: "http-response", check: checkHTTPResponse),
    FuzzTarget(name: "smtp-replies", check: checkSMTPReplies),
    FuzzTarget(name: "smtp-dialogue", check: checkSMTPDialogue),
    FuzzTarget(name: "template", check: checkTemplate),
    FuzzTarget(name: "commit-metadata", check: checkCommitMetadata),
    FuzzTarget(name: "ledger", check: checkLedger),
    FuzzTarget(name: "request", check: checkRequest),
  ]
}

/// Something that must hold and did not.
struct Violation: Error, CustomStringConvertible {
  let description: String
}

/// Ends a check whose condition does not hold.
func require(
  _ condition: Bool, _ what: @autoclosure () -> String
) throws(Violation) {
  guard condition else { throw Violation(description: what()) }
}
