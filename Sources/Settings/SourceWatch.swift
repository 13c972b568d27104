/// Finds out whether what a configuration was made of has changed since it was read.
///
/// It reads instead of waiting to be told: the kernel's notices know neither network folders nor what lies behind a
/// chain of links, and a few small files cost less than a thousandth of a second. A change counts once it has held
/// still from one look to the next, so that a save in several steps is one change.
public struct SourceWatch: Sendable {
  private let read: [ConfigurationSource]
  private var seen: [ConfigurationSource]?

  /// A watch over what a reading went by.
  public init(_ sources: [ConfigurationSource]) { read = sources }

  /// Looks at every source; not to be called on the event loop.
  /// - Returns: whether something is different from what was read, and the same as at the last look.
  public mutating func look() -> Bool {
    let current = read.map { $0.lookedAtAgain() }
    guard current != read else {
      seen = nil
      return false
    }
    defer { seen = current }
    return current == seen
  }
}
