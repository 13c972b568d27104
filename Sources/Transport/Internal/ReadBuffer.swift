/// Room for one read, shared by all connections of a loop: what was read is used up before the next.
final class ReadBuffer {
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 1)

  deinit { memory.deallocate() }

  /// The first `count` bytes; valid until the next read.
  func prefix(_ count: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeRawBufferPointer(rebasing: memory[..<count]).bindMemory(to: UInt8.self)
  }
}
