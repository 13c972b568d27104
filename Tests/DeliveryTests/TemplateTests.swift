import Foundation
import JSON
import Testing

@testable import Delivery

@Suite struct TemplateTests {
  /// Renders with a payload whose `code`, `link` and `locale` are read as a request's are.
  private func render(
    _ template: String, _ payload: String, for destination: Template.Destination = .plainText,
    remaining: Duration = .seconds(600)
  ) throws -> String {
    let json = try JSONValue(parsing: Array(payload.utf8))
    var values = TemplateValues(
      Payload(
        json: Array(payload.utf8), code: json["code"]?.string, link: json["link"]?.string,
        locale: json["locale"]?.string),
      remaining: remaining)
    return try Template(template).rendered(for: destination, with: &values)
  }

  // MARK: - Logto's own renderer

  struct Vector: Decodable, Sendable, CustomTestStringConvertible {
    struct Inputs: Decodable, Sendable { let template: String }
    struct Expected: Decodable, Sendable { let text: String }
    let name: String
    let inputs: Inputs
    let expected: Expected
    var testDescription: String { name }
  }

  private static let fixture: [UInt8] = {
    let url = Bundle.module.url(
      forResource: "rendering", withExtension: "json", subdirectory: "Fixtures")!
    return Array(try! Data(contentsOf: url))
  }()

  static let vectors: [(Vector, payload: String)] = {
    struct File: Decodable { let vectors: [Vector] }
    let file = try! JSONDecoder().decode(File.self, from: Data(fixture))
    guard case .array(let raw)? = try! JSONValue(parsing: fixture)["vectors"] else { return [] }
    return zip(file.vectors, raw).map { vector, json in
      var writer = JSONWriter()
      json["inputs"]!["payload"]!.write(to: &writer)
      return (vector, String(decoding: writer.bytes, as: UTF8.self))
    }
  }()

  /// Where Logto sends something that nobody wants to read, nothing is sent: vector and variable.
  static let strict = [
    "root missing is left as is": "link",
    "nested missing gives empty": "application.name",
    "nested root missing is left": "application.name",
    "null and undefined give empty": "user.name",
    "object becomes [object Object]": "user",
    "path below a string gives empty": "code.x",
    "empty string value": "code",
    "trailing dot": "code.",
  ]

