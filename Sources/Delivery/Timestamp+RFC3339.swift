extension Timestamp {
  /// Reads a moment as RFC 3339 writes it, such as `2026-11-21T10:31:00.5+01:00`; nil for anything else.
  ///
  /// Digits behind the milliseconds are cut off. A leap second counts as the second behind it.
  /// Source: <https://www.rfc-editor.org/rfc/rfc3339#section-5.6>
  public init?(rfc3339 text: String) {
    var cursor = DateCursor()
    let text = text.utf8Span.span
    guard let year = cursor.number(digits: 4, in: text), cursor.take("-", in: text),
      let month = cursor.number(digits: 2, in: text), cursor.take("-", in: text),
      let day = cursor.number(digits: 2, in: text),
      cursor.take("T", in: text) || cursor.take("t", in: text),
      let hour = cursor.number(digits: 2, in: text), cursor.take(":", in: text),
      let minute = cursor.number(digits: 2, in: text), cursor.take(":", in: text),
      let second = cursor.number(digits: 2, in: text),
      let fraction = cursor.milliseconds(in: text),
      let offset = cursor.offsetMinutes(in: text), cursor.index == text.count,
      (1...12).contains(month), (1...daysIn(month: month, of: year)).contains(day),
      hour < 24, minute < 60, second <= 60
    else { return nil }
    let seconds =
      daysSince1970(year: year, month: month, day: day) * 86_400
      + (hour * 60 + minute - offset) * 60 + second
    // Leap seconds are only ever added at the end of a UTC day.
    guard second < 60 || seconds % 86_400 == 0 else { return nil }
    self.init(milliseconds: Int64(seconds * 1_000 + fraction))
  }

  /// The moment as RFC 3339 writes it, in UTC with milliseconds: `2026-11-21T10:31:00.500Z`.
  ///
  /// What lies outside the years 0–9999, which is all that the format can say, is moved to their edge.
  public var rfc3339: String { String(decoding: rfc3339Bytes, as: UTF8.self) }

  /// ``rfc3339`` as bytes.
  var rfc3339Bytes: [UInt8] {
    let text = rfc3339Text
    return [UInt8](capacity: text.count) { copy in
      for index in text.indices { copy.append(text[index]) }
    }
  }

  /// ``rfc3339`` without an allocation, since three stand in every outcome.
  var rfc3339Text: InlineArray<24, UInt8> {
    let milliseconds = Int(min(max(milliseconds, Self.year0), Self.endOfYear9999))
    let (days, time) = milliseconds.flooredDivision(by: 86_400_000)
    let (year, month, day) = date(daysSince1970: days)
    var text = InlineArray<24, UInt8>(repeating: UInt8(ascii: "-"))
    text.put(year, digits: 4, at: 0)
    text.put(month, digits: 2, at: 5)
    text.put(day, digits: 2, at: 8)
    text[10] = UInt8(ascii: "T")
    text.put(time / 3_600_000, digits: 2, at: 11)
    text[13] = UInt8(ascii: ":")
    text.put(time / 60_000 % 60, digits: 2, at: 14)
    text[16] = UInt8(ascii: ":")
    text.put(time / 1_000 % 60, digits: 2, at: 17)
    text[19] = UInt8(ascii: ".")
    text.put(time % 1_000, digits: 3, at: 20)
    text[23] = UInt8(ascii: "Z")
    return text
  }

  private static let year0: Int64 = -62_167_219_200_000
  private static let endOfYear9999: Int64 = 253_402_300_799_999
}

/// How far a date's text is read.
private struct DateCursor {
  var index = 0

  mutating func take(_ character: Unicode.Scalar, in text: Span<UInt8>) -> Bool {
    guard index < text.count, text[index] == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  mutating func digit(in text: Span<UInt8>) -> Int? {
    guard index < text.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index]) else {
      return nil
    }
    defer { index += 1 }
    return Int(text[index] - UInt8(ascii: "0"))
  }

  mutating func number(digits: Int, in text: Span<UInt8>) -> Int? {
    var number = 0
    for _ in 0..<digits {
      guard let digit = digit(in: text) else { return nil }
      number = number * 10 + digit
    }
    return number
  }

  /// The fraction of a second, 0 when there is none; nil for a point without digits.
  mutating func milliseconds(in text: Span<UInt8>) -> Int? {
    guard take(".", in: text) else { return 0 }
    guard let first = digit(in: text) else { return nil }
    var milliseconds = first * 100
    var weight = 10
    while let digit = digit(in: text) {
      milliseconds += digit * weight
      weight /= 10
    }
    return milliseconds
  }

  /// `Z`, or hours and minutes ahead of UTC, in minutes.
  mutating func offsetMinutes(in text: Span<UInt8>) -> Int? {
    if take("Z", in: text) || take("z", in: text) { return 0 }
    let sign = take("-", in: text) ? -1 : 1
    guard sign < 0 || take("+", in: text), let hours = number(digits: 2, in: text), hours < 24,
      take(":", in: text), let minutes = number(digits: 2, in: text), minutes < 60
    else { return nil }
    return sign * (hours * 60 + minutes)
  }
}

extension InlineArray<24, UInt8> {
  fileprivate mutating func put(_ number: Int, digits: Int, at index: Int) {
    var rest = UInt32(truncatingIfNeeded: number)
    var place = index + digits
    while place > index {
      place -= 1
      self[place] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
  }
}

extension Int {
  /// Quotient and remainder, of which the remainder is never negative.
  fileprivate func flooredDivision(by divisor: Int) -> (quotient: Int, remainder: Int) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}

// The calendar of the two functions below begins its years on 1 March, so that the leap day comes last,
// and counts in eras of 400 years (146,097 days), after which the Gregorian calendar repeats.
// 719,468 days lie between 1 March of the year 0 and 1970.
// Source: <https://howardhinnant.github.io/date_algorithms.html>

private func daysSince1970(year: Int, month: Int, day: Int) -> Int {
  let (era, yearOfEra) = (month > 2 ? year : year - 1).flooredDivision(by: 400)
  let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
  let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

private func date(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
  let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
  let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let monthFromMarch = (5 * dayOfYear + 2) / 153
  let month = (monthFromMarch + 2) % 12 + 1
  let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
  return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
}

private func daysIn(month: Int, of year: Int) -> Int {
  switch month {
  case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
  case 4, 6, 9, 11: 30
  default: 31
  }
}
