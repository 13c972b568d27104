/// Carries a value past Swift's checks for sharing.
///
/// Unchecked: a simulated world, its pipelines and their loops all run on the one thread that turns them.
struct Pinned<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}
