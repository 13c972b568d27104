import CCurl
import Delivery
import Providers

extension CurlHandle {
  /// A handle that opens connections to a mail server, greets, starts TLS and logs in; `multi` closes their sockets.
  convenience init(server: SMTPServer, options: ClientOptions, multi: CurlMulti) {
    self.init(
      url: server.url, protocols: "smtp,smtps", limit: server.openingLimit, options: options,
      multi: multi)
    let transcript = SMTPTranscript()
    self.transcript = transcript
    otp_easy_set_pointer(
      raw, CURLOPT_HEADERDATA, Unmanaged.passUnretained(transcript).toOpaque())
    otp_easy_set_header_function(raw, onOpeningLine)
    let encryption = server.requiresEncryption ? CURLUSESSL_ALL : CURLUSESSL_TRY
    set(
      CURLOPT_USE_SSL,
      server.security == .none ? Int(CURLUSESSL_NONE.rawValue) : Int(encryption.rawValue))
    setLogin(server.login)
    setTLS(server)
    if let address = server.localAddress { set(CURLOPT_INTERFACE, address) }
  }

  private func setLogin(_ login: SMTPServer.Login?) {
    switch login {
    case nil: return
    case .password(let user, let password):
      set(CURLOPT_USERNAME, user)
      set(CURLOPT_PASSWORD, password.reveal())
      set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN")
    case .token(let user, let token):
      set(CURLOPT_USERNAME, user)
      set(CURLOPT_XOAUTH2_BEARER, token.reveal())
      set(CURLOPT_LOGIN_OPTIONS, "AUTH=XOAUTH2")
    }
    // One round trip less; every server must take it (RFC 4954 §4).
    set(CURLOPT_SASL_IR, 1)
  }

  private func setTLS(_ server: SMTPServer) {
    if !server.verifiesCertificate {
      set(CURLOPT_SSL_VERIFYPEER, 0)
      set(CURLOPT_SSL_VERIFYHOST, 0)
    }
    let oldest = server.oldestTLS?.number ?? Int(CURL_SSLVERSION_DEFAULT)
    set(CURLOPT_SSLVERSION, oldest | (server.newestTLS?.number ?? 0) << 16)
    // The URL has the name that the certificate must have; the connection goes elsewhere.
    guard server.certificateName != nil else { return }
    heldTexts = curl_slist_append(nil, "::\(server.bracketedHost):\(server.port)")
    otp_easy_set_pointer(raw, CURLOPT_CONNECT_TO, heldTexts)
  }

  // MARK: - How opening failed

  /// The reply by which the server refused the last opening; nil when it did not, or something else failed.
  var refusal: SMTPReply? {
    guard let stage = refusedStage, let reply = transcript?.last, reply.code >= 400 else {
      return nil
    }
    return reply.answering(stage, messageID: "")
  }

  /// What was refused, by libcurl's code for the end.
  private var refusedStage: SMTPReply.Stage? {
    switch lastResult {
    case CURLE_WEIRD_SERVER_REPLY: .greeting
    case CURLE_REMOTE_ACCESS_DENIED: .hello
    case CURLE_USE_SSL_FAILED: .startTLS
    case CURLE_LOGIN_DENIED: .login
    default: nil
    }
  }

  /// What only happens with mail servers, in words that help; nil for HTTP, and for what can happen to any connection.
  func mailFailure(_ result: CURLcode) -> TransportFailure? {
    typealias Code = TransportFailure.Code
    guard let transcript else { return nil }
    lastResult = result
    let (code, detail): (String, String)
    switch result {
    case CURLE_USE_SSL_FAILED:
      (code, detail) = (
        Code.noSTARTTLS,
        "the server offers no STARTTLS: use its TLS port with secure: true; requireTLS: false gives encryption up"
      )
    case CURLE_LOGIN_DENIED where transcript.last?.code == 334:
      // XOAUTH2 says why in one more challenge, at which libcurl gives up.
      (code, detail) = (
        Code.loginRefused, "the server does not take the login: the access token may have expired"
      )
    case CURLE_LOGIN_DENIED:
      (code, detail) = (
        Code.noLogin, "the server offers no login that fits auth: PLAIN, LOGIN or XOAUTH2"
      )
    case CURLE_WRITE_ERROR where transcript.isGarbled:
      (code, detail) = (Code.smtpGarbage, "the server does not speak SMTP: check host and port")
    case CURLE_SSL_CONNECT_ERROR
    where errorMentions("wrong version number") || errorMentions("packet length too long"):
      (code, detail) = (
        Code.plaintext,
        "the port does not speak TLS from the first byte: set secure: false, which uses STARTTLS, or use port 465"
      )
    case CURLE_OPERATION_TIMEDOUT where !transcript.hasSpoken:
      (code, detail) = (
        Code.connectTimeout,
        "no greeting in time; a port that speaks TLS from the first byte, such as 465, needs secure: true"
      )
    default: return nil
    }
    return TransportFailure(.notWritten, code: code, detail: detail)
  }
}

extension SMTPServer {
  fileprivate var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }

  /// The URL that a connection is opened for; its path is our name.
  fileprivate var url: String {
    let scheme = security == .implicit ? "smtps" : "smtp"
    let name = (clientName ?? "").utf8.map { byte in
      byte == UInt8(ascii: "[")
        ? "%5B" : byte == UInt8(ascii: "]") ? "%5D" : String(UnicodeScalar(byte))
    }
    return "\(scheme)://\(certificateName ?? bracketedHost):\(port)/\(name.joined())"
  }
}

extension SMTPServer.TLSVersion {
  /// libcurl's number.
  fileprivate var number: Int {
    switch self {
    case .tls10: Int(CURL_SSLVERSION_TLSv1_0)
    case .tls11: Int(CURL_SSLVERSION_TLSv1_1)
    case .tls12: Int(CURL_SSLVERSION_TLSv1_2)
    case .tls13: Int(CURL_SSLVERSION_TLSv1_3)
    }
  }
}
