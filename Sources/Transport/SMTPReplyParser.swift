import Providers

/// Reads the replies of a mail server from bytes as they come, and keeps no more of them than it must.
///
/// A reply is lines of one code; all but the last have a hyphen behind it
/// ([RFC 5321 §4.2](https://www.rfc-editor.org/rfc/rfc5321#section-4.2)). Lines may end in LF alone, which is read
/// although it must not be written.
struct SMTPReplyParser {
  /// One whole reply.
  struct Reply: Equatable {
    /// 200–599.
    var code: Int
    /// What stands behind the code, line by line.
    var lines: [String]
  }
  /// What is no reply.
  enum Fault: Error, Equatable {
    case notACode
    case changedCode
    case longLine
    case manyLines
  }

  /// [RFC 5321 §4.5.3.1.5](https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.5) says 512; servers write more.
  static let longestLine = 2_048
  /// How many lines one reply may have.
  static let mostLines = 128

  private var line: [UInt8] = []
  private var reply: Reply?
  /// What stands behind the last reply and is none; nothing more can be read then.
  private(set) var fault: Fault?

  /// Whether nothing was read behind the last reply.
  var isBetweenReplies: Bool { line.isEmpty && reply == nil && fault == nil }

  /// Reads bytes; returns the replies that they complete, whatever stands behind them: see ``fault``.
  mutating func consume(_ bytes: Span<UInt8>) -> [Reply] {
    var replies: [Reply] = []
    guard fault == nil else { return replies }
    do throws(Fault) {
      for index in bytes.indices {
        if let whole = try take(bytes[index]) { replies.append(whole) }
      }
      // Told at once: who speaks something else may never end the line.
      if !line.isEmpty, !Self.mayBegin(line) { throw .notACode }
    } catch {
      fault = error
    }
    return replies
  }

  /// Takes a byte; returns the reply that it ends.
  private mutating func take(_ byte: UInt8) throws(Fault) -> Reply? {
    guard byte == 0x0A else {
      guard line.count < Self.longestLine else { throw .longLine }
      line.append(byte)
      return nil
    }
    if line.last == 0x0D { line.removeLast() }
    defer { line.removeAll(keepingCapacity: true) }
    return try take(line)
  }

  private static func mayBegin(_ line: [UInt8]) -> Bool {
    guard (0x32...0x35).contains(line[0]) else { return false }
    return line.prefix(3).allSatisfy { (0x30...0x39).contains($0) }
      && (line.count < 4 || line[3] == 0x20 || line[3] == 0x2D || line[3] == 0x0D)
  }

  /// Takes a line; returns the reply that it ends.
  private mutating func take(_ line: [UInt8]) throws(Fault) -> Reply? {
    guard line.count >= 3, Self.mayBegin(line) else { throw .notACode }
    let code = line[..<3].reduce(0) { $0 * 10 + Int($1 - 0x30) }
    if let reply, reply.code != code { throw .changedCode }
    var reply = reply ?? Reply(code: code, lines: [])
    guard reply.lines.count < Self.mostLines else { throw .manyLines }
    reply.lines.append(String(decoding: line.dropFirst(4), as: UTF8.self))
    guard line.count > 3, line[3] == 0x2D else {
      self.reply = nil
      return reply
    }
    self.reply = reply
    return nil
  }
}

extension SMTPReplyParser.Reply {
  /// The reply as drivers get it.
  func answering(_ stage: SMTPReply.Stage, messageID: String) -> SMTPReply {
    var enhanced: SMTPEnhancedCode?
    var texts: [Substring] = []
    for line in lines {
      let word = line.prefix { $0 != " " }
      if let found = SMTPEnhancedCode(word), found.kind == code / 100 {
        enhanced = enhanced ?? found
        texts.append(line.dropFirst(word.count + 1))
      } else {
        texts.append(line[...])
      }
    }
    var text = texts.joined(separator: " ")
    // By whole characters: half of one would be read as U+FFFD, which is longer.
    text.unicodeScalars.keepFirst(utf8Bytes: 1_024)
    return SMTPReply(
      stage: stage, code: code, enhancedCode: enhanced, text: text, messageID: messageID)
  }
}

extension String.UnicodeScalarView {
  /// Drops what does not fit into so many bytes.
  fileprivate mutating func keepFirst(utf8Bytes limit: Int) {
    var (end, size) = (startIndex, 0)
    while end < endIndex {
      size += UTF8.width(self[end])
      guard size <= limit else { return removeSubrange(end...) }
      formIndex(after: &end)
    }
  }
}
