import Delivery
import Digest
import EventLoop
import Kafka
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
    var context = SendContext(
      now: now, deadline: request.expiresAt, nonce: Nonce(generator.next(), generator.next()))
    let start = loop.clock.now
    let client = ConnectorClient(connector, loop: loop)
    defer { client.close() }
    do throws(Refusal) {
      if let source = connector.driver.tokenSource {
        let asked = source.exchange(at: now)
        let answer = await client.token(
          by: asked, from: source, deadline: loop.clock.now + Exchange.http(asked).timeLimit)
        if let failure = answer.failure {
          return Report(
            template: template, request: Exchange.http(asked).words,
            ending: answer.reply.map { "\($0)" } ?? "no answer: nothing was sent",
            took: loop.clock.now - start, answer: failure)
        }
        context.token = answer.token
      }
      let exchange = try connector.driver.exchange(for: message, context: context)
      let (ending, answer) = await perform(exchange, of: message, through: client)
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
  private func perform(
    _ exchange: Exchange, of message: Message, through client: ConnectorClient
  ) async -> (String, Answer) {
    var exchange = exchange
    if case .http(var request) = exchange {
      request.headers.append(("Idempotency-Key", message.eventID))
      exchange = .http(request)
    }
    do throws(TransportFailure) {
      let reply = try await client.send(
        exchange, deadline: loop.clock.now + exchange.timeLimit)
      return (reply.words, connector.driver.answer(to: reply))
    } catch {
      let answer = ExchangeEnding.failed(error).answer(by: connector.driver) ?? error.answer
      return (error.words, answer)
    }
  }
}

extension Reply {
  /// Status or codes, without a word of what else was said.
  fileprivate var words: String {
    switch self {
    case .http(let reply): "\(reply)"
    case .smtp(let reply): "\(reply)"
    }
  }
}

extension Exchange {
  /// What is sent where, with the names of headers and no value that could be a secret.
  fileprivate var words: String {
    switch self {
    case .http(let request):
      "\(request); headers \(request.headers.map(\.name).joined(separator: ", "))"
    case .smtp(let mail): "\(mail)"
    }
  }
}

extension TransportFailure {
  /// How far it got, for people.
  fileprivate var words: String {
    switch stage {
    case .notWritten: "no connection: certainly not sent"
    case .unfinished: "cut off before it was sent: certainly not sent"
    case .incomplete: "cut off while sending: it may have been sent"
    case .ambiguous: "no answer: it may have been sent"
    case .responding(let status): "HTTP \(status), then cut off: it may have been sent"
    }
  }
}
