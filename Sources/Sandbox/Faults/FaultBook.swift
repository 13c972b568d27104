import Synchronization

/// The faults that are pending, for all stand-ins.
///
/// May be used from any thread.
public final class FaultBook: Sendable {
  /// How many can be pending.
  public static let limit = 1_000

  /// A fault that is pending, and its number.
  public struct Entry: Sendable {
    /// Its number, from 1.
    public let id: Int
    /// The fault; its `times` count what is left.
    public internal(set) var fault: Fault
  }
  private struct State {
    var entries: [Entry] = []
    var begun = 0
    var onChange: (@Sendable () -> Void)?
  }
  private let state = Mutex(State())

  /// A book without faults.
  public init() {}

  /// Adds a fault behind those that are pending.
  /// - Returns: its number; nil when ``limit`` faults are pending.
  @discardableResult
  public func add(_ fault: Fault) -> Int? {
    let id = state.withLock { state -> Int? in
      guard state.entries.count < Self.limit else { return nil }
      state.begun += 1
      state.entries.append(Entry(id: state.begun, fault: fault))
      return state.begun
    }
    tellChange()
    return id
  }

  /// What is pending, oldest first.
  public var pending: [Entry] { state.withLock { $0.entries } }

  /// Takes a fault back, or all of them.
  /// - Returns: whether there was any such.
  @discardableResult
  public func remove(_ id: Int? = nil) -> Bool {
    let isFound = state.withLock { state in
      let count = state.entries.count
      state.entries.removeAll { id == nil || $0.id == id }
      return state.entries.count < count
    }
    if isFound { tellChange() }
    return isFound
  }

  /// The oldest fault that a request meets, one time less of which is left.
  /// - Parameters:
  ///   - provider: the stand-in.
  ///   - recipient: nil while it is not known.
  ///   - stage: where in a dialogue of SMTP; nil for HTTP.
  /// - Returns: the fault; nil when there is none.
  func next(for provider: String, recipient: String?, at stage: Fault.Stage? = nil) -> Fault? {
    let fault = state.withLock { state -> Fault? in
      guard !state.entries.isEmpty else { return nil }
      let key = recipient.map(Script.key)
      let index = state.entries.firstIndex { entry in
        let fault = entry.fault
        if let wanted = fault.provider, wanted != provider { return false }
        if let wanted = fault.recipient, Script.key(wanted) != key { return false }
        return stage.map { fault.suitsMail && fault.mailStage == $0 } ?? (fault.stage == nil)
      }
      guard let index else { return nil }
      defer {
        state.entries[index].fault.times -= 1
        if state.entries[index].fault.times == 0 { state.entries.remove(at: index) }
      }
      return state.entries[index].fault
    }
    if fault != nil { tellChange() }
    return fault
  }

  /// Calls `action` whenever something was added, used or taken back.
  func onChange(_ action: @escaping @Sendable () -> Void) {
    state.withLock { $0.onChange = action }
  }

  private func tellChange() { state.withLock { $0.onChange }?() }
}
