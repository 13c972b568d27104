/// Finds the one-time code in a text, as a person would: the run of digits (or capitals and digits)
/// that the words around it call a code.
///
/// Numbers of telephones and orders, amounts, dates, times, years and links are none.
enum CodeFinder {
  /// How much of a text is looked at.
  private static let lookedAt = 4_000
  /// What a candidate must reach: six digits on their own do, a year does not.
  private static let enough = 25

  /// The code in a message; nil when nothing looks like one.
  static func code(in text: String, subject: String? = nil) -> String? {
    best(in: text) ?? subject.flatMap(best)
  }

  private static func best(in text: String) -> String? {
    let words = Words(Array(text.unicodeScalars.prefix(lookedAt)))
    var best: (code: String, score: Int)?
    for index in words.all.indices {
      guard let found = candidate(at: index, in: words), found.score >= enough,
        found.score > best?.score ?? 0
      else { continue }
      best = found
    }
    return best?.code
  }

  private static func candidate(at index: Int, in words: Words) -> (code: String, score: Int)? {
    let word = words.all[index]
    guard var score = shape(of: word, next: words.next(after: index)) else { return nil }
    let code = joined(word, next: words.next(after: index))
    let before = words.vocabulary(before: index)
    let after = words.vocabulary(after: index)
    let isNamed = words.isNamed(index)
    let isLettersOnly = !code.contains(where: \.isNumber)
    if isLettersOnly, !isNamed { return nil }
    if Keyword.names(code.lowercased()) { return nil }
    if isNamed {
      score += 70
    } else if Keyword.isAmong(before) {
      score += 40
    } else if Keyword.isAmong(after) {
      score += 35
    }
    if words.isAlone(index) { score += 25 }
    if before.last.map(Keyword.isOfAnother) ?? false { score -= 40 }
    if code.count == 4, code.hasPrefix("19") || code.hasPrefix("20"), !isNamed { score -= 30 }
    return (code, score)
  }

  /// How much a word looks like a code by itself; nil when it cannot be one.
  private static func shape(of word: Words.Word, next: Words.Word?) -> Int? {
    if word.isMarked { return nil }
    let text = joined(word, next: next)
    guard (4...10).contains(text.count),
      text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
    else { return nil }
    let digits = text.count(where: \.isNumber)
    if digits == text.count {
      switch text.count {
      case 6: return 30
      case ...8: return 26
      default: return 10
      }
    }
    // `1000th` and `100mb` are words, `X7K2QM` is a code.
    guard !text.contains(where: \.isLowercase) else { return nil }
    return digits >= 2 || (digits == 1 && text.count >= 5) ? 22 : digits == 0 ? 5 : 12
  }

  /// The word without what groups its digits: `123-456`, `123 456` and `G-123456` are one code each.
  private static func joined(_ word: Words.Word, next: Words.Word?) -> String {
    let groups = word.text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    if groups.count == 2 {
      let isPrefixed = groups[0].count == 1 && groups[0].first!.isUppercase && isDigits(groups[1])
      if isPrefixed { return groups[1] }
      if isDigits(groups[0]), isDigits(groups[1]), groups[0].count == groups[1].count,
        (3...4).contains(groups[0].count)
      {
        return groups.joined()
      }
    }
    if groups.count == 1, isDigits(word.text), word.text.count == 3, let next,
      next.text.count == 3, isDigits(next.text), next.isBehindSpace, !next.isMarked
    {
      return word.text + next.text
    }
    return word.text
  }

  private static func isDigits(_ text: String) -> Bool {
    !text.isEmpty && text.allSatisfy { $0.isASCII && $0.isNumber }
  }
}

/// What codes are called.
private enum Keyword {
  private static let beginnings = [
    "code", "kode", "kód", "codice", "código", "codigo", "koodi", "kodas", "passcode", "verif",
    "one-time", "onetime", "einmal", "passwor", "κωδικ", "код", "парол", "رمز", "קוד", "رقم",
  ]
  private static let wholes: Set<String> = ["otp", "pin", "tan", "kod", "mã"]
  private static let parts = ["验证码", "驗證碼", "校验码", "动态码", "コード", "코드", "인증번호"]
  /// What other numbers are called.
  private static let others: Set<String> = [
    "order", "ref", "reference", "ticket", "invoice", "no", "nr", "number", "account", "konto",
    "phone", "tel", "room", "flight", "case", "id", "reply", "text", "call",
  ]

