import EventLoop

extension Clock {
  /// Seconds since 1970.
  var seconds: Int { Int(wallMilliseconds / 1_000) }
}
