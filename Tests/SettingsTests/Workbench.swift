import Delivery
import Foundation
import Providers
import Settings
import Testing

/// A folder of its own for a test's files; it goes when the test ends.
final class Workbench {
  let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/settings-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array(text.utf8))
  }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = path(name)
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  /// Loads the text as the main file.
  func load(
    _ text: String, environment: [String: String] = [:],
    drivers: [any Driver.Type] = standInDrivers
  ) throws -> Result<Configuration, ConfigurationProblems> {
    loader(environment, drivers: drivers).load(path: try write("otp-worker.yaml", text))
  }

  /// The problems of the text, a line each, without the folder.
  func problems(_ text: String, environment: [String: String] = [:]) throws -> [String] {
    switch try load(text, environment: environment) {
    case .success: return []
    case .failure(let problems):
      return problems.description.replacing("\(folder)/", with: "").split(separator: "\n")
        .dropLast().map(String.init)
    }
  }
}

/// One for each channel, with a key of every kind.
let standInDrivers: [any Driver.Type] = [StandInSMS.self, StandInMail.self]

/// A loader with the checks of these tests.
func loader(
  _ environment: [String: String], drivers: [any Driver.Type] = standInDrivers
) -> ConfigurationLoader {
  ConfigurationLoader(
    environment: environment, drivers: drivers,
    kafkaCheck: { key, value in
      switch key {
      case "enable.auto.commit": "is the worker's own"
      case "sasl.password": value.count < 8 ? "cannot be \(value)" : nil
      default: nil
      }
    },
    kafkaSecretKeys: ["sasl.password"],
    templateCheck: { templates, path, _, problems in
      guard case .array? = templates?.value else {
        problems.append(SettingProblem(at: templates?.position, key: path, "must be a list"))
        return
      }
    })
}

/// Has Twilio's keys and a few more, so that every kind of key is there.
struct StandInSMS: Driver {
  static let descriptor = DriverDescriptor(
    id: "twilio-short-message-service", channel: .sms, name: "Stand-in",
    documentation: "https://example.com", text: .templates,
    settings: [
      SettingDescriptor("accountSID", .text, isRequired: true, "Account."),
      SettingDescriptor("authToken", .text, isRequired: true, isSecret: true, "Token."),
      SettingDescriptor("fromMessagingServiceSID", .text, "Service."),
      SettingDescriptor("from", .text, "Number."),
      SettingDescriptor("disableRiskCheck", .flag, "Risk."),
      SettingDescriptor("validityPeriod", .integer(1...36_000), "Seconds."),
      SettingDescriptor("baseURL", .url, "Base."),
    ], concurrency: 30)

  let account: String
  let token: Secret
  let disablesRiskCheck: Bool
  let validity: Int?

  init(settings: SettingsReader) throws(InvalidSettings) {
    if settings.text("from") == nil, settings.text("fromMessagingServiceSID") == nil {
      settings.report(nil, "needs from or fromMessagingServiceSID")
    }
    account = try settings.required("accountSID")
    token = Secret(try settings.required("authToken"))
    disablesRiskCheck = settings.flag("disableRiskCheck") ?? false
    validity = settings.integer("validityPeriod")
  }

  func exchange(for message: Message, context: SendContext) throws(Refusal) -> Exchange {
    throw Refusal(Answer(.rejected, code: "stand-in"))
  }

  func answer(to reply: Reply) -> Answer { Answer(.accepted, code: "stand-in") }
}

/// A driver for the other channel, whose receiver writes the text.
struct StandInMail: Driver {
  static let descriptor = DriverDescriptor(
    id: "http-email", channel: .email, name: "Stand-in mail", documentation: "https://example.com",
    text: .receiver,
    settings: [SettingDescriptor("endpoint", .url, isRequired: true, "Where to.")])

  init(settings: SettingsReader) throws(InvalidSettings) {
    guard settings.url("endpoint") != nil else { throw InvalidSettings() }
  }

  func exchange(for message: Message, context: SendContext) throws(Refusal) -> Exchange {
    throw Refusal(Answer(.rejected, code: "stand-in"))
  }

  func answer(to reply: Reply) -> Answer { Answer(.accepted, code: "stand-in") }
}

/// The least that loads; sections can be put behind it.
let minimal = """
  kafka: { bootstrap.servers: "localhost:9092", group.id: otp-worker }
  active: { sms: twilio-main }
  connectors:
    twilio-main:
      provider: twilio-short-message-service
      config:
        accountSID: AC123
        authToken: token-of-twilio
        from: "+4512345678"
        templates:
          - { usageType: Generic, content: "Your code is {{code}}" }

  """
