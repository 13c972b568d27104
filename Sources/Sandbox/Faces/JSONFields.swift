import Foundation
import HTTPServer

/// A JSON object in a request, read with another parser than the worker's own, so that both cannot be
/// wrong in the same way.
struct JSONFields {
  private let members: [String: Any]

  /// The object that the bytes are; nil when they are none.
  init?(_ bytes: [UInt8]) {
    guard let value = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
    else { return nil }
    members = value
  }

  /// The object that the text is; nil when it is none.
  init?(text: String) { self.init(Array(text.utf8)) }

  private init(_ members: [String: Any]) { self.members = members }

  /// The names of its members, sorted.
  var names: [String] { members.keys.sorted() }
  /// Whether there is such a member, other than null.
  func has(_ name: String) -> Bool { members[name].map { !($0 is NSNull) } ?? false }
  /// The member, when it is a text.
  func text(_ name: String) -> String? { members[name] as? String }
  /// The member, when it is an object.
  func object(_ name: String) -> JSONFields? {
    (members[name] as? [String: Any]).map(JSONFields.init)
  }
  /// The member, when it is an array of objects.
  func objects(_ name: String) -> [JSONFields]? {
    (members[name] as? [Any])?.allMapped { ($0 as? [String: Any]).map(JSONFields.init) }
  }
  /// The member, when it is an array of texts.
  func texts(_ name: String) -> [String]? {
    (members[name] as? [Any])?.allMapped { $0 as? String }
  }
  /// The member, when it is a whole number and neither a text nor true or false.
  func number(_ name: String) -> Int? {
    guard let number = members[name] as? NSNumber, !isFlag(number) else { return nil }
    return Int(exactly: number.doubleValue)
  }
  /// The member, when it is true or false and neither 0 nor 1.
  func flag(_ name: String) -> Bool? {
    guard let number = members[name] as? NSNumber, isFlag(number) else { return nil }
    return number.boolValue
  }
  /// The member as a form would say it, when it is a text or a number.
  func word(_ name: String) -> String? { text(name) ?? number(name).map(String.init) }
  /// Whether the member is missing, or as `isRight` wants it.
  func isMissingOr(_ name: String, _ isRight: (String) -> Bool) -> Bool {
    !has(name) || isRight(name)
  }
  /// The members that a form could have said: texts and numbers.
  var allWords: [String: String] {
    Dictionary(uniqueKeysWithValues: names.compactMap { name in word(name).map { (name, $0) } })
  }
  /// The members, when all of them are texts.
  var allTexts: [String: String]? {
    let texts = members.compactMapValues { $0 as? String }
    return texts.count == members.count ? texts : nil
  }

  /// The object as text, in an order that does not change.
  var text: String {
    // What was read can be written.
    let text = try? JSONSerialization.data(
      withJSONObject: members, options: [.sortedKeys, .withoutEscapingSlashes])
    return String(decoding: text ?? Data(), as: UTF8.self)
  }

  /// Foundation reads both as numbers, but writes them as what they were.
  private func isFlag(_ number: NSNumber) -> Bool {
    let text = try? JSONSerialization.data(withJSONObject: [number])
    return text == Data("[true]".utf8) || text == Data("[false]".utf8)
  }
}

extension Array {
  /// The elements through `transform`; nil when it has nothing for one of them.
  fileprivate func allMapped<Result>(_ transform: (Element) -> Result?) -> [Result]? {
    let results = compactMap(transform)
    return results.count == count ? results : nil
  }
}

extension IncomingRequest {
  /// The JSON object in a body of type `application/json`; nil when it is declared as anything else or is none.
  var jsonFields: JSONFields? { mediaType == "application/json" ? JSONFields(body) : nil }
}
