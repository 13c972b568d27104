/// All samples at once, each a row that is drawn anew as its sample goes on.
///
/// For terminals that move the cursor (ECMA-48). Between two calls the cursor stands at the beginning of the line
/// below the rows.
struct Board {
  private var ways: [Way]
  private let palette: Palette

  /// A board without any step.
  init(names: [String], palette: Palette) {
    ways = names.map(Way.init(name:))
    self.palette = palette
  }

  /// How many lines a terminal needs to show a board, and a little below it.
  static func height(of rows: Int) -> Int { rows + 3 }

  /// All rows.
  func frame(width: Int) -> String {
    ways.map { $0.row(palette, width: width) + "\n" }.joined()
  }

  /// Goes on by a step.
  /// - Returns: what draws its row anew; nil when it is of no row.
  mutating func add(_ line: StepLine, width: Int) -> String? {
    guard let index = ways.firstIndex(where: { $0.name == line.name }) else { return nil }
    ways[index].add(line)
    let distance = ways.count - index
    let row = ways[index].row(palette, width: width)
    return "\u{1B}[\(distance)A\r\u{1B}[2K\(row)\r\u{1B}[\(distance)B"
  }
}
