import Testing

/// Finds many secrets in much text, in one pass.
struct SecretSearch {
  /// By this many first bytes a secret is looked up.
  private static let windowBytes = 6

  private let byBeginning: [UInt64: [[UInt8]]]

  /// A search for secrets of at least six bytes.
  init(_ secrets: some Sequence<String>) {
    let all = secrets.map { Array($0.utf8) }
    precondition(all.allSatisfy { $0.count >= Self.windowBytes }, "too short to be found")
    byBeginning = Dictionary(grouping: all) { secret in
      secret.prefix(Self.windowBytes).reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  /// The secrets that stand in a text.
  func secrets(in text: String) -> [String] {
    let bytes = Array(text.utf8)
    let mask = (1 as UInt64) << (8 * UInt64(Self.windowBytes)) - 1
    var window: UInt64 = 0
    var found: [String] = []
    for (index, byte) in bytes.enumerated() {
      window = (window << 8 | UInt64(byte)) & mask
      let start = index + 1 - Self.windowBytes
      guard start >= 0, let candidates = byBeginning[window] else { continue }
      for secret in candidates where bytes[start...].starts(with: secret) {
        found.append(String(decoding: secret, as: UTF8.self))
      }
    }
    return found
  }
}

struct SecretSearchTests {
  @Test(arguments: [
    ("", []), ("nothing", []), ("12345678", ["12345678"]), ("x12345678", ["12345678"]),
    ("1234567", []), ("a 12345678 b +4520123 c", ["12345678", "+4520123"]),
    ("123456712345678", ["12345678"]), ("12345608", []),
  ])
  func `what is secret is found wherever it stands`(text: String, expected: [String]) {
    #expect(SecretSearch(["12345678", "+4520123"]).secrets(in: text) == expected)
  }
}
