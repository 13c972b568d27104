import Delivery

/// Recipient, usage type and application of a request in one number: requests with the same one supersede each other.
struct OrderKey: Hashable {
  let value: UInt64

  /// A key that was published.
  init?(hex text: String) {
    guard text.utf8.count == 16, let value = UInt64(text, radix: 16) else { return nil }
    self.value = value
  }

  /// The key of a request; nil when it neither supersedes nor is superseded.
  /// - Parameters:
  ///   - request: the request.
  ///   - recipientHash: a keyed hash of its recipient. With it the key is the same in every process, and may be
  ///     published; without it the key is good for this process only, and must stay there.
  init?(_ request: Request, recipientHash: [UInt8]?) {
    guard request.supersedes else { return nil }
    var hash = FNV1a()
    if let recipientHash {
      for byte in recipientHash { hash.combine(byte) }
    } else {
      hash.combine(request.recipient.address)
    }
    hash.combine(request.usageType.rawValue)
    hash.combine(request.payload.applicationID ?? "")
    value = hash.value
  }

  /// As it is published: sixteen hexadecimal digits.
  var hex: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// The newest request for each order key, as long as older ones may wait in the own topics.
///
/// While nothing waits there nothing is noted: whoever waits in the process is superseded in its ``Lane``.
struct OrderBook {
  /// How many keys are remembered; what is oldest goes first.
  private static let capacity = 100_000

  /// How many records of the own topics are not done.
  private(set) var waitingCopies = 0
  private var newest: [OrderKey: Int64] = [:]
  private var order: [OrderKey] = []
  private var head = 0

  /// Whether requests are to be noted.
  var isOpen: Bool { waitingCopies > 0 }

  /// Notes that so many more records wait in the own topics, or fewer.
  mutating func addWaiting(_ count: Int) {
    waitingCopies = max(0, waitingCopies + count)
    if waitingCopies == 0, !newest.isEmpty {
      newest = [:]
      order = []
      head = 0
    }
  }

  /// Notes a request.
  /// - Parameters:
  ///   - key: its order key.
  ///   - offset: where it first stood in the requests partition.
  mutating func note(_ key: OrderKey, at offset: Int64) {
    if let known = newest[key] {
      newest[key] = max(known, offset)
      return
    }
    newest[key] = offset
    order.append(key)
    while newest.count > Self.capacity {
      newest[order[head]] = nil
      head += 1
    }
    if head > Self.capacity {
      order.removeFirst(head)
      head = 0
    }
  }

  /// Whether a newer request than the one that first stood at `offset` came.
  func isSuperseded(_ key: OrderKey, at offset: Int64) -> Bool {
    newest[key].map { $0 > offset } ?? false
  }
}

/// FNV-1a in 64 bits: <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>.
private struct FNV1a {
  private(set) var value: UInt64 = 14_695_981_039_346_656_037

  mutating func combine(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 1_099_511_628_211 }

  /// Combines the bytes and an end, so that two texts are told from one.
  mutating func combine(_ text: String) {
    let bytes = text.utf8Span.span
    for index in bytes.indices { combine(bytes[index]) }
    combine(0xFF)
  }
}
