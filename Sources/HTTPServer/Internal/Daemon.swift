import CMicrohttpd
import Glibc
import Synchronization

/// A libmicrohttpd daemon with its callbacks.
///
/// Unchecked: the handle is written once, in `init`, and used by whoever stops first.
/// Callbacks run on the daemon's threads and get this object unretained: it outlives them, as `stop`
/// joins them.
final class Daemon: @unchecked Sendable {
  private struct Waiting {
    var isStopping = false
    var requests: [ObjectIdentifier: OpenRequest] = [:]
  }
  private let handler: HTTPListener.Handler
  private let bodyBytes: Int
  private let waiting = Mutex(Waiting())
  private let isStopped = Mutex(false)
  private var handle: OpaquePointer?

  /// Takes the socket over: it is closed by `stop`, or here when the daemon does not start.
  init(
    _ socket: ListeningSocket, limits: ListenerLimits, handler: @escaping HTTPListener.Handler
  ) throws(ListenerError) {
    self.handler = handler
    bodyBytes = limits.bodyBytes
    // Not epoll: up to 0.9.75 at least, exactly 128 events at a time (128 connections in step, say)
    // make libmicrohttpd wait for one more before it looks at them. https://git.gnunet.org/libmicrohttpd.git
    // (daemon.c, MHD_epoll: the loop around epoll_wait keeps its timeout).
    let flags =
      MHD_USE_POLL_INTERNAL_THREAD.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue
    handle = otp_mhd_start(
      flags, socket.descriptor, daemonTakesRequest, daemonBeginsRequest, daemonEndsRequest,
      Unmanaged.passUnretained(self).toOpaque(), UInt32(limits.connections),
      UInt32(limits.idle.components.seconds), UInt32(limits.threads))
    guard handle != nil else {
      let code = errno
      close(socket.descriptor)
      throw .system(code: code)
    }
  }

  /// Returns when all threads have ended, for whoever asks second as well.
  func stop() {
    let requests = waiting.withLock { waiting in
      waiting.isStopping = true
      return Array(waiting.requests.values)
    }
    // libmicrohttpd aborts the process when a connection is still suspended as it stops.
    for request in requests {
      request.conclude(.drop)
      request.cutStream()
    }
    isStopped.withLock { isStopped in
      if !isStopped, let handle { MHD_stop_daemon(handle) }
      isStopped = true
    }
  }

  /// Called for the head, for each piece of the body, at its end, and once more after a wait.
  fileprivate func proceed(
    _ request: OpenRequest, _ connection: OpaquePointer, method: String,
    upload: UnsafeRawBufferPointer
  ) -> MHD_Result {
    if !request.isHeadRead {
      request.isHeadRead = true
      request.incoming.method = method
      request.incoming.headers = headers(of: connection)
      return .YES
    }
    if !upload.isEmpty {
      return request.append(upload, limit: bodyBytes) ? .YES : .NO
    }
    if request.isTooLarge { return send(OutgoingResponse(status: 413), to: connection) }
    if !request.isHandedOver {
      request.isHandedOver = true
      handler(request.incoming, Responder(request: request))
      suspendUnlessConcluded(request)
    }
    switch request.conclusion {
    case .response(let response): return send(response, to: connection)
    case .stream(let head, let body): return send(head, body, of: request, to: connection)
    case .drop: return .NO
    case nil: return .YES
    }
  }

  fileprivate func forget(_ request: OpenRequest) {
    waiting.withLock { _ = $0.requests.removeValue(forKey: ObjectIdentifier(request)) }
    request.close()
  }

  private func suspendUnlessConcluded(_ request: OpenRequest) {
    guard request.conclusion == nil else { return }
    waiting.withLock { waiting in
      guard !waiting.isStopping else {
        request.conclude(.drop)
        return
      }
      waiting.requests[ObjectIdentifier(request)] = request
      request.suspendUnlessConcluded()
    }
  }

  private func send(_ response: OutgoingResponse, to connection: OpaquePointer) -> MHD_Result {
    var body = response.body
    let reply = MHD_create_response_from_buffer(body.count, &body, .RESPMEM_MUST_COPY)
    guard let reply else { return .NO }
    defer { MHD_destroy_response(reply) }
    for (name, value) in response.headers {
      MHD_add_response_header(reply, name, value)
    }
    return MHD_queue_response(connection, UInt32(response.status), reply)
  }

