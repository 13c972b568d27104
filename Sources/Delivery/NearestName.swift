/// `unknown key "brokr"; did you mean "broker"?`, or with all known names when none is near.
public func unknownNameMessage(_ what: String, _ name: String, known: [String]) -> String {
  if let near = nearestName(to: name, among: known) {
    return "\(what) \"\(name)\"; did you mean \"\(near)\"?"
  }
  return "\(what) \"\(name)\"; known: \(known.sorted().joined(separator: ", "))"
}

/// The name with the fewest edits from `name` (letters added, left out, changed or swapped),
/// without regard to case; nil when none is within a third of its length.
public func nearestName(to name: String, among known: [String]) -> String? {
  let wanted = Array(name.lowercased().unicodeScalars.prefix(64))
  let near = known.map { (edits(wanted, Array($0.lowercased().unicodeScalars)), $0) }
    .min { $0.0 < $1.0 }
  guard let near, near.0 <= max(1, max(wanted.count, near.1.count) / 3) else { return nil }
  return near.1
}

/// Optimal string alignment distance.
private func edits(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
  var before: [Int] = []
  var last = Array(0...right.count)
  for row in 0..<left.count {
    var next = [row + 1] + Array(repeating: 0, count: right.count)
    for column in 0..<right.count {
      let change = left[row] == right[column] ? 0 : 1
      next[column + 1] = min(last[column + 1] + 1, next[column] + 1, last[column] + change)
      if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
        next[column + 1] = min(next[column + 1], before[column - 1] + 1)
      }
    }
    (before, last) = (last, next)
  }
  return last[right.count]
}
