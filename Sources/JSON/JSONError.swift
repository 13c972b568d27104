/// Why bytes are not the JSON that was asked for, and where; never what stands there.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The text ends inside a value.
    case unexpectedEnd
    /// A byte that cannot stand here, a byte order mark or a trailing comma among others.
    case unexpectedByte
    /// A value of another kind than the one that was asked for.
    case unexpectedKind
    /// A control character in a string that is not escaped.
    case controlCharacter
    /// Bytes that are not UTF-8: overlong forms and surrogates too.
    case invalidUTF8
    /// A backslash before something that it cannot escape.
    case invalidEscape
    /// Half of a surrogate pair.
    case loneSurrogate
    /// A number outside the grammar, such as `01`, `+1`, `.5` or `1.`.
    case invalidNumber
    /// A name that stands twice in one object.
    case duplicateName
    /// More containers inside one another than ``JSONReader/maximumDepth``.
    case tooDeep
    /// Something after the value.
    case trailingBytes
  }

  /// What is wrong.
  public let kind: Kind
  /// The byte where it was found, from 0.
  public let offset: Int

  init(_ kind: Kind, at offset: Int) {
    self.kind = kind
    self.offset = offset
  }

  /// What is wrong and where, in words.
  public var description: String {
    let what =
      switch kind {
      case .unexpectedEnd: "the text ends too early"
      case .unexpectedByte: "a byte that cannot stand here"
      case .unexpectedKind: "a value of another type than expected"
      case .controlCharacter: "a control character that is not escaped"
      case .invalidUTF8: "not UTF-8"
      case .invalidEscape: "an unknown escape"
      case .loneSurrogate: "half of a surrogate pair"
      case .invalidNumber: "not a number"
      case .duplicateName: "a name that stands twice in one object"
      case .tooDeep: "nested too deeply"
      case .trailingBytes: "something after the end"
      }
    return "\(what), at byte \(offset)"
  }
}
