import Foundation
import Testing

@testable import Drills

/// The drills that take seconds, with the worker that the tests were built with; all of them: `make drills`.
@Suite(.timeLimit(.minutes(2)), .serialized)
struct FastDrillTests {
  @Test(arguments: ["same-event-twice", "poison", "mail-drops-after-the-dot"])
  func `a drill that takes seconds passes`(_ name: String) async throws {
    let drill = try #require(DrillCatalog[name])
    let report = try await perform(drill)
    #expect(report.failures == [])
    #expect(report.lost == 0)
    #expect(report.events > 0)
  }

  @Test func `every drill has a name of its own, and the page lists it`() throws {
    let names = DrillCatalog.all.map(\.name)
    #expect(Set(names).count == names.count)
    let page = try String(contentsOf: root.appending(path: "docs/drills.md"), encoding: .utf8)
    for name in names { #expect(page.contains("| `\(name)` |"), "docs/drills.md lacks \(name)") }
  }
}

/// Performs a drill on a thread of its own, since it blocks.
private func perform(_ drill: Drills.Drill) async throws -> Report {
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "drill-test-\(UInt32.random(in: 0 ... .max))")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return await withCheckedContinuation { continuation in
    Thread.detachNewThread {
      continuation.resume(returning: drill.perform(in: folder))
    }
  }
}

/// The repository.
private let root = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
