import Digest
import HTTPServer

/// A key that opens an account of a stand-in: its public id and its secret.
public struct StandInKey: Sendable {
  /// What requests name.
  public let id: String
  let secret: String
  /// What goes along with a temporary key; nil for a lasting one.
  let sessionToken: String?

  /// A key.
  public init(id: String, secret: String, sessionToken: String? = nil) {
    self.id = id
    self.secret = secret
    self.sessionToken = sessionToken
  }
}

/// Whether both texts are the same, in a time that tells nothing of where they differ.
func isSame(_ left: String, _ right: String) -> Bool {
  isEqualInConstantTime(Array(left.utf8), Array(right.utf8))
}

/// An `Authorization` header in the form that AWS and Tencent share:
/// `ALGORITHM Credential=id/scope, SignedHeaders=a;b, Signature=hex`.
struct SignedAuthorization {
  let keyID: String
  /// Day, region and service, or what else follows the id.
  let scope: [String]
  /// Names in lower case, as listed.
  let signedHeaders: [String]
  let signature: String

  /// Reads a header; nil when it is of another algorithm or form.
  init?(_ header: String, algorithm: String) {
    guard header.hasPrefix(algorithm + " ") else { return nil }
    var fields: [String: String] = [:]
    for part in header.dropFirst(algorithm.count + 1).split(separator: ",") {
      let halves = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
      guard halves.count == 2,
        fields.updateValue(String(halves[1]), forKey: String(halves[0])) == nil
      else { return nil }
    }
    guard let credential = fields["Credential"]?.split(separator: "/").map(String.init),
      credential.count > 1, let signed = fields["SignedHeaders"],
      let signature = fields["Signature"]
    else { return nil }
    keyID = credential[0]
    scope = Array(credential[1...])
    signedHeaders = signed.split(separator: ";").map(String.init)
    self.signature = signature
  }
}

extension IncomingRequest {
  /// The target without its query, as it came.
  var rawPath: String { String(target.prefix { $0 != "?" }) }

  /// `name:value` and a newline for each of the headers, values without outer and double blanks; nil
  /// when one is missing.
  func canonicalHeaders(_ names: [String]) -> String? {
    var text = ""
    for name in names {
      let values = headers.filter { $0.name.lowercased() == name }.map { header in
        header.value.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
      }
      if values.isEmpty { return nil }
      text += "\(name):\(values.joined(separator: ","))\n"
    }
    return text
  }
}
