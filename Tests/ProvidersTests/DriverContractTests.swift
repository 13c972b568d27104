import Delivery
import Providers
import Testing

/// What every driver owes; a driver without a fixture fails.
@Suite struct DriverContractTests {
  struct Entry: Sendable, CustomTestStringConvertible {
    let type: any Driver.Type
    let fixture: DriverFixture
    var testDescription: String { fixture.id }

    func driver(_ changes: [String: SettingNode.Value] = [:]) throws -> any Driver {
      let (driver, problems) = makeDriver(type, fixture.settings.merging(changes) { $1 })
      #expect(problems == [])
      return try #require(driver)
    }
  }

  static let entries = DriverCatalog.all.compactMap { type in
    DriverFixture.all.first { $0.id == type.descriptor.id }.map { Entry(type: type, fixture: $0) }
  }

  // MARK: - The catalog

  @Test func `Every driver has a fixture, and every id is one driver's`() {
    let ids = DriverCatalog.all.map { $0.descriptor.id }
    #expect(Self.entries.map(\.fixture.id) == ids)
    #expect(Set(ids).count == ids.count)
    #expect(Set(DriverFixture.all.map(\.id)) == Set(ids))
  }

  @Test(arguments: entries) func `A driver is found by its id`(entry: Entry) {
    #expect(DriverCatalog.driver(id: entry.fixture.id) == entry.type)
    #expect(DriverCatalog.driver(id: entry.fixture.id.uppercased()) == nil)
  }

  @Test(arguments: entries) func `A description is complete`(entry: Entry) {
    let descriptor = entry.type.descriptor
    #expect(!descriptor.name.isEmpty)
    #expect(HTTPEndpoint(descriptor.documentation)?.isSecure == true)
    #expect(descriptor.concurrency > 0)
    let keys = descriptor.settings.map(\.key)
    #expect(Set(keys).count == keys.count)
    #expect(!keys.contains("templates"))
    #expect(descriptor.settings.allSatisfy { $0.summary.hasSuffix(".") })
    #expect(Set(entry.fixture.settings.keys).isSubset(of: keys))
    // A fixture that leaves a secret out would not show whether it leaks.
    let secrets = descriptor.settings.filter(\.isSecret).map(\.key)
    #expect(Set(secrets).isSubset(of: entry.fixture.settings.keys))
  }

  // MARK: - Answers

  @Test(arguments: entries) func `A message that was taken is accepted with its ids`(entry: Entry)
    throws
  {
    let answer = try entry.driver().answer(to: .http(entry.fixture.accepted.reply))
    #expect(answer.class == .accepted)
    #expect(answer.reason == .ok)
    #expect(answer.providerMessageIDs == entry.fixture.accepted.ids)
  }

  @Test(arguments: entries) func `A recipient that cannot be is rejected`(entry: Entry) throws {
    let answer = try entry.driver().answer(to: .http(entry.fixture.refused))
    #expect(answer.class == .rejected)
    #expect(!answer.detail.isEmpty)
  }

