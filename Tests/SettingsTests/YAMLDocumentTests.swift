import Delivery
import Testing

@testable import Settings

@Suite struct YAMLDocumentTests {
  /// A node with its place and kind, members and elements in brackets: `1:1{a@1:1=1:4 number 5}`.
  private static func outline(_ node: SettingNode) -> String {
    let place = "\(node.position.line):\(node.position.column)"
    return switch node.value {
    case .null: "\(place) null"
    case .bool(let flag): "\(place) \(flag)"
    case .number(let text): "\(place) number \(text)"
    case .string(let text): "\(place) \"\(text)\""
    case .array(let elements): "\(place)[\(elements.map(outline).joined(separator: ", "))]"
    case .object(let members):
      "\(place){"
        + members.map { "\($0.key)@\($0.position.line):\($0.position.column)=\(outline($0.node))" }
        .joined(separator: ", ") + "}"
    }
  }

  private static func parse(_ text: String) -> String {
    let document = YAMLDocument.parse(Array(text.utf8), file: "f", path: "")
    let problems = document.problems.map(\.description)
    return (document.root.map { [outline($0)] } ?? [] + problems).joined(separator: "\n")
  }

  private static func problems(_ bytes: [UInt8]) -> [String] {
    YAMLDocument.parse(bytes, file: "f").problems.map(\.description)
  }

  @Test(arguments: [
    ("a: 5", "1:1{a@1:1=1:4 number 5}"),
    (
      "a:\n  b: x\n  c:\n    - ~\n    - 'x'",
      "1:1{a@1:1=2:3{b@2:3=2:6 \"x\", c@3:3=4:5[4:7 null, 5:7 \"x\"]}}"
    ),
    ("{\"a\": [true, \"true\", {}]}", "1:1{a@1:2=1:7[1:8 true, 1:14 \"true\", 1:22{}]}"),
    ("{\"a\":1,\"b\":\"x\\/y\"}", "1:1{a@1:2=1:6 number 1, b@1:8=1:12 \"x/y\"}"),
    ("# comment\n---\nå: é\n", "3:1{å@3:1=3:4 \"é\"}"),
    ("a: |\n  one\n  two\nb: >-\n  1\n", "1:1{a@1:1=1:4 \"one\ntwo\n\", b@4:1=4:4 \"1\"}"),
    ("a:\nb: ''\n", "1:1{a@1:1=1:3 null, b@2:1=2:4 \"\"}"),
    ("1: x\ntrue: y", "1:1{1@1:1=1:4 \"x\", true@2:1=2:7 \"y\"}"),
    ("{\n\t\"a\": 1\n}", "1:1{a@2:2=2:7 number 1}"),
  ])
  func `nodes know their kind and where they stand`(text: String, outline: String) {
    #expect(Self.parse(text) == outline)
    #expect(Self.problems(Array(text.utf8)).isEmpty)
  }

  @Test(arguments: [
    ("", "f:1:1: is empty"),
    ("# nothing\n", "f:1:1: is empty"),
    ("a: 1\nb: 2\na: 3", "f:3:1: a: is given twice; the first time on line 1"),
    ("x:\n  - y: {z: 1, z: 2}", "f:2:15: x.0.y.z: is given twice; the first time on line 2"),
    ("a: &one 1", "f:1:4: a: anchors (a word after &) are not supported; write the value out"),
    (
      "a: *one",
      "f:1:4: a: aliases (a word after *) are not supported; write the value here again"
    ),
    (
      "a: !!str 1",
      "f:1:4: a: tags (a word after !) are not supported; quotes make a value text, text that begins with ! needs them"
    ),
    ("a: 1\n---\nb: 2", "f:2:1: a second document begins here; a file holds one"),
    ("a: 1\n...\n---\n", "f:3:1: a second document begins here; a file holds one"),
    ("? [a]\n: 1", "f:1:3: a key must be a word, not an alias, a mapping or a list"),
    ("a: \"\\0\"", "f:1:4: a: must not hold a NUL character"),
    (
      "a:\n\tb: 1",
      "f:2:1: is not YAML: found character that cannot start any token, while scanning for the next token; a tab stands here: indent with spaces"
    ),
    (
      "a: { b: ${C} }",
      "f:1:10: is not YAML: did not find expected ',' or '}', while parsing a flow mapping; inside { } or [ ] put \"${…}\" in quotes"
    ),
    (
      "a:\n  b: [1,\n  c: 2\n",
      "f:4:1: is not YAML: did not find expected ',' or ']', while parsing a flow sequence that began on line 2"
    ),
    (
      "a: \"open\nb: 1\n",
      "f:3:1: is not YAML: found unexpected end of stream, while scanning a quoted scalar that began on line 1"
    ),
    ("a: x: y", "f:1:5: is not YAML: mapping values are not allowed in this context"),
  ])
  func `what a configuration must not hold is named with its place`(text: String, problem: String) {
    #expect(Self.problems(Array(text.utf8)) == [problem])
  }

