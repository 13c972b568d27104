/// The bytes of one request, at an address that stays the same while they are written: TLS wants
/// the very same pointer and length again after it could not take them.
struct OutgoingBuffer: ~Copyable {
  /// A buffer that grew past this is given back after its request.
  private static let keptCapacity = 64 << 10
  private var storage = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 10, alignment: 1)
  /// How many bytes it holds.
  private(set) var count = 0

  deinit { storage.deallocate() }

  /// The bytes from `offset` on; valid until the next change.
  func bytes(from offset: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: storage[offset..<count])
  }

  /// Empties the buffer.
  mutating func clear() {
    count = 0
    guard storage.count > Self.keptCapacity else { return }
    storage.deallocate()
    storage = .allocate(byteCount: 1 << 10, alignment: 1)
  }

  /// Adds bytes, which moves the buffer when it is full.
  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    if count + bytes.count > storage.count { grow(to: count + bytes.count) }
    UnsafeMutableRawBufferPointer(rebasing: storage[count...]).copyMemory(from: bytes)
    count += bytes.count
  }

  /// Adds bytes.
  mutating func append(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { append($0) }
  }

  /// Adds a text's UTF-8.
  mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }

  /// Adds a text that stands in the program.
  mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { append(UnsafeRawBufferPointer($0)) }
  }

  private mutating func grow(to needed: Int) {
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(needed, 2 * storage.count), alignment: 1)
    larger.copyMemory(from: bytes(from: 0))
    storage.deallocate()
    storage = larger
  }
}
