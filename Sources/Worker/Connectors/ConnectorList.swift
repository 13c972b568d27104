import Delivery
import JSON
import Providers
import Settings

/// The drivers of this build, and what a configuration makes of them.
struct ConnectorList {
  private let drivers: [DriverDescriptor]
  private let configuration: Configuration?

  init(_ drivers: [any Driver.Type], in configuration: Configuration?) {
    self.drivers = drivers.map { $0.descriptor }.sorted {
      ($0.channel.rawValue, $0.name.lowercased()) < ($1.channel.rawValue, $1.name.lowercased())
    }
    self.configuration = configuration
  }

  /// For people.
  func tell(_ console: Console) {
    for driver in drivers {
      console.print(console.palette.paint(driver.id, .good))
      var rows = [
        ("name", "\(driver.name), \(driver.channel.rawValue)"), ("docs", driver.documentation),
        ("settings", driver.settings.map(Self.words).joined(separator: ", ")),
      ]
      if let form = driver.templateForm {
        rows[2].1 += ", \(form.key) (required)"
      } else {
        rows.append(("text", "written by the receiver, not here"))
      }
      let used = connectors(of: driver).map {
        $0.name + ($0.isActive ? " (active)" : " (not active)")
      }
      if configuration != nil {
        rows.append(("here", used.isEmpty ? "not configured" : used.joined(separator: ", ")))
      }
      for (name, text) in rows { console.printRow(name, text) }
      console.print("")
    }
    console.printWrapped("A configuration to begin with: otp-worker connectors show PROVIDER")
  }

  private static func words(_ setting: SettingDescriptor) -> String {
    let facts = [
      setting.isRequired ? "required" : nil, setting.isSecret ? "secret" : nil,
    ].compactMap(\.self)
    return setting.key + (facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))")
  }

  private func connectors(of driver: DriverDescriptor) -> [(name: String, isActive: Bool)] {
    (configuration?.connectors ?? []).filter { $0.provider == driver.id }.map { connector in
      (connector.name, configuration?.active[driver.channel] == connector.name)
    }
  }

  /// For scripts: an array of objects.
  var json: [UInt8] {
    var json = JSONWriter(capacity: 2_048)
    json.beginArray()
    for driver in drivers { encode(driver, into: &json) }
    json.endArray()
    return json.bytes
  }

  private func encode(_ driver: DriverDescriptor, into json: inout JSONWriter) {
    json.beginObject()
    json.member("id", driver.id)
    json.member("channel", driver.channel.rawValue)
    json.member("name", driver.name)
    json.member("documentation", driver.documentation)
    json.key("needsTemplates")
    json.bool(driver.templateForm != nil)
    json.key("settings")
    json.beginArray()
    for setting in driver.settings {
      json.beginObject()
      json.member("key", setting.key)
      json.key("isRequired")
      json.bool(setting.isRequired)
      json.key("isSecret")
      json.bool(setting.isSecret)
      json.member("summary", setting.summary)
      json.endObject()
    }
    json.endArray()
    json.key("connectors")
    json.beginArray()
    for connector in connectors(of: driver) {
      json.beginObject()
      json.member("name", connector.name)
      json.key("isActive")
      json.bool(connector.isActive)
      json.endObject()
    }
    json.endArray()
    json.endObject()
  }
}

extension Console {
  /// A name and what belongs to it, in two columns.
  func printRow(_ name: String, _ text: String, tone: Palette.Tone = .plain) {
    let column = 12
    var lines = text.wrapped(width: width, indentation: String(repeating: " ", count: column))
    if lines.isEmpty { lines = [String(repeating: " ", count: column)] }
    let first = String(lines[0].dropFirst(column))
    lines[0] = padded("  " + name, column) + palette.paint(first, tone)
    print(lines.joined(separator: "\n"))
  }
}
