import Delivery
import Dispatch
import EventLoop
import Foundation
public import HTTPServer

/// Stand-ins for providers, on one socket: each below its name, `http://127.0.0.1:port/twilio`; and
/// what they took, in an inbox at `/` for people and below `/_/` for tests.
public final class Sandbox: Sendable {
  /// For every worker that a test or demo starts, with kept connections that may be silent for long.
  private static let limits = ListenerLimits(
    connections: 1_024, idle: .seconds(120), bodyBytes: 1 << 20, threads: 1)
  /// How often a listener to events is told that the connection lives.
  private static let beat: Duration = .seconds(15)

  /// The stand-ins.
  public let standIns: [StandIn]
  /// What they took.
  public let inbox: Inbox
  /// What shall go wrong at them.
  public let faults: FaultBook
  /// Who takes mails, if anybody.
  public let mail: MailStandIn?
  private let host: String
  private let listener: HTTPListener
  private let delays: DelayThread

  /// Serves from now on.
  /// - Parameters:
  ///   - standIns: whom it plays; their names must differ.
  ///   - root: who gets requests whose path begins with no stand-in's name, for clients that can be
  ///     pointed at a host but not at a path; the inbox page is at `/_/` then.
  ///   - mail: what a mail server beside them asks of its clients; nil for none.
  ///   - mailPort: where it listens; 0 takes a free one.
  ///   - inbox: where messages go.
  ///   - host: an IPv4 or IPv6 address, or `localhost`.
  ///   - port: 0 takes a free one.
  /// - Throws: what kept it from listening.
  public init(
    _ standIns: [StandIn], root: StandIn? = nil, mail: MailPolicy? = nil,
    mailPort: UInt16 = 0, inbox: Inbox = Inbox(),
    host: String = "127.0.0.1", port: UInt16 = 0
  ) throws(ListenerError) {
    let byName = Dictionary(uniqueKeysWithValues: standIns.map { ($0.name, $0) })
    let delays = DelayThread()
    let faults = FaultBook()
    var mailServer: MailStandIn?
    do throws(ListenerError) {
      if let mail {
        mailServer = try MailStandIn(
          policy: mail, inbox: inbox, faults: faults, host: host, port: mailPort)
      }
      let api = InboxAPI(
        inbox: inbox, faults: faults, providers: Self.listed(standIns, mailServer),
        host: HostGuard(host: host), loop: delays.loop)
      listener = try HTTPListener(host: host, port: port, limits: Self.limits) {
        request, responder in
        let (name, path) = Self.split(request.path)
        if let standIn = byName[name] {
          standIn.serve(
            request, path: path, responder: responder, faults: faults, delays: delays.loop)
        } else if InboxAPI.isOurs(request.path), root == nil || request.path != "/" {
          api.serve(request, responder)
        } else if let root {
          root.serve(
            request, path: request.path, responder: responder, faults: faults, delays: delays.loop)
        } else {
          responder.respond(Self.directory(of: byName.keys.sorted()))
        }
      }
    } catch {
      mailServer?.stop()
      delays.stop()
      throw error
    }
    self.standIns = standIns
    self.inbox = inbox
    self.faults = faults
    self.mail = mailServer
    self.host = host
    self.delays = delays
    connect()
  }

  deinit { stop() }

  /// The port that is listened on.
  public var port: UInt16 { listener.port }

  /// Where it is, without a slash at the end.
  public var baseURL: String { Self.url(host: host, port: port) }

  /// Where a stand-in is, without a slash at the end: the base of its provider's API.
  public func url(of standIn: StandIn) -> String { "\(baseURL)/\(standIn.name)" }

  /// Attaches what the worker made of a request to the messages that came of it.
  public func note(_ conclusion: InboxConclusion) { inbox.note(conclusion) }

  /// Closes every connection, those that hang too, and ends all streams of messages.
  public func stop() {
    delays.stop()
    inbox.close()
    mail?.stop()
    listener.stop()
    for standIn in standIns { standIn.finish() }
  }

  /// Lets messages come into the inbox, and listeners know of faults and of life.
  private func connect() {
    for standIn in standIns {
      standIn.onMessage { [inbox] message in inbox.add(InboxMessage(message)) }
    }
    faults.onChange { [inbox] in inbox.tellFaults() }
    delays.loop.post { [loop = delays.loop, inbox] in Self.beat(inbox, on: loop) }
  }

  private static func beat(_ inbox: Inbox, on loop: EventLoop) {
    inbox.beat()
    loop.schedule(after: beat) { beat(inbox, on: loop) }
  }

  private static func listed(
    _ standIns: [StandIn], _ mail: MailStandIn?
  ) -> [InboxAPI.Provider] {
    var listed = standIns.map { standIn in
      InboxAPI.Provider(
        name: standIn.name, title: standIn.title, channel: standIn.channel, isMail: false,
        connector: { standIn.connector(at: "\($0)/\(standIn.name)") },
        example: { standIn.example(at: "\($0)/\(standIn.name)") })
    }
    if let mail {
      listed.append(
        InboxAPI.Provider(
          name: MailStandIn.name, title: "SMTP", channel: .email, isMail: true,
          connector: { _ in mail.connector }, example: { _ in nil }))
    }
    return listed
  }

  /// Where a client on this machine finds what is bound to `host`.
  static func url(host: String, port: UInt16) -> String {
    switch host {
    case "0.0.0.0": "http://127.0.0.1:\(port)"
    case "::": "http://[::1]:\(port)"
    default: host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
    }
  }

  /// `/twilio/a/b` → `twilio` and `/a/b`.
  private static func split(_ path: String) -> (name: String, rest: String) {
    let name = path.dropFirst().prefix { $0 != "/" }
    return (String(name), "/" + path[name.endIndex...].dropFirst())
  }

  private static func directory(of names: [String]) -> OutgoingResponse {
    let lines = names.map { "/\($0)/\n" }.joined()
    return OutgoingResponse(
      status: 404, type: "text/plain; charset=utf-8",
      body: Array("no stand-in here; there are:\n\(lines)".utf8))
  }
}

/// A loop on a thread of its own, for steps that wait.
private final class DelayThread: Sendable {
  let loop = EventLoop()
  private let isEnded = DispatchSemaphore(value: 0)

  init() {
    let thread = Thread { [loop, isEnded] in
      loop.run()
      isEnded.signal()
    }
    thread.name = "sandbox-delays"
    thread.start()
  }

  /// Ends the thread; what still waits never happens.
  func stop() {
    loop.stop()
    isEnded.wait()
    // For whoever stops it once more.
    isEnded.signal()
  }
}
