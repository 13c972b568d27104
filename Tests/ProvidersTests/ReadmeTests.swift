import Delivery
import Foundation
import Providers
import Testing

/// README.md tells users which providers there are.
@Suite struct ReadmeTests {
  /// A row of the table of providers.
  private struct Row {
    var channel: String
    var id: String
    var settings: String
  }

  private func rows() throws -> [Row] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "README.md")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    let heading = try #require(lines.firstIndex { $0.hasPrefix("| provider | channel |") })
    return lines[(heading + 2)...].prefix { $0.hasPrefix("|") }.map { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      return Row(channel: cells[1], id: cells[2], settings: cells[3])
    }
  }

  @Test func `the table of providers has a row for every driver and for nothing else`() throws {
    let ids = DriverCatalog.all.map { "`\($0.descriptor.id)`" }
    #expect(try rows().map { $0.id }.sorted() == ids.sorted())
  }

  @Test func `a row names the driver's channel and every setting that must be there`() throws {
    let rows = try rows()
    for driver in DriverCatalog.all {
      let descriptor = driver.descriptor
      let row = try #require(rows.first { $0.id == "`\(descriptor.id)`" })
      #expect(row.channel == (descriptor.channel == .sms ? "SMS" : "e-mail"))
      for setting in descriptor.settings where setting.isRequired {
        #expect(row.settings.contains("`\(setting.key)`"), "\(descriptor.id)")
      }
    }
  }
}
