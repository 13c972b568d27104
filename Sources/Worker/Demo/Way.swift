/// One sample's way through the steps: a row that grows to the right.
///
///     try-again        enqueued → try 1 http.503 → wait 0.5 s → try 2 …
struct Way: Sendable, Equatable {
  /// A step as a few words.
  struct Stop: Sendable, Equatable {
    /// How it stands to the one before.
    enum Place: Sendable {
      /// Behind it.
      case next
      /// Behind it, and not over yet.
      case begun
      /// It is the end of the one that has begun.
      case ends
    }
    var text: String
    var tone: Palette.Tone
    var place = Place.next
  }

  private static let nameWidth = 16
  private static let arrow = " → "

  /// The sample's name.
  let name: String
  private var stops: [Stop] = []
  private var startedAt: Int64?

  init(name: String) { self.name = name }

  /// Goes on by a step.
  mutating func add(_ line: StepLine) {
    let start = startedAt ?? line.milliseconds
    startedAt = start
    var stop = line.stop
    if stop.place == .ends, let begun = stops.last, begun.place == .begun {
      stops.removeLast()
      stop.text = "\(begun.text) \(stop.text)"
    }
    if line.isLast { stop.text += " in \(max(0, line.milliseconds - start)) ms" }
    stops.append(stop)
  }

  /// The row in at most `width` columns; what is too long loses its beginning.
  func row(_ palette: Palette, width: Int) -> String {
    var room = width - Self.nameWidth - 1
    var shown: [String] = []
    for (index, stop) in stops.enumerated().reversed() {
      let text = stop.place == .begun ? "\(stop.text) …" : stop.text
      let rest = index > 0 ? Self.arrow.count + 1 : 0
      guard text.count + rest <= room || shown.isEmpty else {
        shown.append(palette.paint("…", .faint))
        break
      }
      shown.append(palette.paint(beginning(of: text, max(1, room - rest)), stop.tone))
      room -= text.count + Self.arrow.count
    }
    return padded(end(of: name, Self.nameWidth), Self.nameWidth) + " "
      + shown.reversed().joined(separator: palette.paint(Self.arrow, .faint))
  }
}
