import JSON

@testable import Delivery

/// A header is one line, HTML keeps the markup that the template has, and a text without variables stays as it is.
///
/// A line `---` stands between the template and the payload.
func checkTemplate(_ bytes: [UInt8]) throws(Violation) {
  let input = String(decoding: bytes, as: UTF8.self)
  let parts = input.split(separator: "\n---\n", maxSplits: 1, omittingEmptySubsequences: false)
  let text = String(parts[0])
  let json = parts.count > 1 ? Array(parts[1].utf8) : Array("{}".utf8)
  let tree = try? JSONValue(parsing: json)
  let payload = Payload(
    json: json, code: tree?["code"]?.string, link: tree?["link"]?.string,
    locale: tree?["locale"]?.string)

  let template = Template(text)
  let plain = render(template, for: .plainText, payload)
  let html = render(template, for: .html, payload)
  let header = render(template, for: .header, payload)
  switch (plain, html, header) {
  case (.success(let plain), .success(let html), .success(let header)):
    if template.variables.isEmpty {
      try require(same(plain, text), "plain text was changed")
      try require(same(html, text), "HTML was changed")
    }
    for mark in "<>\"'".utf8 {
      try require(
        html.utf8.count { $0 == mark } == text.utf8.count { $0 == mark }, "a value brought markup")
    }
    try require(!header.hasControlCharacters, "a control character in a header")
    try require(
      !header.unicodeScalars.contains { $0 == "\u{2028}" || $0 == "\u{2029}" },
      "a line break in a header")
  case (.failure(let first), .failure(let second), .failure(let third)):
    try require(first == second && second == third, "different variables are missing")
    try require(template.variables.contains(first.name), "a variable that is not there is missing")
  default: throw Violation(description: "a variable is missing for one destination only")
  }
}

private func render(
  _ template: Template, for destination: Template.Destination, _ payload: Payload
) -> Result<String, UnresolvedVariable> {
  var values = TemplateValues(payload, remaining: .seconds(600))
  return Result { () throws(UnresolvedVariable) in
    try template.rendered(for: destination, with: &values)
  }
}

private func same(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
