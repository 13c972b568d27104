internal import Delivery
internal import Digest

/// Signs the parameters of a request as [Vonage](https://developer.vonage.com/en/getting-started/concepts/signing-messages)
/// wants for accounts that sign.
struct VonageSignature: Sendable {
  /// The ways to sign, by the names that Vonage's dashboard has for them.
  enum Method: String, CaseIterable {
    case md5hash, md5, sha1, sha256, sha512
  }

  private enum Key {
    case appended(Secret)
    case keyed(HMACKey)
  }
  private let key: Key

  /// Sets up the account's signature secret.
  init(secret: Secret, method: Method) {
    let algorithm: HMACKey.Algorithm? =
      switch method {
      case .md5hash: nil
      case .md5: .md5
      case .sha1: .sha1
      case .sha256: .sha256
      case .sha512: .sha512
      }
    key = algorithm.map { .keyed(HMACKey(secret.reveal(), algorithm: $0)) } ?? .appended(secret)
  }

  /// The value of `sig`, in lower-case hexadecimal digits.
  /// - Parameter parameters: all that is sent but `sig`, `timestamp` among them.
  /// - Returns: the digits.
  func signature(of parameters: [(name: String, value: String)]) -> String {
    let text = Self.stringToSign(parameters)
    return switch key {
    case .appended(let secret): MD5.digest(of: Array((text + secret.reveal()).utf8)).hex
    case .keyed(let key): key.authenticationCode(for: text).hex
    }
  }

  /// The parameters by name, each as `&name=value`; `&` and `=` inside a value become `_`.
  static func stringToSign(_ parameters: [(name: String, value: String)]) -> String {
    parameters.sorted { $0.name < $1.name }.map { name, value in
      "&\(name)=" + value.replacing("&", with: "_").replacing("=", with: "_")
    }.joined()
  }
}
