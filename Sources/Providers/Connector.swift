public import Delivery

/// A configured way out: a driver with its settings, its templates and its limits.
///
/// An object, because every request holds one and none changes it.
public final class Connector: Sendable {
  /// The name under `connectors`.
  public let name: String
  /// The driver, made of the settings.
  public let driver: any Driver
  /// What the driver says of itself.
  public let descriptor: DriverDescriptor
  /// The texts; empty where the receiver writes them.
  public let templates: TemplateSet
  /// The language for requests that name none, a BCP 47 tag.
  public let defaultLocale: String?
  /// How many exchanges at once, in this process.
  public let concurrency: Int
  /// How many messages a second, in all processes of the group together; nil for no limit.
  public let rateLimit: Double?
  /// A file of root certificates in place of the system's.
  public let caFile: String?
  /// The URL of an HTTP proxy; may hold credentials.
  public let proxy: Secret?

  /// A connector.
  public init(
    name: String, driver: any Driver, templates: TemplateSet, defaultLocale: String? = nil,
    concurrency: Int? = nil, rateLimit: Double? = nil, caFile: String? = nil,
    proxy: Secret? = nil
  ) {
    self.name = name
    self.driver = driver
    descriptor = type(of: driver).descriptor
    self.templates = templates
    self.defaultLocale = defaultLocale
    self.concurrency = concurrency ?? descriptor.concurrency
    self.rateLimit = rateLimit
    self.caFile = caFile
    self.proxy = proxy
  }
}

/// Which connector serves which channel.
public struct ConnectorDirectory: Sendable {
  /// Every connector by name.
  public let connectors: [String: Connector]
  private let sms: Connector?
  private let email: Connector?

  /// A directory; a channel whose active name is not among the connectors has none.
  public init(connectors: [Connector], activeSMS: String?, activeEmail: String?) {
    let byName = Dictionary(
      connectors.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.connectors = byName
    sms = activeSMS.flatMap { byName[$0] }
    email = activeEmail.flatMap { byName[$0] }
  }

  /// The one connector that a channel's messages leave by.
  public func active(_ channel: Channel) -> Connector? {
    switch channel {
    case .sms: sms
    case .email: email
    }
  }

  /// Resolves channel and usage type to a connector and a template.
  /// - Throws: ``Unroutable`` when the channel has no connector, or the connector no template.
  public func route(for request: Request) throws(Unroutable) -> Route {
    guard let connector = active(request.channel) else {
      let channel = request.channel.rawValue
      throw Unroutable(
        code: "connector.missing",
        detail: "no connector is active for \(channel): set active.\(channel)")
    }
    guard connector.descriptor.templateForm != nil else {
      return Route(connector: connector, template: nil)
    }
    let locales = [request.payload.locale].compactMap(\.self) + request.payload.uiLocales
    guard
      let template = connector.templates.template(
        for: request.usageType, locales: locales, defaultLocale: connector.defaultLocale)
    else {
      throw Unroutable(
        code: "template.missing",
        detail:
          "connector \(connector.name) has a template neither for this usage type nor for Generic")
    }
    return Route(connector: connector, template: template)
  }
}

/// How a request leaves: by which connector and with which text.
public struct Route: Sendable {
  /// The connector.
  public var connector: Connector
  /// The text; nil where the receiver writes it.
  public var template: MessageTemplate?
}

/// A request that no connector or template serves: a person can mend the configuration, then replay it.
public struct Unroutable: Error, Sendable {
  /// `connector.missing` or `template.missing`.
  public var code: String
  /// What to do.
  public var detail: String
}
