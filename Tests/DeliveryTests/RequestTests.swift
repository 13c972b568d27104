import Delivery
import JSON
import TestSupport
import Testing

private let origin = RecordOrigin(topic: "send-otp", partition: 3, offset: 42)
private let now = Timestamp(rfc3339: "2026-11-21T10:31:00Z")!
private let required = #""to":"+4512345678","usageType":"SignIn""#

private func lifetime(_ usageType: UsageType) -> Duration {
  usageType == .organizationInvitation ? .seconds(86_400) : .seconds(600)
}

private func decode(
  _ bytes: [UInt8]?, headers: [RecordHeader] = [], timestamp: Timestamp? = now
) throws(UndecodableRequest) -> Request {
  guard let bytes else {
    return try Request.decode(
      value: nil, headers: headers, origin: origin, timestamp: timestamp, now: now,
      lifetime: lifetime)
  }
  return try Request.decode(
    value: bytes.span, headers: headers, origin: origin, timestamp: timestamp, now: now,
    lifetime: lifetime)
}

private func decode(
  _ text: String, headers: [RecordHeader] = [], timestamp: Timestamp? = now
) throws(UndecodableRequest) -> Request {
  try decode(Array(text.utf8), headers: headers, timestamp: timestamp)
}

@Suite struct RequestTests {
  @Test func `every field of a full request is read`() throws {
    let payload =
      #"{"code":"012345", "locale":"da-DK","uiLocales":"da  en-GB","# + "\n"
      + #""application":{"name":"A","id":"app-1"},"user":{"name":"Æ"}}"#
    let request = try decode(
      #"""
      { "id":"order-1", "to":"+45 12 34 56 78", "channel":"sms", "usageType":"SignIn",
        "payload":\#(payload), "ttlSeconds":120, "ip":"10.1.2.3", "supersede":true,
        "metadata":{ "tenant" : "t1" }, "unknown":[{"id":1}] }
      """#)
    #expect(request.eventID == "order-1")
    #expect(request.hasExplicitID)
    #expect(request.origin == origin)
    #expect(request.recipient.address == "+4512345678")
    #expect(request.recipient.original == "+45 12 34 56 78")
    #expect(request.channel == .sms)
    #expect(request.usageType.rawValue == "SignIn")
    #expect(request.payload.json == Array(payload.utf8))
    #expect(request.payload.code == "012345")
    #expect(request.payload.link == nil)
    #expect(request.payload.locale == "da-DK")
    #expect(request.payload.uiLocales == ["da", "en-GB"])
    #expect(request.payload.applicationID == "app-1")
    #expect(request.ip == "10.1.2.3")
    #expect(request.supersedes)
    #expect(request.metadata == Array(#"{ "tenant" : "t1" }"#.utf8))
    #expect(request.requestedAt == now)
    #expect(request.expiresAt == now + .seconds(120))
    #expect(request.trace.isEmpty)
  }

  @Test func `the least request gets the rest from its record`() throws {
    let request = try decode("{\(required)}")
    #expect(request.eventID == "send-otp/3/42")
    #expect(!request.hasExplicitID)
    #expect(request.payload.json == Array("{}".utf8))
    #expect(!request.supersedes)
    #expect(request.metadata == nil)
    #expect(request.expiresAt == now + .seconds(600))
  }

  @Test func `what an HTTP connector posts is a request`() throws {
    let request = try decode(
      #"{"to":"a@Example.com","type":"Register","payload":{"code":"123456"},"ip":"::1"}"#)
    #expect(request.channel == .email)
    #expect(request.recipient.address == "a@example.com")
    #expect(request.usageType.rawValue == "Register")
    #expect(request.ip == "::1")
  }

  @Test(
    arguments: [
      #"{\#(required),"id":null,"channel":null,"type":null,"payload":null,"expiresAt":null,"#
        + #""ttlSeconds":null,"ip":null,"supersede":null,"metadata":null}"#,
      #"{\#(required),"type":"SignIn"}"#,
      #"{"to":"004512345678","type":"SignIn","usageType":null}"#,
      #"{\#(required),"payload":{"code":null,"link":null,"locale":null,"uiLocales":null,"#
        + #""application":null}}"#,
      #"{\#(required),"payload":{"application":"A","uiLocales":[]}}"#,
      #"{\#(required),"payload":{"application":{"id":null}}}"#,
      "{\(required),\"id\":\"\(String(repeating: "€", count: 128))\"}",
      "{\(required),\"ip\":\"\(String(repeating: "f", count: 64))\"}",
      "{\(required),\"metadata\":{\"a\":\"\(String(repeating: "x", count: 1_016))\"}}",
      #"{\#(required),"ttlSeconds":1}"#, #"{\#(required),"ttlSeconds":604800}"#,
      #"{\#(required),"unused":1e999,"other":{"id":1,"id":2}}"#,
      #"{"\u0074o":"+4512345678","usageType":"S\u0069gnIn"}"#,
      "\u{0}\u{0}\u{0}\u{1}\u{2}{\(required)}",
    ])
  func `null is absent, and limits may be reached`(text: String) throws {
    let request = try decode(text)
    #expect(request.recipient.address == "+4512345678")
    #expect(request.usageType.rawValue == "SignIn")
  }

  @Test(arguments: [
    (#""da en-GB""#, ["da", "en-GB"]), (#"["da","en-GB"]"#, ["da", "en-GB"]), (#""""#, []),
    ("[]", []), ("\"\(String(repeating: "da ", count: 40))\"", Array(repeating: "da", count: 16)),
    (
      "[" + String(repeating: "\"da\",", count: 39) + "\"da\"]",
      Array(repeating: "da", count: 16)
    ),
  ])
  func `languages come as text or as a list, and no more than sixteen count`(
    json: String, locales: [String]
  ) throws {
    let request = try decode(#"{\#(required),"payload":{"uiLocales":\#(json)}}"#)
    #expect(request.payload.uiLocales == locales)
  }

  @Test(arguments: [
    (#""usageType":"SignIn","payload":{"code":"1"}"#, true),
    (#""usageType":"Own","payload":{"code":"1"},"supersede":true"#, true),
    (#""usageType":"SignIn","payload":{"code":"1"},"supersede":false"#, false),
    (#""usageType":"SignIn","payload":{"code":"1","link":"https://a"}"#, false),
    (#""usageType":"SignIn","payload":{"link":"https://a"}"#, false),
    (#""usageType":"SignIn""#, false),
    (#""usageType":"OrganizationInvitation","payload":{"code":"1"}"#, false),
    (#""type":"OrganizationInvitation","payload":{"code":"1"},"supersede":true"#, false),
  ])
  func `supersession needs a code, no link, no invitation and no refusal`(
    fields: String, supersedes: Bool
  ) throws {
    #expect(try decode(#"{"to":"+4512345678",\#(fields)}"#).supersedes == supersedes)
  }

  @Test(
    arguments: [
      ("", -60, 540), (#""ttlSeconds":30"#, -60, -30), (#""ttlSeconds":30"#, 0, 30),
      (#""ttlSeconds":30"#, 3_600, 30), ("", 3_600, 600), (#""ttlSeconds":30"#, nil, 30),
      (#""expiresAt":"2026-11-21T11:31:00+01:00""#, -60, 0),
      (#""expiresAt":"2026-11-21T10:31:05Z","ttlSeconds":30"#, 0, 5),
      (#""expiresAt":"2026-11-21T10:31:45Z","ttlSeconds":30"#, 0, 30),
      (#""usageType":"OrganizationInvitation""#, 0, 86_400),
    ] as [(String, Int?, Int)])
  func `the deadline is the earlier of what is given, or the lifetime after the record`(
    fields: String, recordSeconds: Int?, expirySeconds: Int
  ) throws {
    let usage = fields.contains("usageType") ? "" : #""usageType":"SignIn","#
    let body = "\"to\":\"+4512345678\"" + (fields.isEmpty ? "" : "," + fields)
    let request = try decode(
      "{\(usage)\(body)}", timestamp: recordSeconds.map { now + .seconds($0) })
    #expect(request.expiresAt == now + .seconds(expirySeconds))
    #expect(request.requestedAt == now + .seconds(min(0, recordSeconds ?? 0)))
  }

  @Test(arguments: flaws)
  func `what is wrong has a name`(text: String, code: String) throws {
    let failure = try #require(throws: UndecodableRequest.self) { try decode(text) }
    #expect(failure.code == code)
    #expect(!failure.isRejection)
    #expect(!failure.detail.isEmpty)
    #expect(failure.origin == origin)
    #expect(failure.requestedAt == now)
  }

  @Test func `bytes that are not UTF-8 are named as such`() throws {
    let bytes = Array("{\(required),\"x\":\"".utf8) + [0xC0, 0xAF] + Array("\"}".utf8)
    let failure = try #require(throws: UndecodableRequest.self) { try decode(bytes) }
    #expect(failure.code == "decode.utf8")
    #expect(failure.usageType?.rawValue == "SignIn")
  }

  @Test func `a tombstone and a value past a mebibyte are not read`() throws {
    let tombstone = try #require(throws: UndecodableRequest.self) { try decode(nil as [UInt8]?) }
    #expect(tombstone.code == "decode.tombstone")
    #expect(tombstone.eventID == "send-otp/3/42")
    let padding = Request.maximumValueBytes - required.utf8.count - 2
    let full = Array("{\(required)\(String(repeating: " ", count: padding))}".utf8)
    #expect(throws: Never.self) { try decode(full) }
    let oversize = try #require(throws: UndecodableRequest.self) { try decode(full + [0x20]) }
    #expect(oversize.code == "decode.oversize")
  }

  @Test(
    arguments: [
      (#""to":"12345""#, .sms), (#""to":"""#, .sms), (#""to":"hello""#, .sms),
      (#""to":"a@b""#, .email), (#""to":"+4512345678","channel":"email""#, .email),
      (#""to":"a@example.com","channel":"sms""#, .sms), (#""to":"+45123\r\n45678""#, .sms),
      (#""to":"a@example.com\r\nBcc: b@example.com""#, .email),
      (#""to":"a\u0000@example.com""#, .email),
      (#""to":"1234567890123456""#, .sms), (#""to":"a@example..com""#, .email),
    ] as [(String, Channel)])
  func `a recipient that is none is rejected, not poison`(fields: String, channel: Channel) throws {
    let failure = try #require(throws: UndecodableRequest.self) {
      try decode(
        #"{\#(fields),"usageType":"SignIn","id":"x","ttlSeconds":9,"metadata":{"a":1}}"#)
    }
    #expect(failure.code == "recipient.invalid")
    #expect(failure.isRejection)
    #expect(failure.channel == channel)
    #expect(failure.eventID == "x")
    #expect(failure.usageType?.rawValue == "SignIn")
    #expect(failure.expiresAt == now + .seconds(9))
    #expect(failure.metadata == Array(#"{"a":1}"#.utf8))
    #expect(!failure.detail.contains("hello") && !failure.detail.contains("12345"))
  }

  @Test(arguments: [
    (#"{"to":5,"id":"late"}"#, "late"), (#"{"id":"early","to":5}"#, "early"),
    (#"{"id":"early","to":"#, "early"), (#"{"to":"a","x":01,"id":"late"}"#, "send-otp/3/42"),
    (#"{"id":7,"to":5}"#, "send-otp/3/42"), (#"{"id":"a\nb"}"#, "send-otp/3/42"),
    (#"{"id":"early"} x"#, "early"), (#"["early"]"#, "send-otp/3/42"),
  ])
  func `the id is kept when that much could be read`(text: String, eventID: String) throws {
    let failure = try #require(throws: UndecodableRequest.self) { try decode(text) }
    #expect(failure.eventID == eventID)
  }

  @Test func `a failure tells the first flaw and all that could be read`() throws {
    let failure = try #require(throws: UndecodableRequest.self) {
      try decode(
        #"{"payload":{"code":12345},"ttlSeconds":"secret","channel":"sms","type":"Register","#
          + #""to":"+4512345678","expiresAt":"2026-11-21T10:32:00Z"}"#)
    }
    #expect(failure.code == "decode.field.payload.code")
    #expect(failure.detail == "payload.code is a number; a string is wanted")
    #expect(failure.channel == .sms)
    #expect(failure.usageType?.rawValue == "Register")
    #expect(failure.expiresAt == now + .seconds(60))
  }

  private static let flaws: [(String, String)] = [
    ("", "decode.json"), ("{", "decode.json"), ("{} {}", "decode.json"),
    ("nonsense", "decode.json"),
    ("\u{FEFF}{\(required)}", "decode.json"), ("{\(required),}", "decode.json"),
    (#"{\#(required),"x":01}"#, "decode.json"), (#"{\#(required),"x":"\ud800"}"#, "decode.json"),
    ("{\(required),\"x\":\"a\nb\"}", "decode.json"),
    (#"{\#(required),"payload":{"a":1,}}"#, "decode.json"),
    ("{\(required),\"x\":\(String(repeating: "[", count: 100_000))", "decode.json"),
    ("\u{0}\u{0}\u{0}\u{1}", "decode.json"), ("\u{0}{\(required)}", "decode.json"),
    ("{\(required)}\u{0}", "decode.json"),
    ("[]", "decode.shape"), ("null", "decode.shape"), (#""text""#, "decode.shape"),
    ("1", "decode.shape"),
    ("true", "decode.shape"), ("[{\(required)}]", "decode.shape"),
    (#"{\#(required),"to":"+4512345678"}"#, "decode.duplicate"),
    (#"{\#(required),"x":1,"x":1}"#, "decode.duplicate"),
    (#"{\#(required),"t\u006f":"+4587654321"}"#, "decode.duplicate"),
    (#"{\#(required),"payload":{"code":"1","code":"2"}}"#, "decode.duplicate"),
    (#"{\#(required),"payload":{"user":1,"user":2}}"#, "decode.duplicate"),
    (#"{\#(required),"payload":{"application":{"id":"a","id":"b"}}}"#, "decode.duplicate"),
    ("{}", "decode.field.to"), (#"{"usageType":"SignIn"}"#, "decode.field.to"),
    (#"{"to":null,"usageType":"SignIn"}"#, "decode.field.to"),
    (#"{"to":4512345678,"usageType":"SignIn"}"#, "decode.field.to"),
    (#"{"to":["+4512345678"],"usageType":"SignIn"}"#, "decode.field.to"),
    (#"{"To":"+4512345678","usageType":"SignIn"}"#, "decode.field.to"),
    (#"{"to":"+4512345678"}"#, "decode.field.usageType"),
    (#"{"to":"+4512345678","usageType":null}"#, "decode.field.usageType"),
    (#"{"to":"+4512345678","usageType":""}"#, "decode.field.usageType"),
    (#"{"to":"+4512345678","usageType":1}"#, "decode.field.usageType"),
    (#"{"to":"+4512345678","usageType":"a\u0000"}"#, "decode.field.usageType"),
    (#"{"to":"+4512345678","usageType":"a\u0085"}"#, "decode.field.usageType"),
    (
      #"{"to":"+4512345678","usageType":"\#(String(repeating: "x", count: 65))"}"#,
      "decode.field.usageType"
    ),
    (#"{"to":"+4512345678","type":""}"#, "decode.field.type"),
    (#"{"to":"+4512345678","type":{}}"#, "decode.field.type"),
    (#"{\#(required),"type":"Register"}"#, "decode.field.type"),
    (#"{\#(required),"id":""}"#, "decode.field.id"),
    (#"{\#(required),"id":17}"#, "decode.field.id"),
    (#"{\#(required),"id":"a\u007fb"}"#, "decode.field.id"),
    (#"{\#(required),"id":"\#(String(repeating: "x", count: 129))"}"#, "decode.field.id"),
    (#"{\#(required),"channel":"SMS"}"#, "decode.field.channel"),
    (#"{\#(required),"channel":"push"}"#, "decode.field.channel"),
    (#"{\#(required),"channel":""}"#, "decode.field.channel"),
    (#"{\#(required),"channel":false}"#, "decode.field.channel"),
    (#"{\#(required),"payload":"{}"}"#, "decode.field.payload"),
    (#"{\#(required),"payload":[]}"#, "decode.field.payload"),
    (#"{\#(required),"payload":{"code":123456}}"#, "decode.field.payload.code"),
    (#"{\#(required),"payload":{"link":{}}}"#, "decode.field.payload.link"),
    (#"{\#(required),"payload":{"locale":["da"]}}"#, "decode.field.payload.locale"),
    (#"{\#(required),"payload":{"uiLocales":1}}"#, "decode.field.payload.uiLocales"),
    (#"{\#(required),"payload":{"uiLocales":["da",1]}}"#, "decode.field.payload.uiLocales"),
    (#"{\#(required),"payload":{"uiLocales":[null]}}"#, "decode.field.payload.uiLocales"),
    (#"{\#(required),"payload":{"application":{"id":1}}}"#, "decode.field.payload.application.id"),
    (#"{\#(required),"expiresAt":1795257060}"#, "decode.field.expiresAt"),
    (#"{\#(required),"expiresAt":""}"#, "decode.field.expiresAt"),
    (#"{\#(required),"expiresAt":"2026-11-21"}"#, "decode.field.expiresAt"),
    (#"{\#(required),"expiresAt":"2026-11-21T10:31:00"}"#, "decode.field.expiresAt"),
    (#"{\#(required),"ttlSeconds":0}"#, "decode.field.ttlSeconds"),
    (#"{\#(required),"ttlSeconds":-5}"#, "decode.field.ttlSeconds"),
    (#"{\#(required),"ttlSeconds":604801}"#, "decode.field.ttlSeconds"),
    (#"{\#(required),"ttlSeconds":99999999999999999999}"#, "decode.field.ttlSeconds"),
    (#"{\#(required),"ttlSeconds":1.0}"#, "decode.field.ttlSeconds"),
    (#"{\#(required),"ttlSeconds":1e2}"#, "decode.field.ttlSeconds"),
    (#"{\#(required),"ttlSeconds":"60"}"#, "decode.field.ttlSeconds"),
    (#"{\#(required),"ip":16777343}"#, "decode.field.ip"),
    (#"{\#(required),"ip":"\#(String(repeating: "1", count: 65))"}"#, "decode.field.ip"),
    (#"{\#(required),"ip":"::1\r\nX: y"}"#, "decode.field.ip"),
    (#"{\#(required),"supersede":"false"}"#, "decode.field.supersede"),
    (#"{\#(required),"supersede":0}"#, "decode.field.supersede"),
    (#"{\#(required),"metadata":"x"}"#, "decode.field.metadata"),
    (#"{\#(required),"metadata":[]}"#, "decode.field.metadata"),
    (
      #"{\#(required),"metadata":{"a":"\#(String(repeating: "x", count: 1_017))"}}"#,
      "decode.field.metadata"
    ),
    // Poison goes before a recipient that is none: there is something to mend.
    (#"{"to":"hello","usageType":"SignIn","ttlSeconds":0}"#, "decode.field.ttlSeconds"),
  ]
}

@Suite struct CloudEventRequestTests {
  private static let structured = RecordHeader(
    "Content-Type", "Application/CloudEvents+JSON; charset=UTF-8")
  private static let attributes =
    #""specversion":"1.0","id":"event-1","source":"/auth","type":"otp.requested""#

  @Test(arguments: [
    #"{\#(attributes),"data":{\#(required),"id":"inner"}}"#,
    #"{"data":{\#(required)},\#(attributes),"subject":"x","datacontenttype":"application/json"}"#,
    #"{\#(attributes),"data":null,"data_base64":"eyJ0byI6Iis0NTEyMzQ1Njc4IiwidHlwZSI6IlNpZ25JbiJ9"}"#,
  ])
  func `a structured event's data is the request and its id the event id`(text: String) throws {
    let request = try decode(text, headers: [Self.structured])
    #expect(request.eventID == "event-1")
    #expect(request.hasExplicitID)
    #expect(request.recipient.address == "+4512345678")
    #expect(request.usageType.rawValue == "SignIn")
  }

  @Test func `a binary event's id goes before the request's`() throws {
    let headers = [
      RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", "event-2"),
      RecordHeader("content-type", "application/json"),
    ]
    #expect(try decode("{\(required)}", headers: headers).eventID == "event-2")
    #expect(try decode(#"{\#(required),"id":"inner"}"#, headers: headers).eventID == "event-2")
    let failure = try #require(throws: UndecodableRequest.self) {
      try decode("nonsense", headers: headers)
    }
    #expect(failure.eventID == "event-2")
    #expect(failure.code == "decode.json")
  }

  @Test(arguments: [
    (#"{"id":"e","source":"s","type":"t","data":{\#(required)}}"#, "specversion"),
    (
      #"{"specversion":"0.3","id":"e","source":"s","type":"t","data":{\#(required)}}"#,
      "specversion"
    ),
    (#"{"specversion":1,"id":"e","source":"s","type":"t","data":{\#(required)}}"#, "specversion"),
    (#"{"specversion":"1.0","source":"s","type":"t","data":{\#(required)}}"#, "id"),
    (#"{"specversion":"1.0","id":"","source":"s","type":"t","data":{\#(required)}}"#, "id"),
    (#"{"specversion":"1.0","id":1,"source":"s","type":"t","data":{\#(required)}}"#, "id"),
    (#"{"specversion":"1.0","id":"e","type":"t","data":{\#(required)}}"#, "source"),
    (#"{"specversion":"1.0","id":"e","source":"s","type":"","data":{\#(required)}}"#, "type"),
    (#"{\#(attributes)}"#, "data"), (#"{\#(attributes),"data":null}"#, "data"),
    (#"{\#(attributes),"data":"{}"}"#, "data"), (#"{\#(attributes),"data":[]}"#, "data"),
    (#"{\#(attributes),"data":{\#(required)},"data_base64":"e30="}"#, "data"),
    (#"{\#(attributes),"data_base64":"e30"}"#, "data_base64"),
    (#"{\#(attributes),"data_base64":"e3 ="}"#, "data_base64"),
    (#"{\#(attributes),"data_base64":"e31="}"#, "data_base64"),
    (#"{\#(attributes),"data_base64":{}}"#, "data_base64"),
    (#"{\#(attributes),"data_base64":"MQ=="}"#, "data"),
    ("{\(required)}", "specversion"),
  ])
  func `an event that is none is poison`(text: String, attribute: String) throws {
    let failure = try #require(throws: UndecodableRequest.self) {
      try decode(text, headers: [Self.structured])
    }
    #expect(failure.code == "decode.cloudevents.\(attribute)")
  }

  @Test(arguments: [
    ([RecordHeader("ce_id", "e")], "specversion"),
    ([RecordHeader("ce_id", "e"), RecordHeader("ce_specversion", "0.3")], "specversion"),
    ([RecordHeader("ce_specversion", "1.0")], "id"),
    ([RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", nil)], "id"),
    ([RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", [0xFF])], "id"),
    ([RecordHeader("ce_specversion", "1.0"), RecordHeader("ce_id", "a\nb")], "id"),
  ])
  func `binary headers that are none are poison`(headers: [RecordHeader], attribute: String) throws
  {
    let failure = try #require(throws: UndecodableRequest.self) {
      try decode("{\(required)}", headers: headers)
    }
    #expect(failure.code == "decode.cloudevents.\(attribute)")
    #expect(failure.usageType?.rawValue == "SignIn")
  }

  @Test func `an event's id is kept when the rest is broken, and encoded data may be broken too`()
    throws
  {
    for rest in [#","data":{"to":"#, #","data_base64":"e30gIHg=""#] {
      let failure = try #require(throws: UndecodableRequest.self) {
        try decode("{\(Self.attributes)\(rest)", headers: [Self.structured])
      }
      #expect(failure.code == "decode.json")
      #expect(failure.eventID == "event-1")
    }
  }

  @Test func `other headers do not make an event`() throws {
    let headers = [RecordHeader("cell", "x"), RecordHeader("content-type", "application/json")]
    #expect(try !decode("{\(required)}", headers: headers).hasExplicitID)
  }
}

@Suite struct RequestTraceTests {
  private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  @Test func `a trace is carried on, in a failure as well`() throws {
    let headers = [
      RecordHeader("other", "x"), RecordHeader("traceparent", "00-\(Self.trace)"),
      RecordHeader("tracestate", "a=1,b=2"),
    ]
    #expect(try decode("{\(required)}", headers: headers).trace == Array(headers[1...]))
    let failure = try #require(throws: UndecodableRequest.self) {
      try decode("{", headers: headers)
    }
    #expect(failure.trace == Array(headers[1...]))
  }

  @Test(arguments: [
    ("00-\(trace)", true), ("cc-\(trace)", true), ("cc-\(trace)-more", true),
    ("00-\(trace)-more", false), ("cc-\(trace)more", false), ("ff-\(trace)", false), ("", false),
    ("00-\(trace.uppercased())", false), ("00-\(trace.dropLast())", false),
    ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false),
    ("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false),
    ("00_\(trace)", false), ("0x-\(trace)", false),
  ])
  func `a traceparent outside the format is dropped, its state with it`(
    parent: String, isKept: Bool
  ) throws {
    let headers = [RecordHeader("tracestate", "a=1"), RecordHeader("traceparent", parent)]
    let kept = isKept ? [headers[1], headers[0]] : []
    #expect(try decode("{\(required)}", headers: headers).trace == kept)
  }

  @Test(arguments: ["", "a=\n", "a=æ", String(repeating: "a", count: 513)])
  func `a tracestate outside the format is dropped alone`(state: String) throws {
    let parent = RecordHeader("traceparent", "00-\(Self.trace)")
    let headers = [parent, RecordHeader("tracestate", state)]
    #expect(try decode("{\(required)}", headers: headers).trace == [parent])
  }
}

@Suite struct RequestPropertyTests {
  private static let samples = [
    #"{"id":"order-1","to":"+4512345678","channel":"sms","usageType":"SignIn","payload":{"code":"#
      + #""012345","locale":"da","uiLocales":["da","en"],"application":{"id":"a"}},"ttlSeconds":60,"#
      + #""ip":"::1","supersede":false,"metadata":{"a":[1]}}"#,
    #"{"specversion":"1.0","id":"e","source":"s","type":"t","data":{"to":"a@example.com","type":"X"}}"#,
  ].map { Array($0.utf8) }

  @Test(arguments: UInt64(1)...10)
  func `damaged requests are read or named, and never told on`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var (read, refused) = (0, 0)
    for round in 0..<2_000 {
      var bytes = Self.samples[round % 2]
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.insert(bytes.randomElement(using: &random)!, at: place)
        case 2: bytes.remove(at: place)
        default: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &random))
        }
      }
      let headers =
        round % 2 == 0
        ? [] : [RecordHeader("content-type", "application/cloudevents+json")]
      do throws(UndecodableRequest) {
        let request = try decode(bytes, headers: headers)
        read += 1
        #expect((1...128).contains(request.eventID.unicodeScalars.count))
        #expect(request.expiresAt > request.requestedAt)
        #expect(throws: Never.self) { try JSONValue(parsing: request.payload.json) }
      } catch {
        refused += 1
        #expect(error.code.hasPrefix("decode.") || error.isRejection)
        #expect(!error.detail.contains("012345") && !error.detail.contains("4512345"))
      }
    }
    #expect(read > 50)
    #expect(refused > 500)
  }
}