  static func names(_ word: String) -> Bool {
    wholes.contains(word) || beginnings.contains(where: word.hasPrefix)
      || parts.contains(where: word.contains) || word.hasSuffix("code")
  }

  static func isAmong(_ words: [String]) -> Bool { words.contains(where: names) }
  static func isOfAnother(_ word: String) -> Bool { others.contains(word) }
}

/// A text in words, with what stands between them.
private struct Words {
  struct Word {
    var text: String
    var range: Range<Int>
    /// A sign before or behind it makes it a number of another kind: `+45…`, `$1000`, `12:30`, `a@b`.
    var isMarked: Bool
    var isBehindSpace: Bool
  }

  let scalars: [Unicode.Scalar]
  private(set) var all: [Word] = []

  init(_ scalars: [Unicode.Scalar]) {
    self.scalars = scalars
    var start: Int?
    for index in scalars.indices {
      if Self.isPart(scalars[index]) {
        if start == nil { start = index }
      } else if let begin = start {
        append(begin..<index)
        start = nil
      }
    }
    if let start { append(start..<scalars.count) }
  }

  /// Parts of codes, and what makes a run of them something else.
  private static func isPart(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII
      && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        || "-_.,:/@+#%$&=?~'".unicodeScalars.contains(scalar))
  }

  private mutating func append(_ range: Range<Int>) {
    var range = range
    let closing = ".,:?'-/".unicodeScalars
    while let last = range.last, closing.contains(scalars[last]) { range = range.dropLast() }
    var isMarked = false
    while let first = range.first, "'-#.,:".unicodeScalars.contains(scalars[first]) {
      range = range.dropFirst()
    }
    guard let first = range.first else { return }
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars[range])
    isMarked = text.contains { "_.,:/@+#%$&=?~'".contains($0) }
    if first > 0, "€£¥₹$+".unicodeScalars.contains(scalars[first - 1]) { isMarked = true }
    let isBehindSpace = first > 0 && scalars[first - 1] == " "
    all.append(
      Word(text: text, range: range, isMarked: isMarked, isBehindSpace: isBehindSpace))
  }

  func next(after index: Int) -> Word? { index + 1 < all.count ? all[index + 1] : nil }

  /// The words in the forty characters before a word.
  func vocabulary(before index: Int) -> [String] {
    let start = all[index].range.lowerBound
    return vocabulary(in: max(0, start - 40)..<start)
  }

  /// The words in the forty characters behind a word.
  func vocabulary(after index: Int) -> [String] {
    let end = all[index].range.upperBound
    return vocabulary(in: end..<min(scalars.count, end + 40))
  }

  private func vocabulary(in range: Range<Int>) -> [String] {
    scalars[range].split { !$0.properties.isAlphabetic && $0 != "-" }.map { word in
      var text = ""
      text.unicodeScalars.append(contentsOf: word)
      return text.lowercased()
    }
  }

  /// Whether what stands directly before says that this is the code: `code is`, `code:`, `验证码是`,
  /// or the `#` of a text that browsers read (https://wicg.github.io/sms-one-time-codes/).
  func isNamed(_ index: Int) -> Bool {
    let start = all[index].range.lowerBound
    if start > 1, scalars[start - 1] == "#", index > 0 {
      let before = all[index - 1]
      if before.text.hasPrefix("@"), before.range.upperBound == start - 2 { return true }
    }
    let words = vocabulary(in: max(0, start - 24)..<start)
    guard let last = words.last else { return false }
    if Keyword.names(last) { return true }
    let isVerb = ["is", "är", "er", "ist", "est", "es", "lautet", "на", "это"].contains(last)
    return isVerb && words.count > 1 && Keyword.names(words[words.count - 2])
  }

  /// Whether nothing else stands in its line.
  func isAlone(_ index: Int) -> Bool {
    let range = all[index].range
    func isBlank(_ scalar: Unicode.Scalar) -> Bool {
      scalar == " " || scalar == "\t" || scalar == "*"
    }
    let before = scalars[..<range.lowerBound].last { !isBlank($0) }
    let after = scalars[range.upperBound...].first { !isBlank($0) }
    return (before.map { $0 == "\n" || $0 == "\r" } ?? true)
      && (after.map { $0 == "\n" || $0 == "\r" } ?? true)
  }
}
