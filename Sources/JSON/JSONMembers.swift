/// The names that a caller knows in an object, made ready for comparison.
public struct JSONNames: Sendable {
  /// The names, each packed into one number.
  let words: [UInt128]

  /// Names to be known by their index.
  /// - Parameter names: at most 64, of at most 16 bytes each and without NUL.
  public init(_ names: [String]) {
    precondition(names.count <= 64)
    words = names.map { name in
      precondition(name.utf8.count <= 16)
      return name.utf8.reduce(0) { $0 << 8 | UInt128($1) }
    }
  }

  /// Which name a text is.
  func index(of text: JSONText, in bytes: Span<UInt8>) -> Int? {
    var word: UInt128 = 0
    if text.isEscaped {
      let decoded = text.decoded(in: bytes)
      // A leading NUL would vanish in the packing.
      guard decoded.count <= 16, decoded.first != 0 else { return nil }
      for byte in decoded { word = word << 8 | UInt128(byte) }
    } else {
      guard text.end - text.start <= 16 else { return nil }
      for index in text.start..<text.end { word = word << 8 | UInt128(bytes[index]) }
    }
    return words.firstIndex(of: word)
  }
}

/// Reads an object's members, refusing a name that stands twice.
///
///     try json.beginObject(in: bytes)
///     var members = JSONMembers(names)
///     while let member = try members.next(from: &json, in: bytes) { … }
public struct JSONMembers {
  /// A member, of which the name was read and the value is due.
  public struct Member {
    /// Which of the known names it has; nil for any other.
    public let index: Int?
    /// The name as it stands in the text.
    public let name: JSONText
  }

  private let names: JSONNames
  private var seen: UInt64 = 0
  private var others = NameSet()

  /// The members of an object that has just been opened.
  public init(_ names: JSONNames) { self.names = names }

  /// Reads the next name; nil at the end of the object.
  public mutating func next(
    from json: inout JSONReader, in bytes: Span<UInt8>
  ) throws(JSONError) -> Member? {
    guard let name = try json.nextName(in: bytes) else { return nil }
    let index = names.index(of: name, in: bytes)
    let isNew: Bool
    if let index {
      isNew = seen & (1 << UInt64(index)) == 0
      seen |= 1 << UInt64(index)
    } else {
      isNew = others.insert(name, in: bytes)
    }
    guard isNew else { throw JSONError(.duplicateName, at: name.start - 1) }
    return Member(index: index, name: name)
  }
}

/// The names of one object so far: compared one by one while they are few, hashed when they are many.
struct NameSet {
  private static let few = 16
  private var names: [JSONText] = []
  private var hashed: Set<[UInt8]> = []

  /// Adds a name; false when it was there.
  mutating func insert(_ name: JSONText, in bytes: Span<UInt8>) -> Bool {
    if names.count < Self.few {
      for other in names where other.isEqual(to: name, in: bytes) { return false }
      names.append(name)
      return true
    }
    if hashed.isEmpty {
      for other in names { hashed.insert(other.decoded(in: bytes)) }
    }
    return hashed.insert(name.decoded(in: bytes)).inserted
  }
}
