import Delivery

/// Every key of the configuration: the one place that knows type, default, range and meaning.
///
/// Reading, environment variables, help and the example file are made from it.
public enum SettingsTable {
  /// The sections, in the order in which people need them.
  public static let sections: [SettingsSection] = [
    Kafka.section, Topics.section, Active.section, File.section, Connector.section,
    Delivery.section, DeadLetter.section, Limits.section, Admin.section, Privacy.section,
    Log.section,
  ]

  enum Kafka {
    static let bootstrapServers = Setting<String?>.optional(
      "bootstrap.servers", .text, isRequired: true, example: "localhost:9092",
      "Brokers to begin with: host:port, separated by commas.")
    static let groupID = Setting<String?>.optional(
      "group.id", .text, isRequired: true, example: "otp-worker",
      "The consumer group; instances with the same one share the work.")
    static let section = SettingsSection(
      path: "kafka",
      summary: "Any property of librdkafka (TLS, SASL …); the few that would break a promise are"
        + " refused.",
      isOpen: true, rows: [bootstrapServers.row, groupID.row])
  }

  enum Topics {
    static let requests = Setting(
      "requests", .topic, default: "send-otp", "Where requests come from.")
    static let results = Setting(
      "results", .topic, default: "send-otp.results", "Where the outcome of every request goes.")
    static let deadLetters = Setting(
      "deadLetters", .topic, default: "dlq.send-otp", "Where requests go that need a person.")
    static let retry30s = Setting(
      "retry30s", .topic, default: "send-otp.retry.30s", "Where requests wait for 30 seconds.")
    static let retry2m = Setting(
      "retry2m", .topic, default: "send-otp.retry.2m", "Where requests wait for 2 minutes.")
    static let retry10m = Setting(
      "retry10m", .topic, default: "send-otp.retry.10m", "Where requests wait for 10 minutes.")
    static let replay = Setting(
      "replay", .topic, default: "send-otp.replay",
      "Where operators put what is to be sent once more.")
    static let all = [requests, results, deadLetters, retry30s, retry2m, retry10m, replay]
    static let section = SettingsSection(
      path: "topics", summary: "Names of topics, each another one.", rows: all.map(\.row))
  }

  enum Active {
    static let sms = Setting<String?>.optional(
      "sms", .text, example: "twilio-main", "The connector that sends text messages.")
    static let email = Setting<String?>.optional(
      "email", .text, example: "mail-main", "The connector that sends mail.")
    static let section = SettingsSection(
      path: "active", summary: "One connector per channel; at least one channel must have one.",
      rows: [sms.row, email.row])
  }

  /// The keys of the file itself that are no sections.
  enum File {
    static let connectorsDirectory = Setting<String?>.optional(
      "connectorsDirectory", .text, example: "connectors.d",
      "A folder, as seen from this file: each .yaml, .yml or .json file in it is a connector with"
        + " the file's name.")
    static let section = SettingsSection(
      path: "", summary: "Connectors in files of their own.", rows: [connectorsDirectory.row])
  }

  enum Connector {
    static let provider = Setting<String?>.optional(
      "provider", .text, isRequired: true, example: "twilio-short-message-service",
      "The provider's id; see the table in README.md.")
    static let concurrency = Setting<Int?>.optional(
      "concurrency", .wholeNumber(1...1_024), example: "64",
      "Exchanges at once, per instance. Without it the driver's own number.")
    static let rateLimit = Setting<Double?>.optional(
      "rateLimit", .positiveNumber(upTo: 100_000), example: "10",
      "Messages a second, of all instances together: each takes its share by partitions. After a"
        + " quiet second one second's worth may leave at once. Without it there is no limit.")
    static let defaultLocale = Setting<String?>.optional(
      "defaultLocale", .languageTag, example: "en",
      "The language of templates when the request names none that is there.")
    static let caFile = Setting<String?>.optional(
      "caFile", .text, example: "/etc/ssl/private-ca.pem",
      "A file of certificates (PEM) to trust instead of the system's.")
    static let proxy = Setting<Secret?>.optional(
      "proxy", .proxy, isSecret: true, example: "http://proxy.internal:3128",
      "The proxy to go through; proxies of the environment are ignored.")
    static let configFile = Setting<String?>.optional(
      "configFile", .text, example: "twilio.json",
      "In place of config: a file that holds it, such as Logto's JSON, taken as it is.")
    static let config = SettingRow(
      key: "config", format: "a mapping",
      summary: "The provider's keys and the templates, as Logto's connector has them.")
    static let section = SettingsSection(
      path: "connectors.NAME",
      summary: "A connector for every NAME (letters, digits, dots, underscores, hyphens).",
      hasVariables: false,
      rows: [
        provider.row, concurrency.row, rateLimit.row, defaultLocale.row, caFile.row, proxy.row,
        configFile.row,
        config,
      ])
  }

