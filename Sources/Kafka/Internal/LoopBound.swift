/// Carries a reference through another thread back to the loop that owns it.
///
/// Unchecked: the reference is only looked at on the loop, where its owner lives; other threads
/// merely keep the box.
final class LoopBound<Value: AnyObject>: @unchecked Sendable {
  private(set) weak var value: Value?

  init(_ value: Value) { self.value = value }
}