  @Test(arguments: entries) func `Too many requests are throttled for as long as was asked`(
    entry: Entry
  ) throws {
    let driver = try entry.driver()
    #expect(
      driver.answer(to: .http(entry.fixture.throttled)).class
        == .throttled(wait: nil, scope: .connector))
    let throttled = entry.fixture.throttled
    let patient = HTTPReply(
      status: throttled.status, headers: throttled.headers + [("retry-after", "7")],
      body: throttled.body)
    #expect(
      driver.answer(to: .http(patient)).class == .throttled(wait: .seconds(7), scope: .connector))
  }

  @Test(arguments: entries) func `A service that is down has sent nothing`(entry: Entry) throws {
    let reply = HTTPReply(
      status: 503, headers: [("Retry-After", "3")], body: Array("<h1>no</h1>".utf8))
    let answer = try entry.driver().answer(to: .http(reply))
    #expect(answer.class == .transient(wait: .seconds(3)))
    #expect(answer.code == "http.503")
    #expect(!answer.isProvidersOwnCode)
  }

  @Test(
    arguments: entries,
    ["", "{", "OK", "null", "[]", "{}", "{\"a\":1}x", "\u{FEFF}{}", "{\"id\":\"1\",\"id\":\"2\"}"])
  func `A 2xx that cannot be read is ambiguous, unless the status is the contract`(
    entry: Entry, body: String
  ) throws {
    let answer = try entry.driver().answer(
      to: .http(HTTPReply(status: 200, body: Array(body.utf8))))
    #expect(answer.class == (entry.type.statusIsContract ? .accepted : .ambiguous))
    #expect(answer.providerMessageIDs.isEmpty)
  }

  @Test(arguments: entries) func `An answer holds nothing of the reply but codes and ids`(
    entry: Entry
  ) throws {
    let driver = try entry.driver()
    for status in [200, 201, 302, 400, 401, 403, 404, 422, 429, 500, 503, 799] {
      for body in [
        "to +4512345678", #"{"code":"+4512345678\r\n","sid":"a b","id":"c\nd","messageId":" "}"#,
      ] {
        let answer = driver.answer(to: .http(.json(status, body)))
        #expect(answer.providerMessageIDs.isEmpty)
        #expect(answer.code == "http.\(status)")
        #expect(!answer.detail.contains("4512345678"))
      }
    }
  }

  // MARK: - Requests

  @Test(
    arguments: entries,
    [
      "123456", "a\r\nBcc: b@example.org", "a&To=%2B1&b=c", "/../?#;=", "\"'\\{}[]<>", "æøå € 😀👩‍👩‍👧",
      "\u{0}\u{1}\u{7F}\u{2028}", "100 %25 + +", "{{code}}", "'; --",
    ]) func `A text arrives as it was, or is refused`(entry: Entry, text: String) throws
  {
    let driver = try entry.driver()
    guard let exchange = try? driver.http(.sms(text)) else { return }
    #expect(try entry.fixture.read(exchange).text == text)
    for header in exchange.headers {
      #expect((header.name + header.value).utf8.allSatisfy { (0x20...0x7E).contains($0) })
    }
    #expect(exchange.endpoint.target.utf8.allSatisfy { (0x21...0x7E).contains($0) })
  }

  @Test(
    arguments: entries, ["+4512345678", "004512345678", "45 12.34-56 (78)", "+123456789012345"])
  func `A recipient arrives as the same number`(entry: Entry, number: String) throws {
    let exchange = try entry.driver().http(.sms(to: number, "123456"))
    let arrived = try entry.fixture.read(exchange).recipient
    #expect(Recipient(arrived, channel: .sms)?.address == Recipient(number)?.address)
  }

  @Test(arguments: entries) func `The address of the service can be set`(entry: Entry) throws {
    let driver = try entry.driver([
      entry.fixture.baseURLKey: .string("http://127.0.0.1:8080/mock/")
    ])
    let endpoint = try driver.http(.sms("123456")).endpoint
    #expect(endpoint.hostHeader == "127.0.0.1:8080")
    #expect(!endpoint.isSecure)
    #expect(endpoint.target.hasPrefix("/mock/"))
    #expect(!endpoint.target.contains("//"))
  }

  // MARK: - Secrets

  /// The values of all secret settings, and what HTTP Basic makes of them is no plain text either.
  private func secrets(of entry: Entry) -> [String] {
    entry.type.descriptor.settings.filter(\.isSecret).compactMap { setting in
      if case .string(let text)? = entry.fixture.settings[setting.key] { text } else { nil }
    }
  }

  @Test(arguments: entries) func `No secret, code or number shows in what is printed`(entry: Entry)
    throws
  {
    let driver = try entry.driver()
    let exchange = try driver.http(.sms("654321"))
    var shown =
      "\(driver) \(String(reflecting: driver)) \(exchange) \(String(reflecting: exchange))"
    dump(driver, to: &shown)
    dump(exchange, to: &shown)
    dump(Reply.http(entry.fixture.accepted.reply), to: &shown)
    shown += exchange.endpoint.target
    let secrets = secrets(of: entry)
    #expect(!secrets.isEmpty)
    for secret in secrets + ["654321", "4512345678", exchange.header("Authorization") ?? "-"] {
      #expect(!shown.contains(secret))
    }
  }

  @Test(arguments: entries) func `No secret shows in a problem`(entry: Entry) throws {
    for setting in entry.type.descriptor.settings where setting.isSecret {
      for faulty in [
        SettingNode.Value.string("hunter2\r\n"), .array([]), .bool(true), .null, .string(""),
      ] {
        let settings = entry.fixture.settings.merging([setting.key: faulty]) { $1 }
        let problems = makeDriver(entry.type, settings).problems.joined()
        #expect(!problems.contains("hunter2"))
        for secret in secrets(of: entry) { #expect(!problems.contains(secret)) }
      }
    }
  }

  @Test(arguments: entries) func `What must be there is asked for`(entry: Entry) {
    let (driver, problems) = makeDriver(entry.type, [:])
    #expect(driver == nil)
    for setting in entry.type.descriptor.settings where setting.isRequired {
      #expect(problems.contains { $0.contains("config.\(setting.key): is missing") })
    }
  }
}
