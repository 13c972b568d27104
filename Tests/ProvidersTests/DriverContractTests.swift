import Delivery
import Foundation
import JSON
import Testing

@testable import Providers

/// What every driver owes; a driver without a fixture fails.
@Suite struct DriverContractTests {
  struct Entry: Sendable, CustomTestStringConvertible {
    let type: any Driver.Type
    let fixture: DriverFixture
    var testDescription: String { fixture.id }
    var channel: Channel { type.descriptor.channel }

    /// A message as the driver gets it: with a text, or with values for the provider's own template.
    func message(to recipient: String? = nil, _ text: String) -> Message {
      let recipient = recipient ?? (channel == .sms ? "+4512345678" : "ann@example.org")
      return switch type.descriptor.templateForm {
      case .provider: .template(to: recipient, [("code", text)])
      case .hosted(let form) where !form.mayHoldText:
        .hosted(to: recipient, form.keys[0], "t1", .object([("code", .string(text))]))
      case .text, .mail, .hosted, .deliveries, nil:
        channel == .sms ? .sms(to: recipient, text) : .mail(to: recipient, text)
      }
    }

    func driver(_ changes: [String: SettingNode.Value] = [:]) throws -> any Driver {
      let (driver, problems) = makeDriver(type, fixture.settings.merging(changes) { $1 })
      #expect(problems == [])
      return try #require(driver)
    }
  }

  static let catalogued = DriverCatalog.all.compactMap { type in
    DriverFixture.all.first { $0.id == type.descriptor.id }.map { Entry(type: type, fixture: $0) }
  }
  /// With the one of the documentation.
  static let entries = catalogued + [Entry(type: Acme.self, fixture: .acme)]

  static let overHTTP = entries.filter { $0.fixture.isHTTP }
  static let overSMTP = entries.filter { !$0.fixture.isHTTP }

  // MARK: - The catalog

  @Test func `Every driver has a fixture, and every id is one driver's`() {
    let ids = DriverCatalog.all.map { $0.descriptor.id }
    #expect(Self.catalogued.map(\.fixture.id) == ids)
    #expect(Set(ids).count == ids.count)
    #expect(Set(DriverFixture.all.map(\.id)) == Set(ids))
  }

  @Test(arguments: catalogued) func `A driver is found by its id`(entry: Entry) {
    #expect(DriverCatalog.driver(id: entry.fixture.id) == entry.type)
    #expect(DriverCatalog.driver(id: entry.fixture.id.uppercased()) == nil)
  }

  @Test(arguments: entries) func `A description is complete`(entry: Entry) {
    let descriptor = entry.type.descriptor
    #expect(!descriptor.name.isEmpty)
    #expect(HTTPEndpoint(descriptor.documentation)?.isSecure == true)
    #expect(descriptor.concurrency > 0)
    check(descriptor.settings, .object(entry.fixture.settings.members), entry.fixture)
    let keys = descriptor.settings.map(\.key)
    #expect(!keys.contains("templates") && !keys.contains("deliveries"))
  }

  /// Keys are told apart, summaries are sentences, and the fixture has every secret: one that it left out would not show
  /// whether it leaks.
  private func check(
    _ settings: [SettingDescriptor], _ given: SettingNode.Value, _ fixture: DriverFixture
  ) {
    let keys = settings.map(\.key)
    #expect(Set(keys).count == keys.count)
    guard case .object(let members) = given else { return }
    let given = Set(members.map(\.key))
    #expect(given.isSubset(of: keys))
    for setting in settings {
      #expect(setting.summary.hasSuffix("."), "\(setting.key)")
      let isWanted = setting.isSecret && !fixture.otherSecrets.contains(setting.key)
      #expect(!isWanted || given.contains(setting.key), "\(setting.key)")
      if case .object(let inner) = setting.kind,
        let node = members.first(where: { $0.key == setting.key })?.node
      {
        check(inner, node.value, fixture)
      }
    }
  }

  // MARK: - Answers

  @Test(arguments: entries) func `A message that was taken is accepted with its ids`(entry: Entry)
    throws
  {
    let answer = try entry.driver().answer(to: entry.fixture.accepted.reply)
    #expect(answer.class == .accepted)
    #expect(answer.reason == .ok)
    #expect(answer.providerMessageIDs == entry.fixture.accepted.ids)
  }

