import Delivery
import HTTPServer
import Synchronization

/// What of an ``Inbox`` is kept; beyond it the oldest go.
public struct InboxLimits: Sendable {
  /// How many messages.
  public var messages: Int
  /// About how many bytes of messages.
  public var bytes: Int
  /// How many may wait for a message, and how many may listen to events.
  public var waiters = 256
  /// See ``waiters``.
  public var subscribers = 64

  /// Limits.
  public init(messages: Int = 10_000, bytes: Int = 128 << 20) {
    self.messages = messages
    self.bytes = bytes
  }
}

/// The messages that all stand-ins took, and who wants to know of them.
///
/// May be used from any thread.
public final class Inbox: Sendable {
  private struct State {
    var messages: [Int: InboxMessage] = [:]
    var oldest = 1
    var newest = 0
    var bytes = 0
    /// Ids by provider's id and by reference, for conclusions.
    var ids: [String: [Int]] = [:]
    var waiters: [Int: Waiter] = [:]
    var waitersBegun = 0
    var events: EventHub
  }
  private struct Waiter {
    let filter: InboxFilter
    let action: @Sendable (InboxMessage?) -> Void
  }

  private let limits: InboxLimits
  private let state: Mutex<State>

  /// An empty inbox.
  public init(limits: InboxLimits = InboxLimits()) {
    self.limits = limits
    state = Mutex(State(events: EventHub(limit: limits.subscribers)))
  }

  // MARK: - Messages

  /// Takes a message, finds its code if it names none, and tells whoever waits.
  /// - Returns: its id.
  @discardableResult
  public func add(_ message: InboxMessage) -> Int {
    var message = message
    if message.code == nil {
      message.code = CodeFinder.code(in: message.text, subject: message.subject)
    }
    let (id, waiters) = state.withLock { state in
      state.newest += 1
      message.id = state.newest
      state.messages[message.id] = message
      state.bytes += message.weight
      for key in Self.keys(of: message) { state.ids[key, default: []].append(message.id) }
      while state.messages.count > limits.messages
        || (state.bytes > limits.bytes && state.messages.count > 1)
      {
        Self.dropOldest(&state)
      }
      state.events.publish(.message(message.id)) { message.json(summary: true) }
      let done = state.waiters.filter { $0.value.filter.matches(message) }
      for number in done.keys { state.waiters[number] = nil }
      return (message.id, done.values)
    }
    for waiter in waiters { waiter.action(message) }
    return id
  }

  /// The messages that are asked for, newest first.
  public func messages(matching filter: InboxFilter = InboxFilter(), limit: Int = .max)
    -> [InboxMessage]
  {
    state.withLock { state in
      var found: [InboxMessage] = []
      var id = state.newest
      while id >= state.oldest, found.count < limit {
        if let message = state.messages[id], filter.matches(message) { found.append(message) }
        id -= 1
      }
      return found
    }
  }

  /// The message with an id; nil when there is none, or no more.
  public func message(_ id: Int) -> InboxMessage? { state.withLock { $0.messages[id] } }

  /// How many messages are kept.
  public var count: Int { state.withLock { $0.messages.count } }

  /// Forgets all messages; ids go on.
  public func clear() {
    state.withLock { state in
      state.messages = [:]
      state.ids = [:]
      state.bytes = 0
      state.oldest = state.newest + 1
      state.events.publish(.cleared) { Array("{}".utf8) }
    }
  }

  /// Attaches what the worker made of a request to the messages that came of it, and tells who listens.
  /// - Returns: whether there were any.
  @discardableResult
  public func note(_ conclusion: InboxConclusion) -> Bool {
    state.withLock { state in
      // The provider's id names one message; the event's id names those of all tries.
      var ids = Set(conclusion.providerMessageID.flatMap { state.ids["p:\(Self.bare($0))"] } ?? [])
      ids.formUnion(conclusion.eventID.flatMap { state.ids["r:\($0)"] } ?? [])
      for id in ids.sorted() {
        state.messages[id]?.conclusion = conclusion
        guard let message = state.messages[id] else { continue }
        state.events.publish(.conclusion(id)) { message.json(summary: true) }
      }
      return !ids.isEmpty
    }
  }

