import Digest
import HTTPServer

/// Something that happened in an inbox.
enum InboxEvent: Sendable {
  case message(Int)
  case conclusion(Int)
  case cleared
  case faults

  /// As the stream names it.
  var name: String {
    switch self {
    case .message: "message"
    case .conclusion: "conclusion"
    case .cleared: "cleared"
    case .faults: "faults"
    }
  }
}

/// Server-sent events: numbers them, remembers the last, writes them to whoever listens.
/// https://html.spec.whatwg.org/multipage/server-sent-events.html
///
/// A listener that does not read is cut off by its stream's limit; it comes back and is told what it
/// missed, or, when that is too long ago, to begin anew (`reset`).
struct EventHub {
  /// How much may wait for one listener, in bytes.
  static let bufferLimit = 2 << 20
  /// How many events can be told again.
  private static let remembered = 256

  /// Numbers begin anew with each process: this keeps them apart.
  private let run = randomBytes(6).hex
  private let limit: Int
  private var last = 0
  private var events: [(number: Int, event: InboxEvent)] = []
  private var listeners: [Int: ResponseStream] = [:]
  private var listenersBegun = 0

  init(limit: Int) { self.limit = limit }

  /// Tells an event; `json` is asked only when somebody listens.
  mutating func publish(_ event: InboxEvent, json: () -> [UInt8]) {
    last += 1
    events.append((last, event))
    if events.count >= 2 * Self.remembered { events.removeFirst(Self.remembered) }
    guard !listeners.isEmpty else { return }
    send(frame(event.name, last, json()))
  }

  /// Begins to tell events; nil when too many listen.
  mutating func subscribe(
    _ stream: ResponseStream, after lastEventID: String?, json: (Int) -> [UInt8]?
  ) -> Int? {
    guard listeners.count < limit else { return nil }
    listenersBegun += 1
    listeners[listenersBegun] = stream
    stream.write(Array("retry: 1000\n\n".utf8))
    guard let missed = missed(since: lastEventID) else {
      stream.write(frame("reset", last, Array("{}".utf8)))
      return listenersBegun
    }
    for (number, event) in missed {
      switch event {
      case .message(let id), .conclusion(let id):
        if let json = json(id) { stream.write(frame(event.name, number, json)) }
      case .cleared, .faults: stream.write(frame(event.name, number, Array("{}".utf8)))
      }
    }
    return listenersBegun
  }

  mutating func unsubscribe(_ number: Int) { listeners[number] = nil }

  /// A comment, which keeps proxies from closing the connection and finds clients that are gone.
  mutating func beat() { send(Array(": \n\n".utf8)) }

  mutating func close() {
    for stream in listeners.values { stream.end() }
    listeners = [:]
  }

  /// What came after an event; nil when that is not known any more, or when none is named.
  private func missed(since lastEventID: String?) -> [(number: Int, event: InboxEvent)]? {
    guard let parts = lastEventID?.split(separator: "-"), parts.count == 2, parts[0] == run,
      let number = Int(parts[1]), number <= last
    else { return nil }
    let missed = last - number
    guard missed <= min(events.count, Self.remembered) else { return nil }
    return events.suffix(missed)
  }

  private mutating func send(_ frame: [UInt8]) {
    for (number, stream) in listeners where !stream.write(frame) { listeners[number] = nil }
  }

  /// One event; JSON without white space has no line break that would end it.
  private func frame(_ name: String, _ number: Int, _ json: [UInt8]) -> [UInt8] {
    Array("id: \(run)-\(number)\nevent: \(name)\ndata: ".utf8) + json + Array("\n\n".utf8)
  }
}