  private func send(
    _ head: OutgoingResponse, _ body: StreamedBody, of request: OpenRequest,
    to connection: OpaquePointer
  ) -> MHD_Result {
    // A body that waits is a suspended connection too, so `stop` has to know of it.
    let isStopping = waiting.withLock { waiting in
      waiting.requests[ObjectIdentifier(request)] = request
      return waiting.isStopping
    }
    if isStopping { return .NO }
    body.begin(on: connection)
    // Released by `streamIsForgotten`, with the response.
    let context = Unmanaged.passRetained(body).toOpaque()
    let reply = MHD_create_response_from_callback(
      .max, 16_384, streamIsRead, context, streamIsForgotten)
    guard let reply else {
      Unmanaged<StreamedBody>.fromOpaque(context).release()
      return .NO
    }
    defer { MHD_destroy_response(reply) }
    for (name, value) in head.headers { MHD_add_response_header(reply, name, value) }
    return MHD_queue_response(connection, UInt32(head.status), reply)
  }

  private func headers(of connection: OpaquePointer) -> [(name: String, value: String)] {
    var headers: [(name: String, value: String)] = []
    withUnsafeMutablePointer(to: &headers) {
      _ = MHD_get_connection_values(connection, .HEADER_KIND, daemonReadsHeader, $0)
    }
    return headers
  }
}

private func daemonBeginsRequest(
  _: UnsafeMutableRawPointer?, target: UnsafePointer<CChar>?, connection: OpaquePointer?
) -> UnsafeMutableRawPointer? {
  guard let target, let connection else { return nil }
  let request = OpenRequest(target: String(cString: target), connection: connection)
  // Released in `daemonEndsRequest`, which is called for every request that has begun.
  return Unmanaged.passRetained(request).toOpaque()
}

private func daemonTakesRequest(
  _ context: UnsafeMutableRawPointer?, connection: OpaquePointer?, _: UnsafePointer<CChar>?,
  method: UnsafePointer<CChar>?, _: UnsafePointer<CChar>?, upload: UnsafePointer<CChar>?,
  uploadSize: UnsafeMutablePointer<Int>?,
  requestContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
  guard let context, let connection, let method, let uploadSize,
    let requestContext = requestContext?.pointee
  else { return .NO }
  let daemon = Unmanaged<Daemon>.fromOpaque(context).takeUnretainedValue()
  let request = Unmanaged<OpenRequest>.fromOpaque(requestContext).takeUnretainedValue()
  let bytes = UnsafeRawBufferPointer(start: upload, count: uploadSize.pointee)
  uploadSize.pointee = 0
  return daemon.proceed(request, connection, method: String(cString: method), upload: bytes)
}

private func daemonEndsRequest(
  _ context: UnsafeMutableRawPointer?, _: OpaquePointer?,
  requestContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _: MHD_RequestTerminationCode
) {
  guard let context, let pointer = requestContext?.pointee else { return }
  requestContext?.pointee = nil
  let request = Unmanaged<OpenRequest>.fromOpaque(pointer).takeRetainedValue()
  Unmanaged<Daemon>.fromOpaque(context).takeUnretainedValue().forget(request)
}

private func streamIsRead(
  _ context: UnsafeMutableRawPointer?, _: UInt64, buffer: UnsafeMutablePointer<CChar>?, size: Int
) -> Int {
  guard let context, let buffer else { return -2 }
  return Unmanaged<StreamedBody>.fromOpaque(context).takeUnretainedValue()
    .read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size))
}

private func streamIsForgotten(_ context: UnsafeMutableRawPointer?) {
  guard let context else { return }
  Unmanaged<StreamedBody>.fromOpaque(context).release()
}

private func daemonReadsHeader(
  _ context: UnsafeMutableRawPointer?, _: MHD_ValueKind, name: UnsafePointer<CChar>?,
  value: UnsafePointer<CChar>?
) -> MHD_Result {
  guard let context, let name else { return .NO }
  context.assumingMemoryBound(to: [(name: String, value: String)].self).pointee
    .append((String(cString: name), value.map { String(cString: $0) } ?? ""))
  return .YES
}
