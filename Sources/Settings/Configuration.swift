public import Delivery
public import Providers

/// Everything that the daemon was told, checked as a whole: one immutable snapshot.
///
/// Secrets are held as ``Secret``, so that printing it shows none of ours; drivers do the same.
public struct Configuration: Sendable {
  /// What goes to librdkafka.
  public var kafka: KafkaSettings
  /// The names of the topics.
  public var topics: TopicSettings
  /// Which connector serves which channel.
  public var active: ActiveConnectors
  /// The connectors, in the order of the files.
  public var connectors: [ConnectorSettings]
  /// Lifetimes and tries.
  public var delivery: DeliverySettings
  /// What a dead letter holds.
  public var deadLetter: DeadLetterSettings
  /// How much may be under way.
  public var limits: LimitSettings
  /// The admin listener; nil when there shall be none.
  public var admin: AdminSettings?
  /// What keeps people from being recognised.
  public var privacy: PrivacySettings
  /// How to log.
  public var log: LogSettings
  /// A short name for what the files say: sixteen hexadecimal digits.
  ///
  /// Variables, and files of single values, do not change it.
  public var version: String
  /// Files and folders that the configuration was made of.
  public var sources: [String]

  /// The connector that serves a channel, nil when none does.
  public func connector(for channel: Channel) -> ConnectorSettings? {
    active[channel].flatMap { name in connectors.first { $0.name == name } }
  }
}

/// Properties for librdkafka, in the order of the file.
public struct KafkaSettings: Sendable {
  /// A property of librdkafka.
  public struct Property: Sendable {
    /// Its name.
    public var key: String
    /// Its value; any may be a secret.
    public var value: Secret
    /// Where it stands.
    public var position: SourcePosition
  }
  /// The properties; `bootstrap.servers` and `group.id` are among them.
  public var properties: [Property]
  /// `group.id`.
  public var groupID: String
}

/// The names of the topics.
public struct TopicSettings: Sendable, Equatable {
  /// Where requests come from.
  public var requests: String
  /// Where outcomes go.
  public var results: String
  /// Where dead letters go.
  public var deadLetters: String
  /// Where requests wait for 30 s.
  public var retry30s: String
  /// Where requests wait for 2 minutes.
  public var retry2m: String
  /// Where requests wait for 10 minutes.
  public var retry10m: String
  /// Where operators put what is to be sent once more.
  public var replay: String
}

/// Which connector serves which channel.
public struct ActiveConnectors: Sendable, Equatable {
  /// The name of the connector for text messages.
  public var sms: String?
  /// The name of the connector for mail.
  public var email: String?

  /// The name of a channel's connector.
  public subscript(channel: Channel) -> String? {
    switch channel {
    case .sms: sms
    case .email: email
    }
  }
}

/// One connector: a provider, and what it needs to be spoken to.
public struct ConnectorSettings: Sendable {
  /// The name that `active` refers to.
  public var name: String
  /// The provider's id.
  public var provider: String
  /// The driver, made from `config`.
  public var driver: any Driver
  /// How many exchanges at once.
  public var concurrency: Int
  /// How many messages a second, of all instances together; nil for no limit.
  public var rateLimit: Double?
  /// The language of templates when the request names none that is there.
  public var defaultLocale: String?
  /// A file of certificates to trust instead of the system's.
  public var caFile: String?
  /// The proxy's URL, with the user's password where it has one.
  public var proxy: Secret?
  /// `config.templates` as it stands in the file; nil when there is none.
  public var templates: SettingNode?
  /// Where it stands.
  public var position: SourcePosition
  /// The same for two connectors with the same settings, secrets and certificates included.
  public var mark: ContentMark

  /// The channel, which is the driver's.
  public var channel: Channel { type(of: driver).descriptor.channel }
}

/// Lifetimes and tries.
public struct DeliverySettings: Sendable {
  /// Whether to send again when it is not known what became of a send.
  public enum AmbiguousSends: String, Sendable, CaseIterable {
    /// One extra send.
    case once
    /// No extra send.
    case never
  }
  /// How long requests live that do not say so themselves.
  public var lifetimes: Lifetimes
  /// How many tries a request has.
  public var tries: Int
  /// Whether to send again when it is not known what became of a send.
  public var ambiguous: AmbiguousSends
  /// The time a try needs before the deadline, or a tenth of the lifetime if that is less.
  public var minRemaining: Duration
  /// Who may be written to; nil is everybody.
  public var only: [RecipientPattern]?

  /// Whether `delivery.only` lets a message to `recipient` go out.
  public func allows(_ recipient: Recipient) -> Bool {
    only?.contains { $0.matches(recipient) } ?? true
  }
}

/// How long requests live, by what they are for.
public struct Lifetimes: Sendable, Equatable {
  /// The lifetime of usage types without one of their own.
  public var standard: Duration
  /// Lifetimes of single usage types; invitations have 24 hours here unless told otherwise.
  public var byUsageType: [UsageType: Duration]

  /// Lifetimes; an invitation has a day when `byUsageType` has nothing for it.
  public init(standard: Duration, byUsageType: [UsageType: Duration] = [:]) {
    self.standard = standard
    self.byUsageType = [.organizationInvitation: .seconds(86_400)]
      .merging(byUsageType) { $1 }
  }

  /// The lifetime of a usage type.
  public subscript(usageType: UsageType) -> Duration { byUsageType[usageType] ?? standard }

  /// The longest of them: what the retention of topics is measured by.
  public var longest: Duration { byUsageType.values.reduce(standard, max) }
}

/// What a dead letter holds.
public struct DeadLetterSettings: Sendable, Equatable {
  /// What a dead letter's value is.
  public enum Value: String, Sendable, CaseIterable {
    /// The request's bytes.
    case original
    /// The request with code and recipient masked; it cannot be replayed.
    case redacted
  }
  /// What a dead letter's value is.
  public var value: Value
}

/// How much may be under way.
public struct LimitSettings: Sendable, Equatable {
  /// Sends at once, over all connectors.
  public var inFlight: Int
  /// Requests that wait in memory for a time.
  public var parked: Int
  /// Offsets between the first unfinished record of a partition and the last one taken.
  public var uncommittedSpan: Int
}

/// The admin listener.
public struct AdminSettings: Sendable, Equatable {
  /// The address or name it listens on.
  public var host: String
  /// The port; 0 is any that is free.
  public var port: UInt16
}

/// What keeps people from being recognised.
public struct PrivacySettings: Sendable {
  /// The key of the hashes of recipients, at least 16 bytes; without it there are none.
  public var hashKey: Secret?
}

/// How to log.
public struct LogSettings: Sendable, Equatable {
  /// The least that is logged.
  public enum Level: String, Sendable, CaseIterable {
    case debug
    case info
    case warning
    case error
  }
  /// The shape of a line.
  public enum Format: String, Sendable, CaseIterable {
    /// One JSON object a line.
    case json
    /// For people.
    case text
  }
  /// The least that is logged.
  public var level: Level
  /// The shape of a line.
  public var format: Format
}