  @Test(
    arguments: [
      (
        [0xEF, 0xBB, 0xBF, 0x61],
        "f:1:1: begins with a byte order mark; save the file as UTF-8 without one"
      ),
      ([0xFF, 0xFE, 0x61, 0x00], "f:1:1: is UTF-16; save the file as UTF-8"),
      (Array("a: 1\nb: é".utf8) + [0xFF], "f:2:5: is not YAML: invalid leading UTF-8 octet"),
      (Array("a: ".utf8) + [0xC3], "f:1:4: is not YAML: incomplete UTF-8 octet sequence"),
      (Array("a: x".utf8) + [0x00], "f:1:5: is not YAML: control characters are not allowed"),
      (Array("a: x\n\n".utf8) + [0x1B], "f:3:1: is not YAML: control characters are not allowed"),
    ] as [([UInt8], String)])
  func `bytes that are no text are named with their place`(bytes: [UInt8], problem: String) {
    #expect(Self.problems(bytes) == [problem])
  }

  @Test func `every problem that lets the reading go on is told`() {
    let text = "a: &x 1\nb: *x\nc: !!int 3\na: 2\n"
    let document = YAMLDocument.parse(Array(text.utf8), file: "f")
    #expect(document.root != nil)
    #expect(document.problems.map { $0.position?.line } == [1, 2, 3, 4])
  }

  @Test(arguments: [("[", "]"), ("{a: ", "}"), ("- ", "")])
  func `what nests too deeply is refused without a crash`(open: String, close: String) {
    let fits = String(repeating: open, count: 64) + "x" + String(repeating: close, count: 64)
    #expect(Self.problems(Array(fits.utf8)).isEmpty)
    let text = String(repeating: open, count: 20_000)
    let problems = Self.problems(Array(text.utf8))
    #expect(problems.count == 1)
    #expect(problems.first?.hasSuffix("stands deeper than 64 mappings and lists") == true)
  }
}

@Suite struct PlainScalarTests {
  private static func kind(_ text: String) -> String {
    switch PlainScalar.value(of: text) {
    case .null: "null"
    case .bool: "flag"
    case .number(let words): words == text ? "number" : "other words"
    case .string(let words): words == text ? "text" : "other words"
    case .array, .object: "no scalar"
    }
  }

  @Test(arguments: [
    ("", "null"), ("~", "null"), ("null", "null"), ("NULL", "null"), ("nUll", "text"),
    ("true", "flag"), ("False", "flag"), ("tRue", "text"),
    ("yes", "text"), ("no", "text"), ("on", "text"), ("off", "text"), ("y", "text"),
    ("0", "number"), ("-17", "number"), ("+4512345678", "number"), ("007", "number"),
    ("0o17", "number"), ("0o8", "text"), ("0o", "text"), ("0x1F", "number"), ("0x", "text"),
    ("0xG", "text"), ("1.5", "number"), (".5", "number"), ("1.", "number"), (".", "text"),
    ("1e3", "number"), ("1.e-3", "number"), ("1e", "text"), ("e3", "text"), ("1e+", "text"),
    (".inf", "number"), ("-.INF", "number"), (".nan", "number"), ("-.nan", "text"),
    ("1_000", "text"), ("12:30", "text"), ("2026-11-21", "text"), ("-", "text"), ("+", "text"),
    ("1 2", "text"), ("١", "text"), ("10m", "text"),
  ])
  func `an unquoted scalar is typed as YAML 1.2 says`(text: String, kind: String) {
    #expect(Self.kind(text) == kind)
  }
}

@Suite struct JSONTextTests {
  private static func value(_ json: String) -> String? {
    let document = YAMLDocument.parse(JSONText.asYAML(Array(json.utf8)), file: "f")
    guard case .object(let members)? = document.root?.value,
      case .string(let text)? = members.first?.node.value
    else { return nil }
    return text
  }

  @Test(arguments: [
    (#"{"a": "\uD83D\uDE00!"}"#, "😀!"),
    (#"{"a": "\ud83d\ude00\uD83D\uDE01"}"#, "😀😁"),
    (#"{"a": "\\uD83D\\uDE00"}"#, #"\uD83D\uDE00"#),
    (#"{"a": "\\\uDBFF\uDFFF"}"#, "\\\u{10FFFF}"),
    (#"{"a": "\u00e9\n\t\"\/"}"#, "é\n\t\"/"),
    (#"{"a": "${x} $$"}"#, "${x} $$"),
  ])
  func `escapes mean what they mean in JSON`(json: String, text: String) {
    #expect(Self.value(json) == text)
  }

  @Test(arguments: [#"{"a": "\uD83D"}"#, #"{"a": "\uDE00\uD83D"}"#, #"{"a": "\uD83D\u0041"}"#])
  func `half a pair is refused`(json: String) {
    #expect(Self.value(json) == nil)
  }
}
