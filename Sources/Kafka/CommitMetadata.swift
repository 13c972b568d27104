/// What stands beside a committed offset: who wrote it, which offsets above it are done, and what
/// the next owner needs to know in order not to send anything twice.
///
/// Written as base64 of: a byte for the format, four for a check, the owner's nonce in eight,
/// then sections of a type byte, a varint of their length and their bytes. A section whose type a
/// reader does not know is skipped, so that a newer worker may say more.
///
/// The text goes into Kafka's offset metadata, which brokers limit to 4,096 bytes unless told
/// otherwise: <https://kafka.apache.org/documentation/#brokerconfigs_offset.metadata.max.bytes>.
public struct CommitMetadata: Sendable, Equatable {
  /// Why a text is not metadata of ours.
  public enum Unreadable: Error, Sendable, Equatable {
    /// More than ``CommitMetadata/longestText`` bytes.
    case tooLong
    /// Not base64; another program's.
    case notBase64
    /// Of a format that this version does not know.
    case unknownFormat(UInt8)
    /// Damaged, cut off, or written for another offset.
    case damaged
  }

  /// How its owner left the partition.
  public enum Ending: Sendable, Equatable {
    /// It goes on, or ended without a word: whatever was taken and is not done may have been sent.
    case open
    /// In good order: of all that is not done, only these offsets, ascending, may have reached a provider.
    ///
    /// Stands in an owner's last commit only.
    case clean(possiblyWritten: [Int64])
  }

  /// The longest text that is written or read, in bytes.
  public static let longestText = 3_072
  /// The most ``marks``.
  public static let mostMarks = 8
  /// The most bytes that ``OffsetLedger/room(maximumSpan:)`` lets the offsets take.
  ///
  /// What is left, 384 bytes less the beginning, is for the other sections: at most 104 bytes for the
  /// numbers, and for a clean ending what those and the offsets leave free, so at least 261.
  static let offsetsLimit = longestBody - 384

  /// The most bytes that ``longestText`` has room for.
  private static let longestBody = longestText / 4 * 3
  private static let format: UInt8 = 1

  /// Tells one owner of a partition from the next.
  public var nonce: UInt64
  /// One past the highest offset that may be sent before the next commit; nil in a text of an older version.
  ///
  /// By this owner, or sent by one before it that did not end in good order.
  public var ceiling: Int64?
  /// How far the owner's own records are acknowledged, for each partition that it produces to.
  ///
  /// The offset below which all are; nil where it knows none. The order is the owner's; at most ``mostMarks``.
  public var marks: [Int64?]
  /// An offset of the results that is low enough to begin with.
  public var resultsFrom: Int64?
  /// How the owner left the partition.
  public var ending: Ending
  /// What is not done; all else below its end is.
  let undone: UndoneOffsets

  init(
    nonce: UInt64, undone: UndoneOffsets, ceiling: Int64? = nil, marks: [Int64?] = [],
    resultsFrom: Int64? = nil, ending: Ending = .open
  ) {
    self.nonce = nonce
    self.undone = undone
    self.ceiling = ceiling
    self.marks = marks
    self.resultsFrom = resultsFrom
    self.ending = ending
  }

  /// The offset that this stands beside: the lowest that is not done, or the end of what is known.
  var offset: Int64 { undone.first ?? undone.end }

  /// The highest offset below which an unfinished record may have been sent, as far as is told.
  ///
  /// An older text does not tell it, but knows of no offset past its end.
  var uncertainEnd: Int64 {
    switch ending {
    case .open: ceiling ?? undone.end
    case .clean(let possiblyWritten): possiblyWritten.last.map { $0 + 1 } ?? offset
    }
  }

  /// The text, at most ``longestText`` bytes.
  ///
  /// ``OffsetLedger/room(maximumSpan:)`` sees to it that all offsets fit; were they too many
  /// nevertheless, the highest would be left out. A clean ending whose offsets do not fit is left out
  /// whole, and reads as ``Ending/open``: the worst is then assumed.
  public var text: String {
    var numbers = ByteWriter()
    appendNumbers(to: &numbers)
    // The beginning, and the type and length of the section of the offsets.
    let room = Self.longestBody - 16 - numbers.bytes.count
    var body = ByteWriter()
    body.append(littleEndian: nonce)
    body.append(section: Section.offsets, undone.encode(from: offset, limit: room))
    body.append(numbers.bytes)
    if case .clean(let offsets) = ending, let section = cleanEnding(offsets),
      // The format and the check, and the type and length of this section.
      body.bytes.count + section.count <= Self.longestBody - 8
    {
      body.append(section: Section.cleanEnding, section)
    }
    let check = Self.check(of: body.bytes[...], offset: offset)
    return Base64.encode([Self.format] + check + body.bytes)
  }

  /// Reads the text that was committed beside an offset.
  /// - Parameters:
  ///   - text: the offset's metadata as Kafka has it.
  ///   - offset: the committed offset.
  /// - Returns: nil when there is none: no text, or an empty one.
  /// - Throws: why the text is not ours; its offset stands, and nothing above it is known.
  public static func read(
    _ text: String?, committedAt offset: Int64
  ) throws(Unreadable) -> CommitMetadata? {
    guard let text, !text.isEmpty else { return nil }
    guard text.utf8.count <= longestText else { throw .tooLong }
    guard let bytes = Base64.decode(text) else { throw .notBase64 }
    var reader = ByteReader(bytes[...])
    guard let format = reader.byte() else { throw .damaged }
    guard format == Self.format else { throw .unknownFormat(format) }
    guard let check = reader.bytes(4), Array(check) == self.check(of: bytes[5...], offset: offset),
      let nonce = reader.littleEndian(),
      let metadata = CommitMetadata(nonce: nonce, sections: &reader, committedAt: offset)
    else { throw .damaged }
    return metadata
  }

  /// FNV-1a over the offset and the bytes: what was damaged, or belongs to another offset, must
  /// not make records that were never sent look done.
  ///
  /// <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>
  static func check(of bytes: ArraySlice<UInt8>, offset: Int64) -> [UInt8] {
    var place = ByteWriter()
    place.append(littleEndian: UInt64(bitPattern: offset))
    var hash: UInt32 = 2_166_136_261
    for byte in place.bytes { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    for byte in bytes { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: hash >> $0) }
  }
}
