public import Delivery
public import HTTPServer

/// A message that a stand-in took: what a phone or mailbox would have got.
public struct SandboxMessage: Sendable {
  /// The stand-in's name.
  public var provider: String
  /// The id that the answer gave it.
  public var id: String
  /// To whom, as the request said it.
  public var recipient: String
  /// What the recipient reads; for a provider that writes the text itself, what it was given for it.
  public var text: String
  /// From whom, when the request said it.
  public var sender: String?
  /// All that was read of it.
  public var submission: Submission
  /// The header `Idempotency-Key`.
  public var idempotencyKey: String?
  /// When it was taken.
  public var takenAt: Timestamp
  /// The request that carried it.
  public var request: IncomingRequest
}

/// A request that a stand-in got, whatever it came to.
public struct SandboxAttempt: Sendable {
  /// The request.
  public var request: IncomingRequest
  /// To whom; nil when the request was not in order.
  public var recipient: String?
  /// What was wrong with the request; nil when it was in order.
  public var problem: String?
  /// When it came.
  public var receivedAt: Timestamp
}

/// The last of many: as many as are asked for at least, twice as many at most; fewer when they are heavy.
struct History<Element: Sendable>: Sendable {
  private(set) var elements: [Element] = []
  /// How many there have been, those forgotten included.
  private(set) var total = 0
  private var bytes = 0
  private let limit: Int
  private let byteLimit: Int
  private let weight: @Sendable (Element) -> Int

  /// A history that remembers at least `limit` elements, or about `byteLimit` bytes of them.
  init(
    limit: Int, byteLimit: Int = 64 << 20, weight: @escaping @Sendable (Element) -> Int
  ) {
    self.limit = limit
    self.byteLimit = byteLimit
    self.weight = weight
  }

  mutating func append(_ element: Element) {
    elements.append(element)
    total += 1
    bytes += weight(element)
    if elements.count >= limit * 2 {
      forget(elements.count - limit)
    } else if bytes > byteLimit {
      forget((elements.count + 1) / 2)
    }
  }

  private mutating func forget(_ count: Int) {
    elements.removeFirst(count)
    bytes = elements.reduce(0) { $0 + weight($1) }
  }
}
