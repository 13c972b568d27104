import JSON
import Testing

@Suite struct JSONWriterTests {
  @Test func `commas and colons come by themselves`() {
    var json = JSONWriter()
    json.beginObject()
    json.key("empty")
    json.beginObject()
    json.endObject()
    json.key("list")
    json.beginArray()
    json.integer(1)
    json.string("two")
    json.beginArray()
    json.endArray()
    json.null()
    json.endArray()
    json.key("yes")
    json.bool(true)
    json.key("no")
    json.bool(false)
    json.key("raw")
    json.raw(Array(#"{"a":1}"#.utf8))
    json.key("text")
    json.raw("1.50")
    json.endObject()
    #expect(
      String(decoding: json.bytes, as: UTF8.self)
        == #"{"empty":{},"list":[1,"two",[],null],"yes":true,"no":false,"raw":{"a":1},"text":1.50}"#
    )
  }

  @Test(
    arguments: [
      ("", #""""#), ("plain", #""plain""#), ("a\"b\\c/d", #""a\"b\\c/d""#),
      ("\n\r\t\u{8}\u{C}", #""\n\r\t\u0008\u000c""#), ("\u{0}x\u{1F}", #""\u0000x\u001f""#),
      ("\u{7F}æ😀\u{2028}", "\"\u{7F}æ😀\u{2028}\""), ("end\"", #""end\"""#),
    ])
  func `strings are escaped where they must be and nowhere else`(text: String, written: String) {
    var value = JSONWriter()
    value.string(text)
    #expect(String(decoding: value.bytes, as: UTF8.self) == written)
    var name = JSONWriter()
    name.key(text: text)
    #expect(String(decoding: name.bytes, as: UTF8.self) == written + ":")
  }

  @Test(arguments: [0, 1, 9, 10, 99, 100, -1, -10, 1_795_257_060_123, Int64.max, Int64.min])
  func `whole numbers are written in full`(number: Int64) {
    var json = JSONWriter()
    json.integer(number)
    #expect(String(decoding: json.bytes, as: UTF8.self) == "\(number)")
  }
}
