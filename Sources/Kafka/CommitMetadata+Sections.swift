/// Each section is told at most once; a section that is left out says nothing.
///
/// - 1, the offsets: see ``UndoneOffsets``; the only one that must be there.
/// - 2, ceiling: a varint of how far it is above the committed offset.
/// - 3, marks: for each a varint, 0 for none, else one more than the mark.
/// - 4, a results offset to begin with: a varint.
/// - 5, a clean ending: varints of how far each offset is above the one before, the first above the
///   committed offset.
extension CommitMetadata {
  enum Section {
    static let offsets: UInt8 = 1
    static let ceiling: UInt8 = 2
    static let marks: UInt8 = 3
    static let resultsFrom: UInt8 = 4
    static let cleanEnding: UInt8 = 5
  }

  /// Appends the sections of ceiling, marks and results.
  func appendNumbers(to writer: inout ByteWriter) {
    if let ceiling, ceiling >= offset {
      writer.append(section: Section.ceiling, varints: [UInt64(ceiling - offset)])
    }
    if !marks.isEmpty {
      precondition(marks.count <= Self.mostMarks, "there are more marks than there is room for")
      writer.append(section: Section.marks, varints: marks.map { $0.map { UInt64($0) + 1 } ?? 0 })
    }
    if let resultsFrom {
      writer.append(section: Section.resultsFrom, varints: [UInt64(resultsFrom)])
    }
  }

  /// The bytes for the offsets; nil when they do not ascend from the committed one.
  func cleanEnding(_ offsets: [Int64]) -> [UInt8]? {
    var writer = ByteWriter()
    var last = offset
    for (place, each) in offsets.enumerated() {
      guard each > last || (place == 0 && each == last) else { return nil }
      writer.append(varint: UInt64(each - last))
      last = each
    }
    return writer.bytes
  }

  /// Reads sections to the end; nil when they are not what ``text`` writes.
  init?(nonce: UInt64, sections reader: inout ByteReader, committedAt offset: Int64) {
    var undone: UndoneOffsets?
    var numbers = Numbers()
    var told: Set<UInt8> = []
    while let type = reader.byte() {
      guard let length = reader.varint(), let section = reader.bytes(length) else { return nil }
      if type == Section.offsets {
        guard told.insert(type).inserted else { return nil }
        undone = UndoneOffsets(decoding: section, from: offset)
        guard undone != nil else { return nil }
      } else if Section.ceiling...Section.cleanEnding ~= type {
        guard told.insert(type).inserted, numbers.read(type, section, committedAt: offset) else {
          return nil
        }
      }
    }
    guard let undone else { return nil }
    self.init(
      nonce: nonce, undone: undone, ceiling: numbers.ceiling, marks: numbers.marks,
      resultsFrom: numbers.resultsFrom, ending: numbers.ending)
  }

  /// What the sections other than that of the offsets say.
  private struct Numbers {
    var ceiling: Int64?
    var marks: [Int64?] = []
    var resultsFrom: Int64?
    var ending = Ending.open

    /// Takes in one section; false when it makes no sense.
    mutating func read(_ type: UInt8, _ bytes: ArraySlice<UInt8>, committedAt offset: Int64) -> Bool
    {
      var reader = ByteReader(bytes)
      var varints: [UInt64] = []
      while !reader.isAtEnd {
        guard let number = reader.varint() else { return false }
        varints.append(number)
      }
      switch type {
      case Section.ceiling:
        guard varints.count == 1, let ceiling = sum(offset, varints[0]) else { return false }
        self.ceiling = ceiling
      case Section.marks:
        guard varints.allSatisfy({ $0 <= UInt64(Int64.max) + 1 }) else { return false }
        marks = varints.prefix(mostMarks).map { $0 == 0 ? nil : Int64($0 - 1) }
      case Section.resultsFrom:
        guard varints.count == 1, let offset = Int64(exactly: varints[0]) else { return false }
        resultsFrom = offset
      default:
        guard let offsets = ascending(varints, from: offset) else { return false }
        ending = .clean(possiblyWritten: offsets)
      }
      return true
    }

    private func ascending(_ distances: [UInt64], from offset: Int64) -> [Int64]? {
      var offsets: [Int64] = []
      for distance in distances {
        guard distance > 0 || offsets.isEmpty,
          let next = sum(offsets.last ?? offset, distance), next < .max
        else { return nil }
        offsets.append(next)
      }
      return offsets
    }

    private func sum(_ offset: Int64, _ distance: UInt64) -> Int64? {
      guard let distance = Int64(exactly: distance) else { return nil }
      let (sum, overflow) = offset.addingReportingOverflow(distance)
      return overflow ? nil : sum
    }
  }
}

extension ByteWriter {
  mutating func append(section type: UInt8, _ content: [UInt8]) {
    append(type)
    append(varint: UInt64(content.count))
    append(content)
  }

  fileprivate mutating func append(section type: UInt8, varints: [UInt64]) {
    var content = ByteWriter()
    for number in varints { content.append(varint: number) }
    append(section: type, content.bytes)
  }
}
