/// What stands beside a committed offset: who wrote it, and which offsets above it are done.
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

  /// The longest text that is written or read, in bytes.
  public static let longestText = 3_072
  /// The most bytes that the offsets take.
  ///
  /// What is left, 256 bytes less the beginning, is for other sections.
  static let offsetsLimit = longestText / 4 * 3 - 256

  private static let format: UInt8 = 1
  private static let offsetsSection: UInt8 = 1

  /// Tells one owner of a partition from the next.
  public var nonce: UInt64
  /// What is not done; all else below its end is.
  let undone: UndoneOffsets

  init(nonce: UInt64, undone: UndoneOffsets) {
    self.nonce = nonce
    self.undone = undone
  }

  /// The offset that this stands beside: the lowest that is not done, or the end of what is known.
  var offset: Int64 { undone.first ?? undone.end }

  /// The text, at most ``longestText`` bytes.
  ///
  /// ``OffsetLedger/room(maximumSpan:)`` sees to it that all offsets fit; were they too many
  /// nevertheless, the highest would be left out.
  public var text: String {
    let offsets = undone.encode(from: offset, limit: Self.offsetsLimit)
    var body = ByteWriter()
    body.append(littleEndian: nonce)
    body.append(Self.offsetsSection)
    body.append(varint: UInt64(offsets.count))
    body.append(offsets)
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
      let undone = offsets(in: &reader, committedAt: offset)
    else { throw .damaged }
    return CommitMetadata(nonce: nonce, undone: undone)
  }

  private static func offsets(
    in reader: inout ByteReader, committedAt offset: Int64
  ) -> UndoneOffsets? {
    var undone: UndoneOffsets?
    while let type = reader.byte() {
      guard let length = reader.varint(), let section = reader.bytes(length) else { return nil }
      guard type == offsetsSection else { continue }
      guard undone == nil, let decoded = UndoneOffsets(decoding: section, from: offset) else {
        return nil
      }
      undone = decoded
    }
    return undone
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
