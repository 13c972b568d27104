import CLinux

/// What a descriptor is watched for.
public struct Interest: OptionSet, Sendable {
  /// The bits of epoll.
  public let rawValue: UInt32
  /// The interest that has these bits of epoll.
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  /// There is something to read, or the other side is gone.
  public static let read = Interest(rawValue: EPOLLIN.rawValue)
  /// There is room to write.
  public static let write = Interest(rawValue: EPOLLOUT.rawValue)
  /// Something is wrong with the descriptor, or its peer has hung up; reported without being asked for.
  public static let failed = Interest(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
}
