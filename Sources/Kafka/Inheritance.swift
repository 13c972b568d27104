/// What a partition's former owner left uncertain: which unfinished records it may have sent.
public struct Inheritance: Sendable, Equatable {
  private enum Doubt: Equatable {
    case none
    /// Only of these, ascending; the first `passed` of them lie behind.
    case listed([Int64], passed: Int)
    /// Of all below that offset.
    case below(Int64)
    /// Of the next so many.
    case next(Int)
  }

  /// What told the former owner from others; nil when there was none, or when it left no word.
  public let nonce: UInt64?
  private var doubt: Doubt

  /// What follows from a partition's last commit.
  /// - Parameters:
  ///   - metadata: what stood beside the committed offset; nil when there was none that could be read.
  ///   - wasEverCommitted: whether there is a committed offset at all: without, nobody took anything.
  ///   - mostInFlight: how many unfinished records are in doubt when the former owner left no word of how far it went.
  public init(metadata: CommitMetadata?, wasEverCommitted: Bool, mostInFlight: Int = 512) {
    nonce = metadata?.nonce
    doubt =
      if case .clean(let possiblyWritten) = metadata?.ending {
        .listed(possiblyWritten, passed: 0)
      } else if let metadata {
        .below(metadata.uncertainEnd)
      } else {
        wasEverCommitted ? .next(mostInFlight) : .none
      }
  }

  /// Nothing is in doubt.
  public static let none = Inheritance(metadata: nil, wasEverCommitted: false)

  /// Whether no record can be in doubt any more.
  public var isSettled: Bool {
    switch doubt {
    case .none: true
    case .listed(let offsets, let passed): passed == offsets.count
    case .below, .next: false
    }
  }

  /// Whether the former owner said which records it may have sent.
  public var isListed: Bool { if case .listed = doubt { true } else { false } }

  /// Whether the former owner may have sent a record, which is not done.
  ///
  /// To be asked once for each unfinished record of the assignment, in the order of offsets.
  public mutating func mayHaveBeenSent(_ offset: Int64) -> Bool {
    switch doubt {
    case .none:
      return false
    case .listed(let offsets, var passed):
      while passed < offsets.count, offsets[passed] < offset { passed += 1 }
      let isListed = passed < offsets.count && offsets[passed] == offset
      doubt = .listed(offsets, passed: isListed ? passed + 1 : passed)
      return isListed
    case .below(let end):
      if offset >= end { doubt = .none }
      return offset < end
    case .next(let count):
      doubt = count > 1 ? .next(count - 1) : .none
      return count > 0
    }
  }
}
