import JSON
import Testing

/// The reader through its whole grammar, by way of `skipValue`, which decodes nothing but checks all.
@Suite struct JSONReaderTests {
  @Test(
    arguments: [
      "{}", "[]", "null", "true", "false", "0", "-0", "12", "-1.5", "0.5e-3", "1E+2", #""""#,
      " \t\r\n{ \"a\" : [ 1 , 2 ] } \n", #""\"\\\/\b\f\n\r\t\u0041""#, #""\u0000""#,
      #""\ud83d\ude00""#, "\"\u{10FFFF}\u{7FF}\u{800}\u{FFFF}\u{10000}\"",
      "\"\u{7F}\u{85}\u{2028}\"",
      #"{"unused":1e999}"#, #"{"":{}}"#, "[[[[]]],[{}]]", "1" + String(repeating: "0", count: 400),
    ])
  func `what RFC 8259 allows is read`(text: String) throws {
    try skip(Array(text.utf8))
  }

  @Test(
    arguments: [
      ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("{", .unexpectedEnd, 1),
      ("[1", .unexpectedEnd, 2), (#"{"a"#, .unexpectedEnd, 3), (#"{"a":"#, .unexpectedEnd, 5),
      (#""\"#, .unexpectedEnd, 2), (#""\u12"#, .unexpectedEnd, 5), ("tru", .unexpectedEnd, 3),
      ("{} {}", .trailingBytes, 3), ("1 x", .trailingBytes, 2), ("nullx", .trailingBytes, 4),
      ("[1,]", .unexpectedByte, 3), (#"{"a":1,}"#, .unexpectedByte, 7),
      ("[,1]", .unexpectedByte, 1),
      ("[1 2]", .unexpectedByte, 3), (#"{"a" 1}"#, .unexpectedByte, 5),
      ("{a:1}", .unexpectedByte, 1),
      ("{,}", .unexpectedByte, 1), ("[}", .unexpectedByte, 1), ("{]", .unexpectedByte, 1),
      ("[1}", .unexpectedByte, 2), ("'a'", .unexpectedByte, 0), ("NaN", .unexpectedByte, 0),
      ("\u{FEFF}{}", .unexpectedByte, 0), ("/**/1", .unexpectedByte, 0),
      ("trve", .unexpectedByte, 2),
      ("[1]]", .trailingBytes, 3), ("\u{A0}1", .unexpectedByte, 0), ("True", .unexpectedByte, 0),
      ("01", .invalidNumber, 0), ("-", .invalidNumber, 1), ("-01", .invalidNumber, 0),
      ("1.", .invalidNumber, 2), ("1.e3", .invalidNumber, 2), ("1e", .invalidNumber, 2),
      ("1e+", .invalidNumber, 3), ("+1", .unexpectedByte, 0), (".5", .unexpectedByte, 0),
      ("0x10", .trailingBytes, 1), (#"{"unused":01}"#, .invalidNumber, 10),
      ("\"\u{1}\"", .controlCharacter, 1), ("\"a\nb\"", .controlCharacter, 2),
      ("\"\u{0}\"", .controlCharacter, 1), (#""\x""#, .invalidEscape, 1),
      (#""\u12G4""#, .invalidEscape, 1), (#""\U0041""#, .invalidEscape, 1),
      (#""\ud83d""#, .loneSurrogate, 1), (#""\ud83dx\ude00""#, .loneSurrogate, 1),
      (#""\ude00""#, .loneSurrogate, 1), (#""\ud83d\u0041""#, .loneSurrogate, 1),
      (#""\ud83d\ud83d""#, .loneSurrogate, 1),
    ] as [(String, JSONError.Kind, Int)])
  func `anything else is refused, with its place`(
    text: String, kind: JSONError.Kind, offset: Int
  ) throws {
    let error = try #require(throws: JSONError.self) { try skip(Array(text.utf8)) }
    #expect(error.kind == kind)
    #expect(error.offset == offset)
    // The same in a member that nobody wants.
    if kind != .trailingBytes {
      #expect(throws: JSONError.self) { try skip(Array("{\"unused\":\(text)}".utf8)) }
    }
  }

  @Test(
    arguments: [
      [0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x9F, 0xBF], [0xE2, 0x82],
      [0xE2, 0x28, 0xA1], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98],
      [0xF0, 0x9F, 0x28, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE],
    ] as [[UInt8]])
  func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) throws {
    for rest in [Array("\"".utf8), []] {
      let error = try #require(throws: JSONError.self) {
        try skip(Array("\"".utf8) + bytes + rest)
      }
      #expect(error.kind == .invalidUTF8)
      #expect(error.offset == 1)
    }
  }

  @Test func `containers may be 128 deep, in any mix, and no deeper`() throws {
    func nested(_ depth: Int) -> [UInt8] {
      let open = (0..<depth).map { $0 % 3 == 0 ? "[" : "{\"a\":" }.joined()
      let close = (0..<depth).reversed().map { $0 % 3 == 0 ? "]" : "}" }.joined()
      return Array((open + "1" + close).utf8)
    }
    try skip(nested(JSONReader.maximumDepth))
    _ = try JSONValue(parsing: nested(JSONReader.maximumDepth))
    for depth in [JSONReader.maximumDepth + 1, 1_000, 10_000, 1_000_000] {
      let error = try #require(throws: JSONError.self) { try skip(nested(depth)) }
      #expect(error.kind == .tooDeep)
      #expect(throws: error) { try JSONValue(parsing: nested(depth)) }
    }
  }

  @Test func `the depth of what is skipped counts from where it stands`() throws {
    let bytes = Array((String(repeating: "[", count: 200)).utf8)
    var json = JSONReader()
    for _ in 0..<100 {
      try json.beginArray(in: bytes.span)
      #expect(try json.nextElement(in: bytes.span))
    }
    do throws(JSONError) {
      try json.skipValue(in: bytes.span)
      Issue.record("depth was counted anew")
    } catch {
      #expect(error.kind == .tooDeep)
      #expect(error.offset == JSONReader.maximumDepth)
    }
  }

  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("42", 42), ("-17", -17), ("9223372036854775807", Int.max),
      ("-9223372036854775808", Int.min), ("9223372036854775808", nil),
      ("-9223372036854775809", nil), ("1.0", nil), ("1e2", nil), ("100000000000000000000", nil),
    ] as [(String, Int?)])
  func `whole numbers are read when they are written so and fit`(text: String, value: Int?) throws {
    let bytes = Array(text.utf8)
    var json = JSONReader()
    #expect(try json.integer(in: bytes.span) == value)
    try json.finish(in: bytes.span)
  }

  @Test func `a value of another kind than asked for is refused where it stands`() {
    let bytes = Array(" 7".utf8)
    var json = JSONReader()
    do throws(JSONError) {
      _ = try json.string(in: bytes.span)
      Issue.record("a number passed for a string")
    } catch {
      #expect(error.kind == .unexpectedKind)
      #expect(error.offset == 1)
    }
  }

  @Test func `a raw value is handed out as it stands`() throws {
    let bytes = Array(#"[ {"a" : "\u0041"} , 1.50]"#.utf8)
    var json = JSONReader()
    try json.beginArray(in: bytes.span)
    _ = try json.nextElement(in: bytes.span)
    #expect(try json.rawValue(in: bytes.span) == Array(#"{"a" : "\u0041"}"#.utf8))
    _ = try json.nextElement(in: bytes.span)
    #expect(try json.rawValue(in: bytes.span) == Array("1.50".utf8))
    #expect(try !json.nextElement(in: bytes.span))
    try json.finish(in: bytes.span)
  }

  @Test(
    arguments: [
      (#""plain""#, "plain"), (#""\u00e6\n\"\/""#, "æ\n\"/"), (#""\ud83d\ude00!""#, "😀!"),
      (#""a\u0000b""#, "a\u{0}b"), ("\"ræ😀\"", "ræ😀"), (#""""#, ""),
    ])
  func `strings come with their escapes undone`(text: String, string: String) throws {
    let bytes = Array(text.utf8)
    var json = JSONReader()
    let read = try json.string(in: bytes.span)
    #expect(Array(read.utf8) == Array(string.utf8))
  }

  private func skip(_ bytes: [UInt8]) throws(JSONError) {
    var json = JSONReader()
    try json.skipValue(in: bytes.span)
    try json.finish(in: bytes.span)
  }
}

@Suite struct JSONMembersTests {
  private static let names = JSONNames(["id", "usageType", "sixteen_bytes_ok"])

  @Test func `members come with the index of their name, escaped or not`() throws {
    let text = #"{"usageType":1,"other":2,"\u0069d":3,"sixteen_bytes_ok":4,"\u0000id":5,"i":6}"#
    #expect(try indices(in: text) == [1, nil, 0, 2, nil, nil])
  }

  @Test(
    arguments: [
      #"{"id":1,"id":2}"#, #"{"id":1,"\u0069\u0064":2}"#, #"{"x":1,"id":2,"x":3}"#,
      #"{"x":1,"\u0078":2}"#, #"{"":1,"":2}"#, manyNames(16) + #""n3":0}"#,
      manyNames(40) + #""n39":0}"#, manyNames(40) + #""n\u0031":0}"#,
    ])
  func `a name that stands twice is refused`(text: String) throws {
    let error = try #require(throws: JSONError.self) { _ = try indices(in: text) }
    #expect(error.kind == .duplicateName)
    #expect(throws: error) { try JSONValue(parsing: Array(text.utf8)) }
  }

  @Test func `names are compared scalar by scalar`() throws {
    #expect(try indices(in: "{\"\u{E9}\":1,\"e\u{301}\":2,\"E\":3,\"e\":4}").count == 4)
    #expect(try indices(in: Self.manyNames(1_000) + #""last":0}"#).count == 1_001)
  }

  private static func manyNames(_ count: Int) -> String {
    "{" + (0..<count).map { "\"n\($0)\":\($0)," }.joined()
  }

  private func indices(in text: String) throws(JSONError) -> [Int?] {
    let bytes = Array(text.utf8)
    var json = JSONReader()
    var members = JSONMembers(Self.names)
    var indices: [Int?] = []
    try json.beginObject(in: bytes.span)
    while let member = try members.next(from: &json, in: bytes.span) {
      indices.append(member.index)
      try json.skipValue(in: bytes.span)
    }
    try json.finish(in: bytes.span)
    return indices
  }
}
