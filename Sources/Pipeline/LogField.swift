public import Delivery

/// The names that stand in a log line: all of them, so that none is spelled two ways.
public enum LogKey: String, Sendable, CaseIterable {
  // Of every line.
  case time, level, message

  // Which request.
  case eventID = "eventId"
  case topic, partition, offset, channel, usageType, template

  // What was tried, and what came of it.
  case connector, provider, attempt, tier, outcome, reason, providerCode
  case providerMessageID =
    "providerMessageId"
  case `class`, disposition, layer, possibleDuplicate, state

  // Times; the unit is milliseconds.
  case latency = "latencyMs"
  case age = "ageMs"
  case wait = "waitMs"
  case limit = "limitMs"

  // The process around them.
  case version, configVersion, group, member, partitions, broker, host, port, path, line, setting
  case signal, error, detail, count, suppressed
}

/// One key of a log line with its value.
public struct LogField: Sendable {
  enum Value: Sendable {
    case text(String)
    case integer(Int64)
    case flag(Bool)
  }
  let key: LogKey
  let value: Value

  /// Text; what is longer than ``Log/longestValue`` bytes is cut.
  public static func text(_ key: LogKey, _ text: String) -> LogField {
    LogField(key: key, value: .text(text))
  }

  /// A whole number.
  public static func number(_ key: LogKey, _ number: some BinaryInteger) -> LogField {
    LogField(key: key, value: .integer(Int64(clamping: number)))
  }

  /// Whole milliseconds; for keys that are times.
  public static func duration(_ key: LogKey, _ time: Duration) -> LogField {
    LogField(key: key, value: .integer(time.milliseconds))
  }

  /// `true` or `false`.
  public static func flag(_ key: LogKey, _ flag: Bool) -> LogField {
    LogField(key: key, value: .flag(flag))
  }

  /// The request's idempotency key.
  public static func eventID(_ id: String) -> LogField { .text(.eventID, id) }
  /// The connector's name.
  public static func connector(_ name: String) -> LogField { .text(.connector, name) }
  /// How many tries there have been, this one included.
  public static func attempt(_ number: Int) -> LogField { .number(.attempt, number) }
  /// Why a request ended as it did.
  public static func reason(_ reason: Reason) -> LogField { .text(.reason, reason.rawValue) }
  /// How the request travels.
  public static func channel(_ channel: Channel) -> LogField { .text(.channel, channel.rawValue) }
  /// The provider's own code, or the transport's.
  public static func providerCode(_ code: String) -> LogField { .text(.providerCode, code) }
  /// What happened, in our words: never a provider's body, a code, a secret or a recipient.
  public static func detail(_ text: String) -> LogField { .text(.detail, text) }
  /// How often.
  public static func count(_ number: some BinaryInteger) -> LogField { .number(.count, number) }
}
