import Delivery
import Digest
import EventLoop
import Kafka
import Pipeline
import Providers
import Transport

/// One real message through one connector, without Kafka: the worker's own driver, templates and transport.
///
/// Used on the loop only.
struct ConnectorTrial {
  /// What came of it.
  struct Report: Sendable {
    /// The template that was used; nil where the receiver writes the text.
    var template: MessageTemplate?
    /// What was sent where, without what must not be seen; nil when the driver refused the message.
    var request: String?
    /// How the exchange ended, in words.
    var ending: String
    /// How long it took.
    var took: Duration
    /// What that means.
    var answer: Answer
  }

  /// As long as the worker lets an exchange take.
  private static let limit = Pipeline.exchangeTimeout

  private let connector: Connector
  private let loop: EventLoop

  /// A trial of a connector.
  init(_ connector: Connector, loop: EventLoop) {
    self.connector = connector
    self.loop = loop
  }

  /// Sends the message that the worker would send for this request.
  /// - Throws: why there is nothing to be sent: no template, or a variable without a value.
  func run(_ request: Request) async throws(CommandFailure) -> Report {
    let (message, template) = try message(for: request)
    let now = Timestamp(milliseconds: loop.wallMilliseconds)
    var generator = SystemRandomNumberGenerator()
    let context = SendContext(
      now: now, deadline: request.expiresAt, nonce: Nonce(generator.next(), generator.next()))
    let start = loop.clock.now
    do throws(Refusal) {
      let exchange = try connector.driver.exchange(for: message, context: context)
      let (ending, answer) = await perform(exchange, of: message)
      return Report(
        template: template, request: "\(exchange.words)", ending: ending,
        took: loop.clock.now - start, answer: answer)
    } catch {
      return Report(
        template: template, request: nil,
        ending: "nothing was sent: the driver refuses the message",
        took: .zero, answer: error.answer)
    }
  }

  private func message(
    for request: Request
  ) throws(CommandFailure) -> (Message, MessageTemplate?) {
    let isMail = connector.descriptor.channel == .email
    let directory = ConnectorDirectory(
      connectors: [connector], activeSMS: isMail ? nil : connector.name,
      activeEmail: isMail ? connector.name : nil)
    let template: MessageTemplate?
    do {
      template = try directory.route(for: request).template
    } catch {
      throw CommandFailure(ExitCode.configuration, "otp-worker: \(error.detail)")
    }
    var values = TemplateValues(
      request.payload, remaining: request.expiresAt - request.requestedAt)
    var content = Message.Content.none
    do {
      if let template { content = try template.rendered(with: &values) }
    } catch {
      throw CommandFailure(
        ExitCode.usage,
        "otp-worker: the template needs {{\(error.name)}}: give it in --payload")
    }
    let message = Message(
      eventID: request.eventID, recipient: request.recipient, usageType: request.usageType,
      payload: request.payload, ip: request.ip, content: content)
    return (message, template)
  }

  /// Performs the exchange once, as the pipeline's attempt does.
  private func perform(_ exchange: Exchange, of message: Message) async -> (String, Answer) {
    switch exchange {
    case .http(var request):
      request.headers.append(("Idempotency-Key", message.eventID))
      let client = HTTPClient(
        loop: loop,
        options: HTTPClientOptions(
          caFile: connector.caFile, proxy: connector.proxy.flatMap(HTTPClientOptions.Proxy.init),
          maximumConnections: 1, userAgent: "otp-worker/\(Build.version)"))
      defer { client.close() }
      let ending = await client.send(request, deadline: loop.clock.now + Self.limit)
      switch ending {
      case .reply(let reply): return ("\(reply)", connector.driver.answer(to: .http(reply)))
      case .failed(let failure):
        if case .responding(let status) = failure.stage,
          type(of: connector.driver).statusIsContract
        {
          return (
            "HTTP \(status), body cut off",
            connector.driver.answer(to: .http(HTTPReply(status: status)))
          )
        }
        return (failure.words, failure.answer)
      }
    }
  }
}

extension Exchange {
  /// What is sent where, with the names of headers and no value that could be a secret.
  fileprivate var words: String {
    switch self {
    case .http(let request):
      "\(request); headers \(request.headers.map(\.name).joined(separator: ", "))"
    }
  }
}

extension TransportFailure {
  /// How far it got, for people.
  fileprivate var words: String {
    switch stage {
    case .notWritten: "no connection: certainly not sent"
    case .incomplete: "cut off while sending: it may have been sent"
    case .ambiguous: "no answer: it may have been sent"
    case .responding(let status): "HTTP \(status), then cut off: it may have been sent"
    }
  }
}
