import Delivery
import Foundation
import JSON
import Testing

@testable import Providers

extension DriverFixture {
  static let acme = DriverFixture(
    id: "acme-sms",
    settings: ["apiKey": .string("s3cretKey"), "sender": .string("+15005550006")],
    baseURLKey: "endpoint", accepted: (.json(201, #"{"id":"m-1"}"#), ["m-1"]),
    refused: .json(400, #"{"error":"number"}"#), throttled: .json(429, #"{"error":"rate"}"#)
  ) { request in
    let body = try JSONValue(parsing: request.body)
    return (try #require(body["to"]?.string), try #require(body["text"]?.string))
  }
}

/// The driver that docs/adding-a-provider.md walks through: a sixteenth, which the contract is asked of as well.
@Suite struct AcmeTests {
  @Test func `The page shows the driver that is tested`() throws {
    let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let driver = try String(
      contentsOf: here.appending(path: "AcmeDriver.swift"), encoding: .utf8)
    let page = try String(
      contentsOf: here.deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/adding-a-provider.md"), encoding: .utf8)
    let start = try #require(driver.firstRange(of: "/// Sends text messages"))
    #expect(page.contains(driver[start.lowerBound...]))
    #expect(driver.split(separator: "\n").count <= 150)
  }
}