  enum Delivery {
    /// As producers may ask for with `ttlSeconds`.
    static let lifetime = SettingFormat.duration(.seconds(1)...(.seconds(604_800)))
    /// What stands for all usage types that a mapping of lifetimes does not name.
    static let defaultLifetime = "default"

    static let ttl = Setting(
      "ttl", lifetime.map { Lifetimes(standard: $0) }, default: "10m",
      "How long a request lives that does not say so: one duration, or a mapping of usage types and"
        + " \"default\" to durations. Invitations live for 24h unless the mapping names them.")
    static let tries = Setting(
      "tries", .wholeNumber(1...1_000), default: "6",
      "Tries before a request becomes a dead letter: up to 4 within seconds, then after 30 s, 2 minutes and"
        + " 10 minutes each.")
    static let ambiguous = Setting<DeliverySettings.AmbiguousSends>(
      "ambiguous", .choice, default: "once",
      "Whether to send once more when it is not known what became of a send.")
    static let minRemaining = Setting(
      "minRemaining", .duration(.zero...(.seconds(600))), default: "20s",
      "A try needs this much time before the deadline, or a tenth of the lifetime if that is less.")
    static let only = Setting<[RecipientPattern]?>.optional(
      "only", .recipientPatterns, example: "[\"+45*\", \"*@example.com\"]",
      "Write to these recipients only, for systems that must not write to strangers.")
    static let section = SettingsSection(
      path: "delivery", summary: "Lifetimes and tries.",
      rows: [ttl.row, tries.row, ambiguous.row, minRemaining.row, only.row])
  }

  enum DeadLetter {
    static let value = Setting<DeadLetterSettings.Value>(
      "value", .choice, default: "original",
      "Whether dead letters hold the request, or neither key nor value, which gives up replay.")
    static let section = SettingsSection(
      path: "deadLetter", summary: "What needs a person.", rows: [value.row])
  }

  enum Limits {
    static let inFlight = Setting(
      "inFlight", .wholeNumber(1...16_384), default: "512", "Sends at once, over all connectors.")
    static let parked = Setting(
      "parked", .wholeNumber(1...1_000_000), default: "10000",
      "Requests that wait in memory for a time.")
    static let uncommittedSpan = Setting(
      "uncommittedSpan", .wholeNumber(100...1_000_000), default: "20000",
      "Offsets between the first unfinished record of a partition and the last one taken.")
    static let section = SettingsSection(
      path: "limits", summary: "How much may be under way.",
      rows: [inFlight.row, parked.row, uncommittedSpan.row])
  }

  enum Admin {
    static let enabled = Setting(
      "enabled", .flag, default: "true", "Whether to answer /livez, /readyz, /metrics and /status.")
    static let host = Setting(
      "host", .text, default: "127.0.0.1", "The address to listen on.")
    static let port = Setting(
      "port", .wholeNumber(0...65_535), default: "9464", "The port; 0 takes any that is free.")
    static let section = SettingsSection(
      path: "admin", summary: "The listener for health, metrics and status.",
      rows: [enabled.row, host.row, port.row])
  }

  enum Privacy {
    static let hashKey = Setting<Secret?>.optional(
      "hashKey", .hashKey, isSecret: true, example: "${file:/run/secrets/otp-hash-key}",
      "Key of the hashes by which a recipient can be recognised in outcomes; without it there are"
        + " none.")
    static let section = SettingsSection(
      path: "privacy", summary: "What keeps people from being recognised.", rows: [hashKey.row])
  }

  enum Log {
    static let level = Setting<LogSettings.Level>(
      "level", .choice, default: "info", "The least that is logged.")
    static let format = Setting<LogSettings.Format>(
      "format", .choice, default: "json", "JSON lines, or text for people.")
    static let section = SettingsSection(
      path: "log", summary: "Log lines, on standard output.", rows: [level.row, format.row])
  }
}
