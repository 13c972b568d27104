import CCurl
import Delivery
import EventLoop

/// How opening a connection ended.
enum Opening {
  case opened(descriptor: Int32)
  case failed(TransportFailure)
}

/// One easy handle that opens connections to one server, one after the other.
///
/// Used again, it resumes its TLS session. The texts that libcurl is given are copied by it; the
/// error text is written by it and lives as long as the handle.
final class CurlHandle {
  let raw: UnsafeMutableRawPointer
  private let errorText: UnsafeMutablePointer<CChar>
  /// What a mail server said while a connection was being opened; nil for HTTP.
  var transcript: SMTPTranscript?
  /// libcurl's code for the last opening of a connection to a mail server that failed.
  var lastResult = CURLE_OK
  /// Texts that libcurl reads where they are.
  var heldTexts: UnsafeMutablePointer<curl_slist>?

  /// libcurl's own file of authorities, or Debian's where it was built without.
  private static var builtInAuthorities: String {
    let path = otp_version_info().pointee.cainfo
    return path.map { String(cString: $0) } ?? "/etc/ssl/certs/ca-certificates.crt"
  }

  /// A handle that opens connections to an HTTP server; `multi` closes their sockets.
  convenience init(origin: HTTPOrigin, options: ClientOptions, multi: CurlMulti) {
    self.init(
      url: origin.url, protocols: "http,https", limit: options.connectTimeout, options: options,
      multi: multi)
    // The default would agree with the server on HTTP/2, which is not spoken here.
    set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
  }

  /// What every handle has in common.
  init(url: String, protocols: String, limit: Duration, options: ClientOptions, multi: CurlMulti) {
    guard let raw = curl_easy_init() else { fatalError("no memory for a libcurl handle") }
    self.raw = raw
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    set(CURLOPT_URL, url)
    set(CURLOPT_CONNECT_ONLY, 1)
    set(CURLOPT_PROTOCOLS_STR, protocols)
    set(CURLOPT_NOSIGNAL, 1)
    // Without it, closing waits for a name that is still being looked up.
    set(CURLOPT_QUICK_EXIT, 1)
    set(CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(limit / .milliseconds(1))))
    set(CURLOPT_CAINFO, options.caFile ?? Self.builtInAuthorities)
    // With a directory of authorities libcurl reads them anew for each connection: 19 ms each.
    set(CURLOPT_CAPATH, nil)
    setProxy(options.proxy)
    otp_easy_set_pointer(raw, CURLOPT_ERRORBUFFER, errorText)
    multi.closesSockets(of: raw)
  }

  deinit {
    curl_easy_cleanup(raw)
    curl_slist_free_all(heldTexts)
    errorText.deallocate()
  }

  private func setProxy(_ proxy: ClientOptions.Proxy?) {
    // An empty text keeps the environment's proxies out.
    set(CURLOPT_PROXY, proxy?.url ?? "")
    guard let proxy else { return }
    set(CURLOPT_HTTPPROXYTUNNEL, 1)
    set(CURLOPT_PROXYUSERNAME, proxy.user)
    set(CURLOPT_PROXYPASSWORD, proxy.password?.reveal())
  }

  func set(_ option: CURLoption, _ value: Int) {
    otp_easy_set_long(raw, option, value)
  }

  func set(_ option: CURLoption, _ value: String?) {
    otp_easy_set_text(raw, option, value)
  }

  /// Forgets the last error: libcurl does not always write a new one.
  func clearError() {
    errorText[0] = 0
    transcript?.clear()
  }

  /// What `result`, which libcurl gave for an attempt to open a connection, means.
  ///
  /// The connection is tied to the handle by reading once: until then libcurl may close it.
  func opening(_ result: CURLcode) -> Opening {
    guard result == CURLE_OK else { return .failed(failure(result)) }
    var descriptor: curl_socket_t = -1
    otp_easy_get_socket(raw, CURLINFO_ACTIVESOCKET, &descriptor)
    var byte: UInt8 = 0
    var count = 0
    let tied = curl_easy_recv(raw, &byte, 1, &count)
    guard descriptor >= 0, tied == CURLE_AGAIN else {
      return .failed(
        TransportFailure(
          .notWritten, code: TransportFailure.Code.unasked,
          detail: "the server closed or spoke before it was asked"))
    }
    return .opened(descriptor: descriptor)
  }

  private func failure(_ result: CURLcode) -> TransportFailure {
    if let failure = mailFailure(result) { return failure }
    let code = failureCode(result)
    let detail = errorText[0] == 0 ? curl_easy_strerror(result) : UnsafePointer(errorText)
    return TransportFailure(
      .notWritten, code: code, detail: detail.map { String(cString: $0) } ?? "")
  }

  private func failureCode(_ result: CURLcode) -> String {
    typealias Code = TransportFailure.Code
    switch result {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: return Code.name
    case CURLE_COULDNT_CONNECT: return Code.refused
    case CURLE_OPERATION_TIMEDOUT: return Code.connectTimeout
    case CURLE_PEER_FAILED_VERIFICATION: return Code.untrusted
    case CURLE_SSL_CACERT_BADFILE: return Code.authorities
    case CURLE_SSL_CONNECT_ERROR: return Code.handshake
    case CURLE_URL_MALFORMAT: return Code.requestInvalid
    default:
      let status = long(CURLINFO_HTTP_CONNECTCODE)
      return status >= 300 ? "proxy.\(status)" : Code.connectFailed
    }
  }

  /// Whether the error text holds `words`.
  func errorMentions(_ words: String) -> Bool { String(cString: errorText).contains(words) }

  private func long(_ info: CURLINFO) -> Int {
    var value = 0
    otp_easy_get_long(raw, info, &value)
    return value
  }
}
