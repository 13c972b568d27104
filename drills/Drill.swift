/// Something that goes wrong, repeatably, and what must hold meanwhile and afterwards.
struct Drill: Sendable {
  /// Which Kafka it needs.
  enum Ground: Sendable {
    /// librdkafka's in-process cluster.
    case embedded
    /// Three real brokers, which are killed, frozen and revived.
    case brokers
    /// One real broker behind a proxy that carries nothing when it is told so.
    case behindProxy
  }

  /// What it is called on the command line.
  let name: String
  /// What is done.
  let does: String
  /// What must hold, besides that nothing is lost and every second send is counted.
  let holds: String
  var ground = Ground.embedded
  /// What the argument sets, when it takes one.
  var argument: String?
  /// About how long it takes, in seconds.
  let seconds: Int
  /// Does it.
  let run: @Sendable (Field) throws -> Void

  /// Whether it needs a broker bundle.
  var needsBrokers: Bool { ground != .embedded }

  /// When it is ended, whatever it does: slow machines are no failure.
  var limit: Duration { .seconds(seconds * 4 + 120) }
}
