/// What a partition's former owner left uncertain: which unfinished records it may have sent.
public struct Inheritance: Sendable, Equatable {
  private enum Doubt: Equatable {
    case none
    /// Only of these, ascending; the first `passed` of them lie behind.
    case listed([Int64], passed: Int)
    /// Of all below `end`, and of so many more.
    case below(Int64, margin: Int)
  }

  /// What told the former owner from others; nil when there was none, or when it left no word.
  public let nonce: UInt64?
  private var doubt: Doubt

  /// What follows from a partition's last commit.
  /// - Parameters:
  ///   - metadata: what stood beside the committed offset; nil when there was none that could be read.
  ///   - wasEverCommitted: whether there is a committed offset at all: without, nobody took anything.
  ///   - margin: how many unfinished records an owner may have taken after its last commit.
  public init(metadata: CommitMetadata?, wasEverCommitted: Bool, margin: Int = 512) {
    nonce = metadata?.nonce
    doubt =
      if case .clean(let possiblyWritten) = metadata?.ending {
        .listed(possiblyWritten, passed: 0)
      } else if wasEverCommitted || metadata != nil {
        .below(metadata?.uncertainEnd ?? .min, margin: margin)
      } else {
        .none
      }
  }

  /// Nothing is in doubt.
  public static let none = Inheritance(metadata: nil, wasEverCommitted: false)

  /// Whether no record can be in doubt any more.
  public var isSettled: Bool {
    switch doubt {
    case .none: true
    case .listed(let offsets, let passed): passed == offsets.count
    case .below: false
    }
  }

  /// Whether the former owner said which records it may have sent.
  public var isListed: Bool { if case .listed = doubt { true } else { false } }

  /// Whether the former owner may have sent a record, which is not done.
  ///
  /// To be asked once for each unfinished record of the assignment, in the order of offsets: the margin
  /// counts the questions.
  public mutating func mayHaveBeenSent(_ offset: Int64) -> Bool {
    switch doubt {
    case .none:
      return false
    case .listed(let offsets, var passed):
      while passed < offsets.count, offsets[passed] < offset { passed += 1 }
      let isListed = passed < offsets.count && offsets[passed] == offset
      doubt = .listed(offsets, passed: isListed ? passed + 1 : passed)
      return isListed
    case .below(let end, let margin):
      if offset < end { return true }
      doubt = margin > 1 ? .below(end, margin: margin - 1) : .none
      return margin > 0
    }
  }
}
