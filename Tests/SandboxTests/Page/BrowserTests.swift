import Delivery
import HTTPServer
import JSON
import TestSupport
import Testing

@testable import Sandbox

/// The page in a real browser.
@Suite(
  .serialized, .timeLimit(.minutes(3)),
  .enabled(if: Chromium.path != nil, "needs Chromium: apt-get install chromium, or set CHROMIUM"))
struct BrowserTests {
  private func send(to recipient: String, code: String, at port: UInt16) throws {
    let connection = try #require(LoopbackConnection(port: port))
    let answer = try connection.request(
      "POST", "/http-sms", headers: ["Content-Type": "application/json"],
      body: #"{"to":"\#(recipient)","type":"SignIn","payload":{"code":"\#(code)"}}"#)
    #expect(answer.status == 200)
  }

  private static let isLive = "document.querySelector('#live')?.dataset.state === 'on'"
  private static let isDrawn = "\(isLive) && document.body.dataset.view"
  private static func shows(_ text: String) -> String {
    "document.querySelector('#list')?.textContent.includes('\(text)')"
  }

  @Test func `A code appears while the page is open, and the keyboard leads to it`() throws {
    let sandbox = try Sandbox([StandIn(HTTPSMSFace())])
    defer { sandbox.stop() }
    let page = try Chromium()
    try page.open(sandbox.baseURL)
    try page.wait(until: "\(Self.isLive) && document.body.dataset.view === 'welcome'")
    #expect(try page.run("document.body.innerText").string?.contains("/http-sms") == true)

    try send(to: "+4512345678", code: "482913", at: sandbox.port)
    try page.wait(until: Self.shows("482913"))
    try send(to: "+4587654321", code: "771034", at: sandbox.port)
    try page.wait(until: Self.shows("771034"))
    // The newest is first.
    #expect(try page.run("document.querySelector('.row .code').textContent").string == "771034")

    try page.press("j")
    try page.press("j")
    try page.wait(until: "document.querySelector('output')?.textContent === '482913'")
    sandbox.note(
      InboxConclusion(
        providerMessageID: sandbox.inbox.message(1)?.providerMessageID, outcome: "accepted",
        attempts: 3))
    try page.wait(until: "document.querySelector('.facts')?.textContent.includes('accepted')")
    try page.press("Escape")
    try page.wait(until: "document.querySelector('#message').hidden")
    #expect(try page.run("document.activeElement.id").string != "search")
    try page.press("/")
    #expect(try page.run("document.activeElement.id").string == "search")
  }

  @Test func `A mail with scripts and remote pictures runs nothing and fetches nothing`() throws {
    let receiver = StandIn(HTTPSMSFace())
    let sandbox = try Sandbox([receiver])
    defer { sandbox.stop() }
    var message = InboxTests.message("Code 1234", channel: .email)
    message.subject = "<img src=x onerror=\"document.title='owned'\">\r\nX: y"
    let picture = "\(sandbox.baseURL)/http-sms/spy"
    message.html = """
      <img src="\(picture)"><link rel=stylesheet href="\(picture)"><iframe src="\(picture)"></iframe>
      <script>fetch('\(picture)');top.document.title='owned'</script><b>1234</b>
      <img src=x onerror="top.document.title='owned'"><meta http-equiv=refresh content="0;\(picture)">
      """
    sandbox.inbox.add(message)
    let page = try Chromium(width: 390, height: 844)
    try page.open("\(sandbox.baseURL)/#1")
    try page.wait(until: "document.querySelector('iframe')")
    try page.run(
      "new Promise(done => document.querySelector('iframe').addEventListener('load', done))")
    #expect(try page.run("document.title").string == "Inbox (1)")
    #expect(
      try page.run("document.querySelector('iframe').contentDocument === null") == .bool(true))
    #expect(
      try page.run("document.querySelector('#message').innerText").string?.contains("onerror")
        == true)
    #expect(receiver.attemptCount == 0)
    // Nothing is wider than a phone.
    #expect(try page.run("document.documentElement.scrollWidth") == .number("390"))
  }

  @Test func `The page comes back when the server does, and begins anew`() throws {
    var sandbox = try Sandbox([StandIn(HTTPSMSFace())], host: "127.0.0.4")
    let (url, port) = (sandbox.baseURL, sandbox.port)
    sandbox.inbox.add(InboxTests.message("Code 1111"))
    let page = try Chromium()
    try page.open(url)
    try page.wait(until: Self.shows("1111"))
    sandbox.stop()
    try page.wait(until: "document.querySelector('#live').dataset.state === 'off'")
    sandbox = try Sandbox([StandIn(HTTPSMSFace())], host: "127.0.0.4", port: port)
    defer { sandbox.stop() }
    sandbox.inbox.add(InboxTests.message("Code 2222"))
    try page.wait(until: "\(Self.isLive) && \(Self.shows("2222"))")
    #expect(try page.run(Self.shows("1111")) == .bool(false))
  }

  @Test func `Ten thousand messages are searched, and a fault is asked for by the form`() throws {
    let sandbox = try Sandbox([StandIn(HTTPSMSFace())])
    defer { sandbox.stop() }
    for number in 1...10_050 { sandbox.inbox.add(InboxTests.message("Text \(number) code 4321")) }
    let page = try Chromium()
    try page.open(sandbox.baseURL)
    try page.wait(until: "\(Self.isDrawn) && document.querySelectorAll('.row').length === 100")
    #expect(try page.run("document.querySelector('#count').textContent").string == "10,000")
    try page.run(
      "const s = document.querySelector('#search'); s.value = 'Text 551 code'; s.dispatchEvent(new Event('input'))"
    )
    try page.wait(until: "document.querySelectorAll('.row').length === 1")
    try page.run("s.value = '%_[(\\\\'; s.dispatchEvent(new Event('input'))")
    try page.wait(until: "!document.querySelector('#none').hidden")

    try page.run(
      """
      document.querySelector('#open-faults').click();
      document.querySelector('#fault-form [type=submit]').click()
      """)
    try page.wait(until: "document.querySelector('#pending').textContent.includes('503')")
    #expect(sandbox.faults.pending.first?.fault.status == 503)
    try page.run("document.querySelector('#pending button').click()")
    try page.wait(until: "document.querySelector('#pending').children.length === 0")
    #expect(sandbox.faults.pending.isEmpty)
  }
}
