import Testing

@testable import Worker

@Suite(.timeLimit(.minutes(1))) struct WayTests {
  private static let plain = Palette(isColored: false)

  private func line(
    _ text: String, at milliseconds: Int64 = 0, _ place: Way.Stop.Place = .next,
    isLast: Bool = false
  ) -> StepLine {
    StepLine(
      milliseconds: milliseconds, name: "a", step: "", detail: "",
      stop: Way.Stop(text: text, tone: .plain, place: place), isLast: isLast)
  }

  private func way(_ lines: [StepLine]) -> Way {
    var way = Way(name: "a")
    for line in lines { way.add(line) }
    return way
  }

  @Test func `a try that goes on says so, and its answer takes the place of that`() {
    var way = way([line("enqueued"), line("try 1", .begun)])
    #expect(way.row(Self.plain, width: 79) == "a                enqueued → try 1 …")
    way.add(line("http.503", .ends))
    #expect(way.row(Self.plain, width: 79) == "a                enqueued → try 1 http.503")
  }

  @Test func `the last step tells the time since the first`() {
    let way = way([line("enqueued", at: 100), line("accepted", at: 125, isLast: true)])
    #expect(way.row(Self.plain, width: 79).hasSuffix("enqueued → accepted in 25 ms"))
  }

  @Test(arguments: 24...90) func `a row fits its width and keeps its end`(width: Int) {
    let way = way((1...6).map { line("step \($0)") } + [line("accepted", isLast: true)])
    let row = way.row(Self.plain, width: width)
    #expect(row.count <= width)
    if width >= 40 { #expect(row.hasSuffix("accepted in 0 ms")) }
  }

  @Test func `an end without a beginning stands for itself`() {
    #expect(way([line("late", .ends)]).row(Self.plain, width: 79).hasSuffix(" late"))
  }
}

@Suite(.timeLimit(.minutes(1))) struct BoardTests {
  /// A terminal that knows what a board uses: line feeds, carriage returns, up, down and erase.
  private struct Terminal {
    var rows: [String] = [""]
    var row = 0
    var column = 0

    mutating func take(_ text: String) {
      var rest = text.unicodeScalars[...]
      while let scalar = rest.popFirst() {
        switch scalar {
        case "\n":
          row += 1
          column = 0
          while rows.count <= row { rows.append("") }
        case "\r": column = 0
        case "\u{1B}":
          let digits = rest.dropFirst().prefix { ("0"..."9").contains($0) }
          let number = Int(String(String.UnicodeScalarView(digits))) ?? 1
          rest = rest.dropFirst(1 + digits.count)
          switch rest.popFirst() {
          case "A": row -= number
          case "B": row += number
          case "K": rows[row] = ""
          default: Issue.record("an unknown sequence")
          }
        default:
          rows[row] += String(scalar)
          column += 1
        }
      }
    }
  }

  @Test func `each row changes in its place, and the cursor comes back`() throws {
    var board = Board(names: ["one", "two", "three"], palette: Palette(isColored: false))
    var terminal = Terminal()
    terminal.take("above\n")
    terminal.take(board.frame(width: 60))
    for (name, text) in [("two", "b"), ("three", "c"), ("one", "a"), ("two", "d")] {
      let line = StepLine(
        milliseconds: 0, name: name, step: "", detail: "",
        stop: Way.Stop(text: text, tone: .plain))
      let text = board.add(line, width: 60)
      terminal.take(try #require(text))
      #expect(terminal.row == 4 && terminal.column == 0)
    }
    #expect(
      terminal.rows == [
        "above", "one              a", "two              b → d", "three            c", "",
      ])
  }

  @Test func `a step of a stranger draws nothing`() {
    var board = Board(names: ["one"], palette: Palette(isColored: false))
    let line = StepLine(milliseconds: 0, name: "else", step: "", detail: "")
    let text = board.add(line, width: 60)
    #expect(text == nil)
  }
}
