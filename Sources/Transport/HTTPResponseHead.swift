/// The status line and header of a response, read and checked in one pass.
///
/// Strict where leniency would let two readers disagree about where a message ends
/// (https://www.rfc-editor.org/rfc/rfc9112#name-message-body-length).
struct HTTPResponseHead: Equatable {
  /// How the end of the body is found.
  enum Framing: Equatable {
    case length(Int)
    case chunked
    case untilClose
  }

  /// What is wrong with a header.
  struct Fault: Error, Equatable {
    let what: StaticString
    init(_ what: StaticString) { self.what = what }
    static func == (left: Fault, right: Fault) -> Bool {
      left.what.description == right.what.description
    }
  }

  private(set) var status: Int
  /// Where the status line ends and the header begins.
  private(set) var fieldsStart: Int
  private(set) var framing = Framing.untilClose
  /// Whether the server closes the connection after this response.
  private(set) var closes: Bool

  /// Reads a head up to and including its empty line; every line is known to end in CR LF.
  init(_ bytes: Span<UInt8>) throws(Fault) {
    (status, closes) = try Self.statusLine(bytes)
    let isOld = closes
    var start = Self.lineEnd(bytes, from: 0)
    fieldsStart = start
    var length: Int?
    var isChunked = false
    while bytes[start] != 0x0D {
      let end = Self.lineEnd(bytes, from: start)
      let colon = try Self.nameEnd(bytes, from: start)
      let value = try Self.value(bytes, (colon + 1)..<(end - 2))
      let name = bytes.extracting(start..<colon)
      if name.equals("content-length") {
        let number = try Self.length(bytes.extracting(value))
        guard length == nil || length == number else { throw Fault("two lengths that differ") }
        length = number
      } else if name.equals("transfer-encoding") {
        guard !isChunked, !isOld, bytes.extracting(value).equals("chunked") else {
          throw Fault("a transfer coding other than chunked")
        }
        isChunked = true
      } else if name.equals("connection") {
        closes = closes || bytes.extracting(value).hasToken("close")
      }
      start = end
    }
    guard !(isChunked && length != nil) else { throw Fault("both a length and chunks") }
    if isChunked {
      framing = .chunked
    } else if let length {
      framing = .length(length)
    }
  }

  /// `HTTP/1.x SSS` and a reason that nobody reads; whether it is HTTP/1.0.
  private static func statusLine(_ bytes: Span<UInt8>) throws(Fault) -> (Int, isOld: Bool) {
    guard bytes.count >= 14, bytes.extracting(first: 7).equals("http/1."),
      bytes[7] == UInt8(ascii: "1") || bytes[7] == UInt8(ascii: "0"), bytes[8] == 0x20,
      bytes[12] == 0x20 || bytes[12] == 0x0D
    else { throw Fault("no status line of HTTP/1") }
    var status = 0
    for index in 9..<12 {
      guard let digit = bytes[index].decimalDigit else { throw Fault("a status of no digits") }
      status = status * 10 + digit
    }
    guard status >= 100 else { throw Fault("a status below 100") }
    return (status, bytes[7] == UInt8(ascii: "0"))
  }

  /// Where the line that holds `start` ends, after its LF.
  private static func lineEnd(_ bytes: Span<UInt8>, from start: Int) -> Int {
    var index = start
    while bytes[index] != 0x0A { index += 1 }
    return index + 1
  }

  /// Where the field's name ends, at its colon; a folded line has no name and is refused.
  private static func nameEnd(_ bytes: Span<UInt8>, from start: Int) throws(Fault) -> Int {
    var index = start
    while bytes[index].isTokenCharacter { index += 1 }
    guard index > start, bytes[index] == UInt8(ascii: ":") else {
      throw Fault("a header line without a proper name")
    }
    return index
  }

  /// The range without white space around it; no control characters are in it.
  private static func value(
    _ bytes: Span<UInt8>, _ range: Range<Int>
  ) throws(Fault) -> Range<Int> {
    for index in range {
      let byte = bytes[index]
      guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else {
        throw Fault("a control character in a header")
      }
    }
    return bytes.trimmed(range)
  }

  private static func length(_ digits: Span<UInt8>) throws(Fault) -> Int {
    guard !digits.isEmpty, digits.count <= 18 else { throw Fault("a length of no digits") }
    var length = 0
    for index in digits.indices {
      guard let digit = digits[index].decimalDigit else { throw Fault("a length of no digits") }
      length = length * 10 + digit
    }
    return length
  }
}

extension Span<UInt8> {
  /// Whether it reads as `text`, which is lower case, without regard to case.
  fileprivate func equals(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { wanted in
      for index in indices where self[index].lowercased != wanted[index] { return false }
      return true
    }
  }

  /// Whether `token` stands in the list, which is separated by commas.
  fileprivate func hasToken(_ token: StaticString) -> Bool {
    var start = 0
    for index in 0...count where index == count || self[index] == UInt8(ascii: ",") {
      if extracting(trimmed(start..<index)).equals(token) { return true }
      start = index + 1
    }
    return false
  }

  /// The range without white space at its ends.
  fileprivate func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, self[start] == 0x20 || self[start] == 0x09 { start += 1 }
    while start < end, self[end - 1] == 0x20 || self[end - 1] == 0x09 { end -= 1 }
    return start..<end
  }
}

extension UInt8 {
  /// Whether it may stand in a header's name or a method
  /// (https://www.rfc-editor.org/rfc/rfc9110#name-tokens).
  var isTokenCharacter: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: "!"), UInt8(ascii: "."), UInt8(ascii: "*"), UInt8(ascii: "+"),
      UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "^"), UInt8(ascii: "`"),
      UInt8(ascii: "|"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  fileprivate var decimalDigit: Int? {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) ? Int(self) - 0x30 : nil
  }

  var lowercased: UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
  }
}
