import Glibc

/// Times as signatures write them.
enum UTCTime {
  /// Seconds since 1970 of `2026-01-02T03:04:05Z`; nil when the text is of another form or no time.
  static func seconds(extended text: String) -> Int? {
    let marks: [Int: Character] = [4: "-", 7: "-", 10: "T", 13: ":", 16: ":", 19: "Z"]
    let characters = Array(text)
    guard characters.count == 20, marks.allSatisfy({ characters[$0] == $1 }) else { return nil }
    let digits = characters.indices.filter { marks[$0] == nil }.map { characters[$0] }
    return seconds(digits: String(digits))
  }

  /// Seconds since 1970 of `20260102T030405Z`; nil when the text is of another form or no time.
  static func seconds(basic text: String) -> Int? {
    guard text.count == 16, text.hasSuffix("Z"), text.dropFirst(8).first == "T" else { return nil }
    return seconds(digits: text.prefix(8) + text.dropFirst(9).dropLast())
  }

  /// The day of a time: `2026-01-02`.
  static func day(seconds: Int) -> String {
    var time = time_t(seconds)
    var parts = tm()
    gmtime_r(&time, &parts)
    let (year, month, day) = (Int(parts.tm_year) + 1_900, Int(parts.tm_mon) + 1, Int(parts.tm_mday))
    return "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
  }

  /// `20260102030405` → seconds; nil for a 31st of February.
  private static func seconds(digits: some StringProtocol) -> Int? {
    guard digits.count == 14, digits.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
    var rest = digits[...]
    func next(_ count: Int) -> Int32 {
      defer { rest = rest.dropFirst(count) }
      return Int32(rest.prefix(count)) ?? 0
    }
    var parts = tm()
    (parts.tm_year, parts.tm_mon, parts.tm_mday) = (next(4) - 1_900, next(2) - 1, next(2))
    (parts.tm_hour, parts.tm_min, parts.tm_sec) = (next(2), next(2), next(2))
    let given = parts
    let seconds = timegm(&parts)
    // It turns what is out of range into another time.
    let isSame =
      given.tm_mon == parts.tm_mon && given.tm_mday == parts.tm_mday
      && given.tm_hour == parts.tm_hour && given.tm_min == parts.tm_min
      && given.tm_sec == parts.tm_sec
    return isSame ? seconds : nil
  }
}