  private static func keys(of message: InboxMessage) -> [String] {
    var keys = ["p:\(message.providerMessageID)"]
    guard let reference = message.reference else { return keys }
    keys.append("r:\(eventID(in: reference))")
    // A worker may know a mail by its Message-ID.
    if message.channel == .email { keys.append("p:\(bare(reference))") }
    return keys
  }

  /// An id without the angle brackets of a `Message-ID`.
  private static func bare(_ id: String) -> String {
    id.hasPrefix("<") && id.hasSuffix(">") ? String(id.dropFirst().dropLast()) : id
  }

  /// The event's id in an `Idempotency-Key`: percent-decoded, without the `/r1` of a replay.
  static func eventID(in reference: String) -> String {
    var name = reference[...]
    if let slash = name.lastIndex(of: "/") {
      let mark = name[name.index(after: slash)...]
      if mark.first == "r", mark.count > 1, mark.dropFirst().allSatisfy(\.isWholeNumber) {
        name = name[..<slash]
      }
    }
    return IncomingRequest(method: "", target: String(name)).path
  }

  private static func dropOldest(_ state: inout State) {
    while state.oldest <= state.newest {
      defer { state.oldest += 1 }
      guard let message = state.messages.removeValue(forKey: state.oldest) else { continue }
      state.bytes -= message.weight
      for key in keys(of: message) {
        state.ids[key]?.removeAll { $0 == message.id }
        if state.ids[key]?.isEmpty ?? false { state.ids[key] = nil }
      }
      return
    }
  }

  // MARK: - Waiting

  /// Calls `action` once with a message that is asked for: at once when there is one, else when it comes.
  /// - Returns: a number for ``giveUp(_:)``; nil when `action` was called, or when too many wait.
  func wait(
    for filter: InboxFilter, action: @escaping @Sendable (InboxMessage?) -> Void
  ) -> Int? {
    let (number, found) = state.withLock { state -> (Int?, InboxMessage?) in
      var id = state.newest
      while id >= state.oldest {
        if let message = state.messages[id], filter.matches(message) { return (nil, message) }
        id -= 1
      }
      guard state.waiters.count < limits.waiters else { return (nil, nil) }
      state.waitersBegun += 1
      state.waiters[state.waitersBegun] = Waiter(filter: filter, action: action)
      return (state.waitersBegun, nil)
    }
    if number == nil { action(found) }
    return number
  }

  /// Calls a waiter's action with nil, if it still waits.
  func giveUp(_ number: Int) {
    let waiter = state.withLock { $0.waiters.removeValue(forKey: number) }
    waiter?.action(nil)
  }

  // MARK: - Events

  /// Sends events to `stream` from now on, those after `lastEventID` first.
  /// - Returns: false when too many listen.
  func subscribe(_ stream: ResponseStream, after lastEventID: String?) -> Bool {
    let number = state.withLock { state -> Int? in
      // The hub cannot look a message up by itself: it is a part of this state.
      let messages = state.messages
      return state.events.subscribe(stream, after: lastEventID) {
        messages[$0]?.json(summary: true)
      }
    }
    guard let number else { return false }
    stream.onClose { [weak self] in self?.state.withLock { $0.events.unsubscribe(number) } }
    return true
  }

  /// Lets every listener know that the connection lives, and finds those that are gone.
  func beat() { state.withLock { $0.events.beat() } }

  /// Tells listeners that the faults have changed.
  func tellFaults() {
    state.withLock { $0.events.publish(.faults) { Array("{}".utf8) } }
  }

  /// Lets every waiter and listener go.
  func close() {
    let waiters = state.withLock { state in
      state.events.close()
      defer { state.waiters = [:] }
      return state.waiters.values.map(\.self)
    }
    for waiter in waiters { waiter.action(nil) }
  }
}
