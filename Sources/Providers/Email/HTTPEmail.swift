import Delivery

/// Hands a message to a receiver of one's own, which writes and sends the mail.
///
/// The request is that of [Logto's HTTP e-mail connector](https://docs.logto.io/integrations/http-email).
struct HTTPEmail: Driver {
  static let descriptor = DriverDescriptor(
    id: "http-email", channel: .email, name: "HTTP Email",
    documentation: "https://docs.logto.io/integrations/http-email", text: .receiver,
    settings: HTTPReceiver.settings(
      endpoint: "https://mail.example.com/send", variable: "HTTP_EMAIL_TOKEN"))

  static let statusIsContract = true

  private let receiver: HTTPReceiver

  init(settings: SettingsReader) throws(InvalidSettings) {
    receiver = try HTTPReceiver(settings: settings)
  }

  func exchange(for message: Message, context: SendContext) throws(Refusal) -> Exchange {
    .http(receiver.exchange(for: message))
  }

  func answer(to reply: Reply) -> Answer { HTTPReceiver.answer(to: reply) }

  func probe(context: SendContext) -> Probe { HTTPReceiver.probe }
}
