import CCurl

/// The linked libcurl, which opens the connections.
public enum CurlVersion {
  /// libcurl and what it is built with, as it names itself.
  public static var text: String { String(cString: curl_version()) }

  /// Why the linked libcurl cannot be used; nil when it can.
  ///
  /// Before 7.85 a connect-only connection stayed open when its handle was removed
  /// (https://github.com/curl/curl/issues/9335).
  public static var complaint: String? {
    let oldest: UInt32 = 0x07_55_00
    guard otp_version_info().pointee.version_num < oldest else { return nil }
    return "libcurl 7.85 or newer is needed, linked is \(text)"
  }
}
