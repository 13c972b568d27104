import JSON

/// The reader takes what a plain second reader takes, as the same values, and what is written is read as it was.
func checkJSON(_ bytes: [UInt8]) throws(Violation) {
  let value = try? JSONValue(parsing: bytes)
  let plain = try? PlainJSON.read(bytes)
  try require(value == plain, "reader: \(value.words), plain reader: \(plain.words)")

  var json = JSONReader()
  var skipFailure: JSONError?
  do throws(JSONError) {
    try json.skipValue(in: bytes.span)
    try json.finish(in: bytes.span)
  } catch {
    skipFailure = error
    try require((0...bytes.count).contains(error.offset), "an error outside the bytes: \(error)")
  }
  try require(value == nil || skipFailure == nil, "read, but not skipped: \(skipFailure.words)")

  guard let value else { return }
  var writer = JSONWriter()
  value.write(to: &writer)
  let again = try? JSONValue(parsing: writer.bytes)
  try require(again == value, "read again: \(again.words), was: \(value)")
}

extension Optional {
  /// The value in words, for a violation.
  var words: String { map { "\($0)" } ?? "nothing" }
}
