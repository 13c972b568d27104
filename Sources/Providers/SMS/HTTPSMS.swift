import Delivery

/// Hands a message to a receiver of one's own, which writes and sends the text.
///
/// The request is that of [Logto's HTTP SMS connector](https://docs.logto.io/integrations/http-sms).
struct HTTPSMS: Driver {
  static let descriptor = DriverDescriptor(
    id: "http-sms", channel: .sms, name: "HTTP SMS",
    documentation: "https://docs.logto.io/integrations/http-sms", text: .receiver,
    settings: HTTPReceiver.settings(
      endpoint: "https://sms.example.com/send", variable: "HTTP_SMS_TOKEN"))

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
