import Glibc
import Testing

/// Two connected, non-blocking descriptors that are closed at the end.
final class DescriptorPair {
  /// For a pipe the end that reads.
  let near: Int32
  /// For a pipe the end that writes.
  private(set) var far: Int32

  private init(_ descriptors: (Int32, Int32)) { (near, far) = descriptors }

  deinit {
    close(near)
    closeFar()
  }

  static func pipe() throws -> DescriptorPair {
    var ends: [Int32] = [-1, -1]
    try #require(Glibc.pipe(&ends) == 0)
    for end in ends { try #require(fcntl(end, F_SETFL, O_NONBLOCK) == 0) }
    return DescriptorPair((ends[0], ends[1]))
  }

  /// Both ends read and write.
  static func sockets() throws -> DescriptorPair {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    try #require(socketpair(AF_UNIX, kind, 0, &ends) == 0)
    return DescriptorPair((ends[0], ends[1]))
  }

  /// Makes `near` readable.
  func send(_ bytes: String = "x") {
    #expect(write(far, bytes, bytes.utf8.count) == bytes.utf8.count)
  }

  /// What there is to read at `near`, up to 64 bytes.
  func receive() -> String {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(near, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  func closeFar() {
    guard far >= 0 else { return }
    close(far)
    far = -1
  }
}
