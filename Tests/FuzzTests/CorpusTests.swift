import Foundation
import Testing

/// What the fuzzer starts from, and what it once found, holds.
@Suite struct CorpusTests {
  /// The inputs of a target, by name.
  private static func inputs(of target: String) throws -> [(name: String, bytes: [UInt8])] {
    let folder = try #require(
      Bundle.module.url(forResource: target, withExtension: nil, subdirectory: "Corpus"))
    return try FileManager.default
      .contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .sorted { $0.path < $1.path }
      .map { ($0.lastPathComponent, Array(try Data(contentsOf: $0))) }
  }

  @Test(arguments: FuzzTarget.all.map(\.name))
  func `every input of the corpus passes`(name: String) throws {
    let target = try #require(FuzzTarget.all.first { $0.name == name })
    let inputs = try Self.inputs(of: name)
    #expect(inputs.count >= 3)
    for input in inputs {
      #expect(throws: Never.self, "\(name)/\(input.name)") { try target.check(input.bytes) }
    }
  }

  /// A check that let everything pass would find nothing.
  @Test func `a violation is told`() {
    #expect(throws: Violation.self) { try require(false, "what must hold") }
  }
}