  @Test(arguments: entries) func `A recipient that cannot be is rejected`(entry: Entry) throws {
    let answer = try entry.driver().answer(to: entry.fixture.refused)
    #expect(answer.class == .rejected)
    #expect(!answer.detail.isEmpty)
  }

  @Test(arguments: entries) func `Too many requests are throttled`(entry: Entry) throws {
    let answer = try entry.driver().answer(to: entry.fixture.throttled)
    #expect(answer.class == entry.fixture.limit)
  }

  @Test(arguments: overHTTP) func `Too many requests wait for as long as was asked`(
    entry: Entry
  ) throws {
    guard case .http(let throttled) = entry.fixture.throttled else { return }
    let patient = HTTPReply(
      status: throttled.status, headers: throttled.headers + [("retry-after", "7")],
      body: throttled.body)
    #expect(
      try entry.driver().answer(to: .http(patient)).class
        == .throttled(wait: .seconds(7), scope: .connector))
  }

  @Test(arguments: entries) func `A service that is down has sent nothing`(entry: Entry) throws {
    #expect(try entry.driver().answer(to: entry.fixture.down).class == .transient(wait: nil))
  }

  @Test(arguments: overHTTP) func `A service that is down says how long`(entry: Entry) throws {
    let reply = HTTPReply(
      status: 503, headers: [("Retry-After", "3")], body: Array("<h1>no</h1>".utf8))
    let answer = try entry.driver().answer(to: .http(reply))
    #expect(answer.class == .transient(wait: .seconds(3)))
    #expect(answer.code == "http.503")
    #expect(!answer.isProvidersOwnCode)
  }

  @Test(arguments: entries) func `A reply in another protocol is ambiguous`(entry: Entry) throws {
    let foreign: Reply =
      entry.fixture.isHTTP
      ? .smtp(SMTPReply(stage: .message, code: 250)) : .http(HTTPReply(status: 200))
    #expect(try entry.driver().answer(to: foreign).class == .ambiguous)
  }

  @Test(
    arguments: overHTTP,
    ["", "{", "OK", "null", "[]", "{}", "{\"a\":1}x", "\u{FEFF}{}", "{\"id\":\"1\",\"id\":\"2\"}"])
  func `A 2xx that cannot be read is ambiguous, unless the status is the contract`(
    entry: Entry, body: String
  ) throws {
    let answer = try entry.driver().answer(
      to: .http(HTTPReply(status: 200, body: Array(body.utf8))))
    #expect(answer.class == (entry.type.statusIsContract ? .accepted : .ambiguous))
    #expect(answer.providerMessageIDs.isEmpty)
  }

  @Test(arguments: overSMTP, SMTPReply.Stage.allCases)
  func `An answer holds nothing of a mail server's text`(
    entry: Entry, stage: SMTPReply.Stage
  ) throws {
    let driver = try entry.driver()
    for code in [250, 354, 421, 450, 451, 452, 454, 500, 530, 535, 550, 552, 554, 571] {
      let reply = SMTPReply(
        stage: stage, code: code, text: "<ann@example.org>: 123456 queued as\u{7} a b")
      let answer = driver.answer(to: .smtp(reply))
      #expect(answer.providerMessageIDs.isEmpty)
      #expect(answer.code == "smtp.\(code)")
      #expect(!answer.detail.contains("@example.org") && !answer.detail.contains("123456"))
    }
  }

  @Test(arguments: overHTTP) func `An answer holds nothing of the reply but codes and ids`(
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
    let message = entry.message(text)
    guard let exchange = try? driver.exchange(for: message, context: .lifetime(.seconds(600)))
    else { return }
    #expect(try entry.fixture.read(exchange).text == text)
    switch exchange {
    case .http(let request):
      for header in request.headers {
        #expect((header.name + header.value).utf8.allSatisfy { (0x20...0x7E).contains($0) })
      }
      #expect(request.endpoint.target.utf8.allSatisfy { (0x21...0x7E).contains($0) })
    case .smtp(let mail):
      let lines = String(decoding: mail.data, as: UTF8.self).components(separatedBy: "\r\n")
      #expect(lines.allSatisfy { $0.utf8.count <= 76 })
      #expect(
        mail.data.allSatisfy { (0x20...0x7E).contains($0) || [0x09, 0x0A, 0x0D].contains($0) })
    }
  }

  @Test(
    arguments: entries.filter { $0.channel == .sms },
    ["+4512345678", "004512345678", "45 12.34-56 (78)", "+123456789012345"])
  func `A recipient arrives as the same number`(entry: Entry, number: String) throws {
    let exchange = try entry.driver().exchange(
      for: entry.message(to: number, "123456"), context: .lifetime(.seconds(600)))
    let arrived = try entry.fixture.read(exchange).recipient
    #expect(Recipient(arrived, channel: .sms)?.address == Recipient(number)?.address)
  }

  @Test(
    arguments: entries.filter { $0.channel == .email },
    [
      "ann@example.org", "Ann.O'Neil+tag@Example.ORG", "a!#$%&*/=?^_`{|}~b@example.org",
      "\"quoted\"@example.org", "x@y@example.org", "a..b@example.org", "пример@пример.рф",
    ])
  func `A recipient arrives as the same address, or is refused`(
    entry: Entry, address: String
  ) throws {
    let message = entry.message(to: address, "123456")
    guard
      let exchange = try? entry.driver().exchange(
        for: message, context: .lifetime(.seconds(600)))
    else { return }
    let arrived = try entry.fixture.read(exchange).recipient
    #expect(arrived.sameAddress == address.sameAddress)
  }

  @Test(arguments: entries) func `The address of the service can be set`(entry: Entry) throws {
    let driver = try entry.driver(entry.fixture.loopback(8_080))
    let message = entry.message("123456")
    switch try driver.exchange(for: message, context: .lifetime(.seconds(600))) {
    case .http(let request):
      #expect(request.endpoint.hostHeader == "127.0.0.1:8080")
      #expect(!request.endpoint.isSecure)
      #expect(request.endpoint.target.hasPrefix("/mock/"))
      #expect(!request.endpoint.target.contains("//"))
    case .smtp(let mail):
      #expect(mail.server.host == "127.0.0.1")
      #expect(mail.server.port == 8_080)
    }
  }

  // MARK: - Secrets

  /// The keys and values of all secret settings of the fixture, those of mappings inside included.
  private func secrets(of entry: Entry) -> [(path: [String], value: String)] {
    func find(
      _ settings: [SettingDescriptor], _ members: [SettingMember], _ path: [String]
    ) -> [(path: [String], value: String)] {
      members.flatMap { member -> [(path: [String], value: String)] in
        guard let setting = settings.first(where: { $0.key == member.key }) else { return [] }
        switch (setting.kind, member.node.value) {
        case (.object(let inner), .object(let members)):
          return find(inner, members, path + [member.key])
        case (_, .string(let text)) where setting.isSecret: return [(path + [member.key], text)]
        default: return []
        }
      }
    }
    return find(entry.type.descriptor.settings, entry.fixture.settings.members, [])
  }

  @Test(arguments: entries) func `No secret, code or recipient shows in what is printed`(
    entry: Entry
  ) throws {
    let driver = try entry.driver()
    let exchange = try driver.exchange(
      for: entry.message("654321"), context: .lifetime(.seconds(600)))
    var shown =
      "\(driver) \(String(reflecting: driver)) \(exchange) \(String(reflecting: exchange))"
    dump(driver, to: &shown)
    dump(exchange, to: &shown)
    dump(entry.fixture.accepted.reply, to: &shown)
    var hidden = ["654321", "4512345678", "ann@example.org"]
    if case .http(let request) = exchange {
      shown += request.endpoint.target
      hidden += [request.header("Authorization")].compactMap(\.self)
    }
    let secrets = secrets(of: entry).map(\.value)
    #expect(!secrets.isEmpty)
    for secret in secrets + hidden { #expect(!shown.contains(secret)) }
  }

  @Test(arguments: entries) func `No secret shows in a problem`(entry: Entry) throws {
    let secrets = secrets(of: entry)
    for secret in secrets {
      for faulty in [
        SettingNode.Value.string("hunter2\r\n"), .array([]), .bool(true), .null, .string(""),
      ] {
        let settings = entry.fixture.settings.setting(secret.path, to: faulty)
        let problems = makeDriver(entry.type, settings).problems.joined()
        #expect(!problems.contains("hunter2"))
        for secret in secrets { #expect(!problems.contains(secret.value)) }
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

extension String {
  /// The address without quotes around its local part, which say nothing, and with its domain in lower case.
  fileprivate var sameAddress: String {
    guard let at = lastIndex(of: "@") else { return self }
    var local = self[..<at]
    if local.count > 2, local.first == "\"", local.last == "\"" {
      local = local.dropFirst().dropLast()
    }
    return local + self[at...].lowercased()
  }
}
