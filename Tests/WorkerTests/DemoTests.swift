import Delivery
import EventLoop
import Foundation
import JSON
import Pipeline
import TestSupport
import Testing

@testable import Worker

/// The whole job, as `otp-worker demo --once` shows it.
@Suite(.timeLimit(.minutes(1)))
struct DemoTests {
  @Test func `Every sample ends as expected, and the screen holds no code and no number`()
    async throws
  {
    let (code, text) = try await run(DemoProviders(), isJSON: false)
    let samples = Sample.all(for: DemoProviders())
    #expect(code == ExitCode.ok)
    #expect(text.contains("All \(samples.count) ended as expected."))
    for sample in samples {
      let address = sample.recipient.address
      #expect(!text.contains(sample.recipient.channel == .sms ? sample.recipient.digits : address))
    }
    #expect(!text.contains("123456") && !text.contains("\u{1B}"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func `Scripts get one JSON object for each sample and nothing else`() async throws {
    let providers = DemoProviders(try #require(.named("http-sms")))
    let (code, text) = try await run(providers, isJSON: true)
    #expect(code == ExitCode.ok)
    let objects = try text.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    #expect(objects.compactMap { $0["name"]?.string } == Sample.all(for: providers).map(\.name))
    #expect(objects.allSatisfy { $0["agrees"] == .bool(true) })
  }

  private func run(
    _ providers: DemoProviders, isJSON: Bool
  ) async throws -> (code: Int32, output: String) {
    // What is written in one run fits into the pipe.
    let (output, progress) = (Pipe(), Pipe())
    let log = LogCapture()
    let descriptors = (
      output.fileHandleForWriting.fileDescriptor, progress.fileHandleForWriting.fileDescriptor
    )
    let code = try await withLoop { _, loop in
      let screen = Screen(
        isJSON: isJSON, output: descriptors.0, progress: descriptors.1, environment: [:])
      return await Demo(
        DemoOptions(providers: providers, once: true), screen: screen, log: Log(to: log), loop: loop
      ).run()
    }
    try output.fileHandleForWriting.close()
    try progress.fileHandleForWriting.close()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    return (code, String(decoding: text, as: UTF8.self))
  }
}
