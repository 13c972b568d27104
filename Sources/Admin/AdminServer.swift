public import HTTPServer
import JSON

/// Health, metrics and status over HTTP.
public final class AdminServer: Sendable {
  /// How long `/metrics` and `/status` wait for the loop before they answer 503.
  public static let longestWait = Duration.seconds(2)

  /// Few connections and short patience.
  ///
  /// More than one thread, so that a scrape that waits for the loop does not hold up a probe.
  private static let limits = ListenerLimits(
    connections: 64, idle: .seconds(10), bodyBytes: 1_024, threads: 4)

  private let listener: HTTPListener

  /// Listens from now on.
  /// - Parameters:
  ///   - host: an IPv4 or IPv6 address, or `localhost` (the setting `admin.host`).
  ///   - port: 0 takes a free one (the setting `admin.port`).
  ///   - sources: where answers come from.
  /// - Throws: ``AdminUnavailable``, which says what to do.
  public init(
    host: String = "127.0.0.1", port: UInt16, sources: AdminSources
  ) throws(AdminUnavailable) {
    let routes = AdminRoutes(sources: sources, longestWait: Self.longestWait)
    do throws(ListenerError) {
      listener = try HTTPListener(host: host, port: port, limits: Self.limits) {
        request, responder in
        responder.respond(routes.response(to: request))
      }
    } catch {
      throw AdminUnavailable(cause: error)
    }
  }

  /// The port that is listened on, also when any free one was asked for.
  public var port: UInt16 { listener.port }

  /// Closes every connection and the socket.
  public func stop() { listener.stop() }
}

/// The admin listener could not be opened.
public struct AdminUnavailable: Error, Sendable, Equatable, CustomStringConvertible {
  /// What the system said.
  public let cause: ListenerError

  /// What is wrong and what to do.
  public var description: String { "admin listener (admin.host, admin.port): \(cause)" }
}

/// What each path answers: a pure function of the sources.
struct AdminRoutes: Sendable {
  static let paths = ["/livez", "/readyz", "/metrics", "/status"]
  let sources: AdminSources
  let longestWait: Duration

  func response(to request: IncomingRequest) -> OutgoingResponse {
    guard Self.paths.contains(request.path) else {
      return .json(status: 404) { json in
        json.key("error")
        json.string("no such path")
        json.key("paths")
        json.strings(Self.paths)
      }
    }
    guard request.method == "GET" || request.method == "HEAD" else {
      var refusal = OutgoingResponse.json(status: 405) { json in
        json.key("error")
        json.string("only GET and HEAD")
      }
      refusal.headers.append(("Allow", "GET, HEAD"))
      return refusal
    }
    switch request.path {
    case "/livez": return verdict(sources.liveness().problems)
    case "/readyz": return verdict(sources.readiness().problems)
    case "/metrics":
      return document(sources.metrics(longestWait), type: "text/plain; version=0.0.4")
    default: return document(sources.status(longestWait), type: "application/json")
    }
  }

  private func verdict(_ problems: [String]) -> OutgoingResponse {
    .json(status: problems.isEmpty ? 200 : 503) { json in
      json.key("ok")
      json.bool(problems.isEmpty)
      json.key("reasons")
      json.strings(problems)
    }
  }

  private func document(_ body: [UInt8]?, type: String) -> OutgoingResponse {
    guard let body else { return verdict(["the event loop does not answer"]) }
    return OutgoingResponse(status: 200, type: type, body: body)
  }
}

extension OutgoingResponse {
  /// A JSON object whose members `write` writes.
  fileprivate static func json(
    status: Int, members write: (inout JSONWriter) -> Void
  ) -> OutgoingResponse {
    var json = JSONWriter()
    json.beginObject()
    write(&json)
    json.endObject()
    return OutgoingResponse(
      status: status, type: "application/json", headers: [("Cache-Control", "no-store")],
      body: json.bytes)
  }
}

extension JSONWriter {
  fileprivate mutating func strings(_ texts: [String]) {
    beginArray()
    for text in texts { string(text) }
    endArray()
  }
}