  @Test(arguments: vectors) func `Renders as Logto does, or refuses`(
    vector: Vector, payload: String
  ) throws {
    if let variable = Self.strict[vector.name] {
      #expect(throws: UnresolvedVariable(name: variable)) {
        try render(vector.inputs.template, payload)
      }
    } else {
      #expect(try render(vector.inputs.template, payload) == vector.expected.text)
    }
  }

  @Test func `The vectors are all there, and every deviation is one of them`() {
    #expect(Self.vectors.count == 20)
    #expect(Set(Self.strict.keys).isSubset(of: Self.vectors.map(\.0.name)))
  }

  // MARK: - What is a variable

  @Test(arguments: [
    "", "plain", "{{}}", "{{ }}", "{ {code} }", "{{code}", "{code}}", "{{co de}}", "{{.code}}",
    "{{.}}", "{{user-name}}", "{{имя}}", "{{code", "}}{{", "{{{{",
  ]) func `Other braces are plain text`(text: String) throws {
    #expect(Template(text).variables.isEmpty)
    #expect(try render(text, "{}") == text)
  }

  @Test(arguments: [
    ("{{code}}{{code}}", "11"), ("{{\u{A0}code\n}}", "1"), ("{{{{code}}}}", "{{1}}"),
    ("{{{code}}", "{1"), ("{{code}}\u{301}é", "1\u{301}é"), ("{{{{ code", "{{{{ code"),
    ("👩‍👩‍👧{{code}}👩‍👩‍👧", "👩‍👩‍👧1👩‍👩‍👧"),
  ]) func `A variable is found anywhere`(text: String, expected: String) throws {
    #expect(try render(text, #"{"code":"1"}"#) == expected)
  }

  @Test func `Variables are listed once, in order`() {
    let template = Template("{{ user.name }}: {{code}} ({{code}}), {{expiresInMinutes}} min")
    #expect(template.variables == ["user.name", "code", "expiresInMinutes"])
  }

  // MARK: - Values

  @Test(arguments: [
    ("{{a}}", #"{"a":""}"#, ""), ("{{a.b.c}}", #"{"a":{"b":{"c":-1.50e3}}}"#, "-1.50e3"),
    ("{{a}}", #"{"a":[]}"#, ""), ("{{a}}", #"{"a":[1,[true,"x"]]}"#, "1,true,x"),
    ("{{a.1.b}}", #"{"a":[0,{"b":"x"}]}"#, "x"), ("{{a.0}}", #"{"a":{"0":"x"}}"#, "x"),
    ("{{locale}}", #"{"locale":"da"}"#, "da"),
    ("{{link}}", #"{"link":"https://x/"}"#, "https://x/"),
    ("{{$a}}", "{}", "{{$a}}"), ("{{a_B9}}", #"{"a_B9":"x"}"#, "x"),
  ]) func `A value is found by its path`(template: String, payload: String, expected: String) throws
  {
    #expect(try render(template, payload) == expected)
  }

  @Test(arguments: [
    ("code", #"{"code":""}"#), ("link", #"{"link":""}"#), ("locale", "{}"),
    ("constructor", "{}"), ("toString", "{}"), ("a.length", #"{"a":[1]}"#),
    ("a.0", #"{"a":"text"}"#), ("a.01", #"{"a":[0,1]}"#), ("a.2", #"{"a":[0,1]}"#),
    ("a", #"{"a":[{}]}"#), ("a", #"{"a":[null]}"#), ("a..b", #"{"a":{"b":1}}"#),
    ("a", #"{"A":1}"#),
  ]) func `What has no good text stops the message`(
    variable: String, payload: String
  ) {
    #expect(throws: UnresolvedVariable(name: variable)) {
      try render("{{\(variable)}}", payload)
    }
  }

  @Test(arguments: [
    (Duration.seconds(600), "10"), (.milliseconds(599_700), "10"), (.seconds(570), "10"),
    (.milliseconds(569_999), "9"), (.seconds(61), "1"), (.seconds(5), "1"), (.zero, "1"),
    (.seconds(-90), "1"), (.seconds(86_400), "1440"),
  ]) func `The time left is told in whole minutes, at least one`(left: Duration, minutes: String)
    throws
  {
    let payload = #"{"expiresInMinutes":99}"#
    #expect(try render("{{expiresInMinutes}}", payload, remaining: left) == minutes)
  }

  @Test func `Usual variables do not need the payload to be read`() throws {
    var values = TemplateValues(
      Payload(json: Array("no JSON".utf8), code: "042", link: "l", locale: "en"),
      remaining: .seconds(60))
    let template = Template("{{code}} {{link}} {{locale}} {{expiresInMinutes}}")
    #expect(try template.rendered(for: .plainText, with: &values) == "042 l en 1")
    #expect(throws: UnresolvedVariable(name: "name")) {
      try Template("{{name}}").rendered(for: .plainText, with: &values)
    }
  }

  // MARK: - Destinations

  @Test func `Values are escaped in HTML, the template is not`() throws {
    let payload = #"{"user":"<a href='x'>&\"é😀"}"#
    #expect(
      try render("<p title=\"{{user}}\">&amp;</p>", payload, for: .html)
        == "<p title=\"&lt;a href=&#39;x&#39;&gt;&amp;&quot;é😀\">&amp;</p>")
  }

  @Test(arguments: [
    #"a\r\nBcc: b"#: "x a Bcc: b", #"a\u0000b\u007fc\u0085d\u2028e\u2029f"#: "x a b c d e f",
    #"a\t\t b\n"#: "x a  b", "é😀": "x é😀", #"\r\n"#: "x",
  ]) func `A header stays on one line`(value: String, expected: String) throws {
    #expect(try render("x\r\n{{a}}", #"{"a":"\#(value)"}"#, for: .header) == expected)
  }

  @Test func `A plain text keeps its lines`() throws {
    #expect(try render("a\r\n{{b}}", #"{"b":"<\n>"}"#) == "a\r\n<\n>")
  }
}
