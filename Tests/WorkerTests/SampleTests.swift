import Delivery
import Testing

@testable import Worker

struct SampleTests {
  @Test(arguments: DemoProvider.all)
  func `Every sample fits its columns and has a name of its own`(provider: DemoProvider) {
    let samples = Sample.all(for: DemoProviders(provider))
    #expect(Set(samples.map(\.name)).count == samples.count)
    #expect(samples.allSatisfy { $0.name.count < 16 && $0.about.count <= 28 })
  }

  @Test(arguments: DemoProvider.all)
  func `A sample with an event id is a request for its recipient`(provider: DemoProvider) throws {
    for sample in Sample.all(for: DemoProviders(provider)) where sample.eventID != nil {
      let request = try decode(sample)
      #expect(request.eventID == sample.eventID && request.recipient == sample.recipient)
      #expect((request.expiresAt <= now) == (sample.expected.kind == .expired))
    }
  }

  @Test(arguments: DemoProvider.all)
  func `The one without an event id cannot be decoded`(provider: DemoProvider) throws {
    let samples = Sample.all(for: DemoProviders(provider)).filter { $0.eventID == nil }
    #expect(samples.map(\.expected.deadLetter) == ["poison decode.json"])
    #expect(throws: UndecodableRequest.self) { try decode(samples[0]) }
  }

  @Test(arguments: DemoProvider.all)
  func `A newer code is for the recipient and usage type of the older one`(
    provider: DemoProvider
  ) throws {
    let samples = Sample.all(for: DemoProviders(provider))
    let newer = try #require(samples.first { $0.follows != nil })
    let older = try #require(samples.first { $0.name == newer.follows })
    #expect(older.recipient == newer.recipient && older.expected.kind == .superseded)
    #expect(try decode(older).usageType == decode(newer).usageType)
  }

  @Test(arguments: DemoProvider.all)
  func `A duplicate is the same record as another, and comes later`(
    provider: DemoProvider
  ) throws {
    let samples = Sample.all(for: DemoProviders(provider))
    let index = try #require(samples.firstIndex { $0.expected.kind == .duplicate })
    let first = try #require(samples.firstIndex { $0.eventID == samples[index].eventID })
    #expect(first < index && samples[first].value == samples[index].value)
  }

  private let now = Timestamp(milliseconds: 1_795_257_060_000)

  private func decode(_ sample: Sample) throws -> Request {
    try Request.decode(
      value: Array(sample.value.utf8).span, headers: [],
      origin: RecordOrigin(topic: "send-otp", partition: 0, offset: 0), timestamp: now, now: now,
      lifetime: { _ in .seconds(600) })
  }
}
