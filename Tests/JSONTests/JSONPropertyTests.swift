import Foundation
import JSON
import TestSupport
import Testing

@Suite struct JSONPropertyTests {
  @Test(arguments: UInt64(1)...20)
  func `a value that is written is read again as it was`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<100 {
      let value = JSONValue.random(depth: 4, using: &random)
      #expect(try JSONValue(parsing: value.written) == value)
    }
  }

  @Test(arguments: UInt64(1)...20)
  func `damaged text is read or refused, and what is read other readers take too`(seed: UInt64)
    throws
  {
    var random = SeededGenerator(seed: seed)
    var (taken, refused) = (0, 0)
    for _ in 0..<2_000 {
      let bytes = JSONValue.random(depth: 3, using: &random).written.damaged(using: &random)
      var json = JSONReader()
      let isTaken: Bool
      do throws(JSONError) {
        try json.skipValue(in: bytes.span)
        try json.finish(in: bytes.span)
        isTaken = true
      } catch {
        #expect((0...bytes.count).contains(error.offset))
        isTaken = false
      }
      // The tree differs from skipping in one thing.
      do throws(JSONError) {
        _ = try JSONValue(parsing: bytes)
        #expect(isTaken)
      } catch {
        #expect(!isTaken || error.kind == .duplicateName)
      }
      if isTaken {
        taken += 1
        #expect(isTakenByFoundation(bytes), "\(bytes)")
      } else {
        refused += 1
      }
    }
    // Otherwise one of the two ways was not tried.
    #expect(taken > 50)
    #expect(refused > 500)
  }

  /// Whether Foundation reads it too, apart from numbers that it has no type for, such as `1e999`.
  private func isTakenByFoundation(_ bytes: [UInt8]) -> Bool {
    do {
      _ = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
      return true
    } catch {
      return "\(error)".contains("is not representable in Swift")
    }
  }

  @Test func `every cut of a text is refused`() {
    let bytes = Array(#"{"a":["x\u0041\ud83d\ude00æ",-1.5e3,true,null,{"b":{}}]}"#.utf8)
    for count in 0..<bytes.count {
      #expect(throws: JSONError.self) { try JSONValue(parsing: Array(bytes.prefix(count))) }
    }
  }
}

extension JSONValue {
  fileprivate var written: [UInt8] {
    var writer = JSONWriter()
    write(to: &writer)
    return writer.bytes
  }

  fileprivate static func random(
    depth: Int, using random: inout SeededGenerator
  ) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &random))
    case 2: return .number("\(Int64.random(in: .min ... .max, using: &random))")
    case 3: return .number(["0", "-0", "1.25", "-3e2", "7E-1"].randomElement(using: &random)!)
    case 4: return .string(text(using: &random))
    case 5:
      let count = Int.random(in: 0...4, using: &random)
      return .array((0..<count).map { _ in .random(depth: depth - 1, using: &random) })
    default:
      let count = Int.random(in: 0...4, using: &random)
      return .object(
        (0..<count).map {
          ("\($0)" + text(using: &random), .random(depth: depth - 1, using: &random))
        })
    }
  }

  private static func text(using random: inout SeededGenerator) -> String {
    let alphabet: [Unicode.Scalar] = [
      "a", "Z", "0", " ", "\"", "\\", "/", "\n", "\r", "\t", "\u{0}", "\u{1F}", "\u{7F}", "æ", "ß",
      "\u{301}", "€", "\u{FEFF}", "\u{FFFF}", "😀", "\u{10FFFF}",
    ]
    var text = ""
    for _ in 0..<Int.random(in: 0...12, using: &random) {
      text.unicodeScalars.append(alphabet.randomElement(using: &random)!)
    }
    return text
  }
}

extension [UInt8] {
  /// A copy with one to three bytes changed, added, taken out, or cut off at the end.
  fileprivate func damaged(using random: inout SeededGenerator) -> [UInt8] {
    var bytes = self
    let likely = Array(#"{}[]",:\u0019eE.-+ "#.utf8) + [0x00, 0x1F, 0x80, 0xC0, 0xED, 0xF4, 0xFF]
    for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[place] = likely.randomElement(using: &random)!
      case 2: bytes.insert(likely.randomElement(using: &random)!, at: place)
      case 3: bytes.remove(at: place)
      default: bytes.removeLast(Swift.min(bytes.count, Int.random(in: 1...4, using: &random)))
      }
    }
    return bytes
  }
}
