import Delivery

/// Puts variables and files into the scalars of a document that has been read.
///
/// `${NAME}`, `${NAME:-text}` (when the variable is not set or empty), `${file:path}` (without one
/// line break at the end), `$$` for `$`. It happens after parsing, so that a value cannot become
/// YAML; the result is text, and what came in is never shown.
struct Substitution {
  private static let fileLimit = 65_536

  let environment: [String: String]
  let notes: LoadingNotes

  /// The node with everything in it resolved; what cannot be is noted and left as it was.
  func resolve(_ node: SettingNode, key: String = "") -> SettingNode {
    var result = node
    switch node.value {
    case .string(let text) where text.utf8.contains(UInt8(ascii: "$")):
      result.value = .string(resolve(text, at: node.position, key: key))
    case .array(let elements):
      result.value = .array(
        elements.enumerated().map { resolve($0.element, key: key.appending(key: "\($0.offset)")) })
    case .object(let members):
      result.value = .object(
        members.map { member in
          SettingMember(
            key: member.key, at: member.position,
            node: resolve(member.node, key: key.appending(key: member.key)))
        })
    case .null, .bool, .number, .string: break
    }
    return result
  }

  private func resolve(_ text: String, at position: SourcePosition, key: String) -> String {
    var result = ""
    var rest = text[...]
    var isWhole = true
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      if rest.hasPrefix("$") {
        result += "$"
        rest = rest.dropFirst()
      } else if rest.hasPrefix("{") {
        do {
          let reference = try reference(takenFrom: &rest)
          result += try value(of: reference, at: position)
        } catch {
          notes.reportUnresolved(at: position, key, error.message)
          isWhole = false
        }
      } else {
        result += "$"
      }
    }
    result += rest
    guard isWhole else { return text }
    if notes.isHidden(position) { notes.hide(result) }
    return result
  }

  /// What stands between `{` and `}`; `rest` begins with the one and is left behind the other.
  private func reference(
    takenFrom rest: inout Substring
  ) throws(UnresolvedReference) -> Substring {
    let inside = rest.dropFirst()
    guard let end = inside.firstIndex(of: "}") else {
      rest = ""
      throw UnresolvedReference(message: "holds ${ without }; write $${ for the characters ${")
    }
    rest = inside[inside.index(after: end)...]
    return inside[..<end]
  }

  private func value(
    of reference: Substring, at position: SourcePosition
  ) throws(UnresolvedReference) -> String {
    if reference.hasPrefix("file:") {
      let path = String(reference.dropFirst("file:".count))
      let text = try content(of: SourceFile.resolve(path, from: position.file))
      notes.hide(text, at: position)
      return text
    }
    let name = reference.prefix { $0 != ":" }
    let fallback = reference[name.endIndex...]
    guard Self.isVariableName(name), fallback.isEmpty || fallback.hasPrefix(":-") else {
      throw UnresolvedReference(
        message: "holds a reference that is none of ${NAME}, ${NAME:-text} and ${file:path};"
          + " write $${ for the characters ${")
    }
    if let value = environment[String(name)], !(value.isEmpty && !fallback.isEmpty) {
      notes.hide(value, at: position)
      return value
    }
    guard !fallback.isEmpty else {
      throw UnresolvedReference(message: "the variable \(name) is not set")
    }
    return String(fallback.dropFirst(2))
  }

  private func content(of path: String) throws(UnresolvedReference) -> String {
    let bytes: [UInt8]
    do {
      bytes = try SourceFile.read(path, limit: Self.fileLimit)
    } catch {
      notes.addSource(ConfigurationSource(file: path, limit: Self.fileLimit, nil))
      throw UnresolvedReference(message: "the file \(path) \(error.message)")
    }
    notes.addSource(ConfigurationSource(file: path, limit: Self.fileLimit, bytes))
    guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      throw UnresolvedReference(message: "the file \(path) is not text in UTF-8")
    }
    // CR LF is one Character.
    return text.last?.isNewline == true ? String(text.dropLast()) : text
  }

  private static func isVariableName(_ name: Substring) -> Bool {
    guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
    else { return false }
    return name.unicodeScalars.allSatisfy {
      $0 == "_" || ($0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil))
    }
  }
}

/// A reference that leads nowhere.
private struct UnresolvedReference: Error {
  var message: String
}

extension String {
  /// The full key of something below this one.
  func appending(key: String) -> String { isEmpty ? key : "\(self).\(key)" }
}
