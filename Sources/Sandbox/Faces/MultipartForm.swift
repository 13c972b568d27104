import HTTPServer

extension IncomingRequest {
  /// The names and values of a body of type `multipart/form-data`, files left out; nil when it is
  /// declared as anything else or is broken.
  /// https://www.rfc-editor.org/rfc/rfc7578
  var multipartForm: [(name: String, value: String)]? {
    guard mediaType == "multipart/form-data",
      let boundary = parameter("boundary", of: "Content-Type"),
      (1...70).contains(boundary.utf8.count)
    else { return nil }
    let delimiter = Array("\r\n--\(boundary)".utf8)
    // So that the first delimiter is like the others.
    let parts = split(Array("\r\n".utf8) + body, at: delimiter)
    guard parts.count > 1, parts[parts.count - 1].starts(with: "--".utf8) else { return nil }
    var fields: [(name: String, value: String)] = []
    for part in parts.dropFirst().dropLast() {
      guard let field = formField(part) else { return nil }
      if let field = field.value { fields.append(field) }
    }
    return fields
  }

  /// A parameter of a header's value, such as `boundary`, without quotes.
  private func parameter(_ name: String, of header: String) -> String? {
    parameters(self.header(header) ?? "")[name]
  }
}

/// A part that was read; nil for a file.
private struct FormPart {
  let value: (name: String, value: String)?
}

/// Reads one part, which begins with the rest of its delimiter's line.
private func formField(_ part: ArraySlice<UInt8>) -> FormPart? {
  let blank = Array("\r\n\r\n".utf8)
  guard part.starts(with: "\r\n".utf8), let end = firstIndex(of: blank, in: part),
    let head = String(validating: part[..<end], as: UTF8.self)
  else { return nil }
  let disposition = head.split(separator: "\r\n").first {
    $0.lowercased().hasPrefix("content-disposition:")
  }
  let parameters = parameters(String(disposition ?? ""))
  guard let name = parameters["name"] else { return nil }
  if parameters["filename"] != nil { return FormPart(value: nil) }
  guard let value = String(validating: part[(end + blank.count)...], as: UTF8.self) else {
    return nil
  }
  return FormPart(value: (name, value))
}

/// `form-data; name="a"` → `["name": "a"]`.
private func parameters(_ header: String) -> [String: String] {
  var found: [String: String] = [:]
  for piece in header.split(separator: ";").dropFirst() {
    let halves = piece.split(separator: "=", maxSplits: 1)
    guard halves.count == 2 else { continue }
    let name = halves[0].filter { $0 != " " }.lowercased()
    let value = halves[1].trimmingPrefix { $0 == "\"" }
    found[name] = String(value.last == "\"" ? value.dropLast() : value)
  }
  return found
}

private func split(_ bytes: [UInt8], at delimiter: [UInt8]) -> [ArraySlice<UInt8>] {
  var parts: [ArraySlice<UInt8>] = []
  var rest = bytes[...]
  while let start = firstIndex(of: delimiter, in: rest) {
    parts.append(rest[..<start])
    rest = rest[(start + delimiter.count)...]
  }
  return parts + [rest]
}

/// Where `wanted` begins first.
private func firstIndex(of wanted: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
  guard bytes.count >= wanted.count else { return nil }
  return (bytes.startIndex...(bytes.endIndex - wanted.count)).first { start in
    bytes[start] == wanted[0] && bytes[start...].starts(with: wanted)
  }
}
