import CCurl
import Providers

/// What a mail server says while libcurl opens a connection.
///
/// libcurl holds it unretained; the handle that owns both cleans up libcurl's side first.
final class SMTPTranscript {
  /// What the server offers: the lines of its last reply to EHLO.
  private(set) var capabilities = SMTPCapabilities()
  /// The last whole reply.
  private(set) var last: SMTPReplyParser.Reply?
  /// Whether it said something that is no reply.
  var isGarbled: Bool { parser.fault != nil }
  /// Whether it said anything.
  private(set) var hasSpoken = false
  private var parser = SMTPReplyParser()

  /// Forgets the last opening.
  func clear() {
    capabilities = SMTPCapabilities()
    last = nil
    hasSpoken = false
    parser = SMTPReplyParser()
  }

  /// Takes what libcurl has read; returns whether it can be a reply.
  fileprivate func note(_ bytes: Span<UInt8>) -> Bool {
    hasSpoken = true
    for reply in parser.consume(bytes) {
      last = reply
      // Behind STARTTLS nothing that was said before counts any more.
      if reply.code == 220 { capabilities = SMTPCapabilities() }
      if reply.code == 250 { capabilities = SMTPCapabilities(lines: reply.lines) }
    }
    return !isGarbled
  }
}

/// libcurl's callback for every line of a reply; taking fewer bytes than there are ends the opening.
func onOpeningLine(
  bytes: UnsafeMutablePointer<CChar>?, size: Int, count: Int, context: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes, let context else { return 0 }
  let transcript = Unmanaged<SMTPTranscript>.fromOpaque(context).takeUnretainedValue()
  let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    .bindMemory(to: UInt8.self)
  return transcript.note(line.span) ? size * count : 0
}
