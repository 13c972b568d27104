import Delivery
import HTTPServer

/// A query that cannot be followed, and what to write instead.
struct InvalidQuery: Error {
  var problem: String
}

/// What `GET /_/messages` is asked for.
struct InboxQuery {
  private static let names = [
    "to", "provider", "channel", "usageType", "q", "since", "after", "before", "limit", "wait",
    "view",
  ]

  private(set) var filter = InboxFilter()
  private(set) var limit = 50
  /// How long to wait for a first message; nil answers at once.
  private(set) var wait: Duration?
  /// Whether texts are cut short and requests left out.
  private(set) var isSummary = false

  /// Reads a request's query.
  /// - Throws: what is wrong with it first.
  init(_ request: IncomingRequest, longestWait: Int) throws(InvalidQuery) {
    guard let fields = request.query else {
      throw InvalidQuery(problem: "the query cannot be decoded: percent-encode it as UTF-8")
    }
    for (name, value) in fields where !value.isEmpty {
      switch name {
      case "to": filter.recipient = value
      case "provider": filter.provider = value
      case "usageType": filter.usageType = value
      case "q": filter.search = value
      case "channel":
        guard let channel = Channel(rawValue: value) else {
          throw InvalidQuery(problem: "channel must be sms or email")
        }
        filter.channel = channel
      case "since":
        // `+` of an offset is a space by now.
        let text = value.replacing(" ", with: "+")
        guard let time = Timestamp(rfc3339: text) ?? Int64(value).map(Timestamp.init(milliseconds:))
        else {
          throw InvalidQuery(
            problem: "since must be like 2026-11-21T10:31:00Z, or milliseconds since 1970")
        }
        filter.since = time
      case "after": filter.after = try Self.number(name, value, 0...Int.max)
      case "before": filter.before = try Self.number(name, value, 0...Int.max)
      case "limit": limit = try Self.number(name, value, 1...1_000)
      case "wait": wait = .seconds(try Self.number(name, value, 0...longestWait))
      case "view":
        guard value == "summary" else { throw InvalidQuery(problem: "view must be summary") }
        isSummary = true
      default:
        throw InvalidQuery(
          problem: "there is no \"\(name)\"; there are \(Self.names.joined(separator: ", "))")
      }
    }
  }

  private static func number(
    _ name: String, _ text: String, _ range: ClosedRange<Int>
  ) throws(InvalidQuery) -> Int {
    guard let number = Int(text), range.contains(number) else {
      let end = range.upperBound == .max ? " on" : " to \(range.upperBound)"
      throw InvalidQuery(problem: "\(name) must be a whole number from \(range.lowerBound)\(end)")
    }
    return number
  }
}
