import Delivery
import EventLoop
import HTTPServer
import JSON

/// The inbox over HTTP: the page at `/`, and what lies below `/_/`.
struct InboxAPI: Sendable {
  static let headers: [(name: String, value: String)] = [
    ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"),
  ]
  /// The longest wait for a message, in seconds.
  private static let longestWait = 120
  /// Beyond it a list ends, and says so.
  private static let listBytes = 16 << 20

  let inbox: Inbox
  let faults: FaultBook
  let providers: [Provider]
  let host: HostGuard
  let loop: EventLoop

  /// A stand-in, as the page shows it; the closures take the address that the page was asked at.
  struct Provider: Sendable {
    let name: String
    let title: String
    let channel: Channel
    let isMail: Bool
    let connector: @Sendable (String) -> String
    let example: @Sendable (String) -> String?
  }

  /// Whether a path is served here.
  static func isOurs(_ path: String) -> Bool {
    path == "/" || path == "/_" || path.hasPrefix("/_/")
  }

  /// Answers a request.
  func serve(_ request: IncomingRequest, _ responder: Responder) {
    if let complaint = host.complaint(about: request) { return responder.respond(complaint) }
    let parts = request.path.split(separator: "/").dropFirst().map(String.init)
    switch (request.method, parts.first, parts.count) {
    case ("GET", nil, _), ("HEAD", nil, _): responder.respond(InboxPage.response)
    case ("GET", "messages", 1): list(request, responder)
    case ("DELETE", "messages", 1):
      inbox.clear()
      responder.respond(OutgoingResponse(status: 204, headers: Self.headers))
    case ("GET", "messages", 2...3): responder.respond(message(parts))
    case ("GET", "events", 1): listen(request, responder)
    case ("GET", "providers", 1): responder.respond(providerList(request))
    case ("GET", "script", 1): responder.respond(pendingFaults)
    case ("POST", "script", 1): responder.respond(addFault(request))
    case ("DELETE", "script", 1...2): responder.respond(removeFaults(parts))
    case (_, "messages", _), (_, "events", _), (_, "providers", _), (_, "script", _), (_, nil, _):
      responder.respond(.problem(405, "\(request.method) is not taken here"))
    default:
      responder.respond(
        .problem(404, "nothing is here; there are /_/messages, /_/events, /_/script, /_/providers"))
    }
  }

  // MARK: - Messages

  private func list(_ request: IncomingRequest, _ responder: Responder) {
    let query: InboxQuery
    do throws(InvalidQuery) { query = try InboxQuery(request, longestWait: Self.longestWait) } catch
    {
      return responder.respond(.problem(400, error.problem))
    }
    guard let wait = query.wait else {
      return responder.respond(
        answer(inbox.messages(matching: query.filter, limit: query.limit), query))
    }
    let number = inbox.wait(for: query.filter) { [self] message in
      // Asked again, as more than one may have come by now.
      responder.respond(
        answer(
          message == nil ? [] : inbox.messages(matching: query.filter, limit: query.limit), query))
    }
    guard let number else { return }
    loop.post { [loop, inbox] in loop.schedule(after: wait) { inbox.giveUp(number) } }
  }

  private func answer(_ messages: [InboxMessage], _ query: InboxQuery) -> OutgoingResponse {
    var bytes = 0
    var isCut = false
    return .json(status: 200, headers: Self.headers) { json in
      json.key("messages")
      json.beginArray()
      for message in messages {
        let text = message.json(summary: query.isSummary)
        bytes += text.count
        isCut = bytes > Self.listBytes
        if isCut { break }
        json.raw(text)
      }
      json.endArray()
      json.member("total", inbox.count)
      json.key("truncated")
      json.bool(isCut)
    }
  }

  private func message(_ parts: [String]) -> OutgoingResponse {
    guard let message = Int(parts[1]).flatMap(inbox.message) else {
      return .problem(404, "no message has this id, or no more: the oldest go")
    }
    if parts.count == 2 {
      return OutgoingResponse(
        status: 200, type: "application/json", headers: Self.headers, body: message.json())
    }
    guard parts[2] == "html", let html = message.html else {
      return .problem(404, "this message has no HTML")
    }
    return OutgoingResponse(
      status: 200, type: "text/html; charset=utf-8",
      headers: Self.headers + [("Content-Security-Policy", InboxPage.mailPolicy)],
      body: Array(html.utf8))
  }

  private func listen(_ request: IncomingRequest, _ responder: Responder) {
    let stream = responder.stream(
      OutgoingResponse(
        status: 200, type: "text/event-stream; charset=utf-8",
        headers: Self.headers + [("X-Accel-Buffering", "no")], body: []),
      limit: EventHub.bufferLimit)
    // Too many listen: the end of the stream makes a browser try again.
    if !inbox.subscribe(stream, after: request.header("Last-Event-ID")) { stream.end() }
  }

  /// The stand-ins, as the page offers them, at the address that the page was asked at.
  private func providerList(_ request: IncomingRequest) -> OutgoingResponse {
    .json(status: 200, headers: Self.headers) { json in
      json.key("providers")
      json.beginArray()
      for provider in providers {
        let base = "http://\(request.header("Host") ?? "")"
        json.beginObject()
        json.member("name", provider.name)
        json.member("title", provider.title)
        json.member("channel", provider.channel.rawValue)
        json.member("connector", provider.connector(base))
        json.member("example", provider.example(base))
        json.key("isMail")
        json.bool(provider.isMail)
        json.endObject()
      }
      json.endArray()
    }
  }

  // MARK: - Faults

  private var pendingFaults: OutgoingResponse {
    .json(status: 200, headers: Self.headers) { json in
      json.key("faults")
      json.beginArray()
      for entry in faults.pending { entry.write(to: &json) }
      json.endArray()
    }
  }

  private func addFault(_ request: IncomingRequest) -> OutgoingResponse {
    // A form of another origin cannot have this type without asking first.
    guard request.mediaType == "application/json" else {
      return .problem(415, "send it with Content-Type: application/json")
    }
    do throws(InvalidFault) {
      let fault = try Fault(
        json: request.body, providers: providers.map(\.name),
        mail: providers.first(where: \.isMail)?.name)
      guard let id = faults.add(fault) else {
        return .problem(
          409, "\(FaultBook.limit) faults are pending: DELETE /_/script takes them back")
      }
      return .json(status: 201, headers: Self.headers) { $0.member("id", String(id)) }
    } catch {
      return .problem(400, error.problem)
    }
  }

  private func removeFaults(_ parts: [String]) -> OutgoingResponse {
    guard parts.count == 2 else {
      faults.remove()
      return OutgoingResponse(status: 204, headers: Self.headers)
    }
    guard let id = Int(parts[1]), faults.remove(id) else {
      return .problem(404, "no such fault is pending")
    }
    return OutgoingResponse(status: 204, headers: Self.headers)
  }
}
