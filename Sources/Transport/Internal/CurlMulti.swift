import CCurl
import EventLoop
import Glibc

/// libcurl's multi handle on the loop: it opens connections and, told to, closes them.
///
/// libcurl calls back out of `curl_multi_add_handle`, `curl_multi_remove_handle` and
/// `curl_multi_socket_action`. The callbacks note what they are told and call nothing of libcurl's;
/// no property is being changed while one of these functions runs. All of it happens on the loop's
/// thread. libcurl holds this object unretained: it is cleaned up in `deinit`, before the memory goes.
final class CurlMulti {
  private let raw: UnsafeMutableRawPointer
  private let loop: EventLoop
  private var timer: TimerToken?
  private var openings: [UnsafeMutableRawPointer: (CURLcode) -> Void] = [:]
  /// Sockets that were handed over, and whom to tell should libcurl close one by itself.
  private var handedOver: [Int32: () -> Void] = [:]

  /// libcurl's own set-up, once for the process.
  ///
  /// Writing to a socket that its peer has closed is an error here, not the end of the process.
  private static let prepared: Void = {
    precondition(curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, "libcurl does not start")
    Signals.ignoreBrokenPipes()
  }()

  init(loop: EventLoop) {
    _ = Self.prepared
    if let complaint = CurlVersion.complaint { fatalError(complaint) }
    guard let raw = curl_multi_init() else { fatalError("no memory for libcurl") }
    self.raw = raw
    self.loop = loop
    let context = Unmanaged.passUnretained(self).toOpaque()
    otp_multi_set_pointer(raw, CURLMOPT_SOCKETDATA, context)
    otp_multi_set_pointer(raw, CURLMOPT_TIMERDATA, context)
    otp_multi_set_socket_function(raw, onSocket)
    otp_multi_set_timer_function(raw, onTimer)
    // Never prunes: what is kept is decided here.
    otp_multi_set_long(raw, CURLMOPT_MAXCONNECTS, 1 << 20)
  }

  deinit {
    otp_multi_set_socket_function(raw, nil)
    otp_multi_set_timer_function(raw, nil)
    curl_multi_cleanup(raw)
  }

  /// Lets this object close the sockets of an easy handle.
  func closesSockets(of handle: UnsafeMutableRawPointer) {
    otp_easy_set_pointer(
      handle, CURLOPT_CLOSESOCKETDATA, Unmanaged.passUnretained(self).toOpaque())
    otp_easy_set_close_function(handle, onCloseSocket)
  }

  // MARK: - Connections

  /// Opens the handle's connection; `completion` is called later, once, unless it is closed first.
  func open(_ handle: CurlHandle, completion: @escaping (Opening) -> Void) {
    handle.clearError()
    openings[handle.raw] = { [unowned handle] in completion(handle.opening($0)) }
    let result = curl_multi_add_handle(raw, handle.raw)
    precondition(result == CURLM_OK, "a handle was opened twice")
  }

  /// From now on the descriptor's events go to `handler`.
  func handOver(
    _ descriptor: Int32, onLoss: @escaping () -> Void, handler: @escaping (Interest) -> Void
  ) {
    handedOver[descriptor] = onLoss
    loop.watch(descriptor, for: .read, handler: handler)
  }

  /// Closes the handle's connection, open or being opened; the handle may be opened again.
  /// - Parameters:
  ///   - handle: the handle.
  ///   - descriptor: the socket, if it was handed over.
  func close(_ handle: CurlHandle, descriptor: Int32?) {
    openings[handle.raw] = nil
    if let descriptor {
      handedOver[descriptor] = nil
      loop.unwatch(descriptor)
      // What TLS still holds back must not go out now.
      shutdown(descriptor, Int32(SHUT_RDWR))
    }
    curl_multi_remove_handle(raw, handle.raw)
  }

  // MARK: - What libcurl asks for

  fileprivate func watch(_ descriptor: Int32, what: Int32) {
    guard handedOver[descriptor] == nil else { return }
    guard what != CURL_POLL_REMOVE else { return loop.unwatch(descriptor) }
    var interest: Interest = []
    if what & CURL_POLL_IN != 0 { interest.insert(.read) }
    if what & CURL_POLL_OUT != 0 { interest.insert(.write) }
    loop.watch(descriptor, for: interest) { [unowned self] in act(descriptor, $0) }
  }

  fileprivate func closeSocket(_ descriptor: Int32) -> Int32 {
    loop.unwatch(descriptor)
    handedOver.removeValue(forKey: descriptor)?()
    return Glibc.close(descriptor)
  }

  fileprivate func setTimer(milliseconds: Int) {
    if let timer { loop.cancel(timer) }
    timer = nil
    guard milliseconds >= 0 else { return }
    timer = loop.schedule(after: .milliseconds(milliseconds)) { [unowned self] in
      timer = nil
      act(CURL_SOCKET_TIMEOUT, [])
    }
  }

  private func act(_ descriptor: Int32, _ events: Interest) {
    var flags: Int32 = 0
    if events.contains(.read) { flags |= CURL_CSELECT_IN }
    if events.contains(.write) { flags |= CURL_CSELECT_OUT }
    if !events.isDisjoint(with: .failed) { flags |= CURL_CSELECT_ERR }
    var running: Int32 = 0
    curl_multi_socket_action(raw, descriptor, flags, &running)
    complete()
  }

  private func complete() {
    var left: Int32 = 0
    while let message = curl_multi_info_read(raw, &left) {
      guard let handle = message.pointee.easy_handle else { continue }
      let result = message.pointee.data.result
      openings.removeValue(forKey: handle)?(result)
    }
  }
}

private func onSocket(
  _: UnsafeMutableRawPointer?, descriptor: curl_socket_t, what: Int32,
  context: UnsafeMutableRawPointer?, _: UnsafeMutableRawPointer?
) -> Int32 {
  if let context {
    Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue()
      .watch(descriptor, what: what)
  }
  return 0
}

private func onTimer(
  _: UnsafeMutableRawPointer?, milliseconds: Int, context: UnsafeMutableRawPointer?
) -> Int32 {
  if let context {
    Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue()
      .setTimer(milliseconds: milliseconds)
  }
  return 0
}

private func onCloseSocket(
  context: UnsafeMutableRawPointer?, descriptor: curl_socket_t
) -> Int32 {
  guard let context else { return close(descriptor) }
  return Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().closeSocket(descriptor)
}
