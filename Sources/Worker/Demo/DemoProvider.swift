import Delivery
import Sandbox

/// A provider that the demo can send through: one that the sandbox plays.
struct DemoProvider: Sendable, Equatable {
  /// Its name in the sandbox; the demo's connector has it too.
  let name: String
  /// What people call it.
  let title: String
  /// How its messages travel.
  let channel: Channel

  /// All of them.
  static let all: [DemoProvider] =
    StandInCatalog.makeAll().filter { $0.driver != nil }.map {
      DemoProvider(name: $0.name, title: $0.title, channel: $0.channel)
    } + [smtp]

  /// Whom mails go by where nobody says otherwise.
  static let smtp = DemoProvider(name: MailStandIn.name, title: "SMTP", channel: .email)

  /// One of them; nil when there is none of this name.
  static func named(_ name: String) -> DemoProvider? { all.first { $0.name == name } }
}

/// Whom the demo sends by: one provider a channel.
struct DemoProviders: Sendable {
  var sms: DemoProvider
  var email: DemoProvider

  /// Twilio and SMTP.
  init() {
    guard let twilio = DemoProvider.named("twilio") else { preconditionFailure("played by all") }
    sms = twilio
    email = .smtp
  }

  /// The usual ones, but for the channel of `provider`.
  init(_ provider: DemoProvider) {
    self.init()
    switch provider.channel {
    case .sms: sms = provider
    case .email: email = provider
    }
  }

  /// Every provider once, two at a time; where one channel has more, the other's first is there again.
  static var pairs: [DemoProviders] {
    let sms = DemoProvider.all.filter { $0.channel == .sms }
    let email = DemoProvider.all.filter { $0.channel == .email }
    return (0..<max(sms.count, email.count)).map { index in
      var pair = DemoProviders()
      if sms.indices.contains(index) { pair.sms = sms[index] }
      if email.indices.contains(index) { pair.email = email[index] }
      return pair
    }
  }

  /// Both.
  var all: [DemoProvider] { [sms, email] }
}
