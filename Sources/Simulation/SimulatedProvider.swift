import EventLoop
import Providers
import Transport

/// A provider of a simulated world.
final class SimulatedProvider {
  private unowned let world: World
  private var outage: (mood: ProviderMood, until: Int64)?

  init(_ world: World) { self.world = world }

  /// Fails everyone alike for a time.
  func fail(for time: Int64) {
    let mood = world.chance.one(of: ProviderMood.outages)
    world.trace("a provider is out for \(time / 1_000) ms: \(mood)")
    outage = (mood, world.now + time)
  }

  /// What it will do with the next request.
  func nextMood() -> ProviderMood {
    guard !world.isHealed else { return .accept }
    if let outage, world.now < outage.until { return outage.mood }
    return ProviderMood(rawValue: world.chance.weighted(world.plan.moods)) ?? .accept
  }

  /// A request has arrived.
  func receive(_ send: OpenSend) {
    switch send.mood {
    case .accept: take(send, after: 300...20_000)
    case .acceptSlowly: take(send, after: 200_000...4_000_000)
    case .reject: answer(send, 422)
    case .throttleRecipient: answer(send, 429, wait: wait())
    case .throttleConnector: answer(send, 430, wait: wait())
    case .unavailable: answer(send, 503, wait: wait())
    case .failAfterTaking:
      accept(send)
      answer(send, 500)
    case .failWithoutTaking: answer(send, 500)
    case .dropAfterTaking:
      accept(send)
      drop(send)
    case .dropWithoutTaking: drop(send)
    case .hangAfterTaking: accept(send)
    case .hangWithoutTaking, .refuseConnection: break
    case .takeLate:
      world.after(world.chance.number(1_000_000...16_000_000)) { self.accept(send) }
    case .holdAccount: answer(send, 401)
    case .refuseDestination: answer(send, 409)
    }
  }

  private func take(_ send: OpenSend, after range: ClosedRange<Int64>) {
    world.after(world.chance.number(range) / 2) {
      self.accept(send)
      self.answer(send, 200)
    }
  }

  private func accept(_ send: OpenSend) {
    world.trace("provider takes \(send.serial) from \(send.instance.number)")
    world.examiner.accepted(send)
  }

  private func wait() -> [UInt8] {
    world.chance.happens(500) ? [] : [UInt8(world.chance.number(0...255))]
  }

  private func answer(_ send: OpenSend, _ status: Int, wait: [UInt8] = []) {
    world.after(world.chance.number(100...10_000)) {
      send.instance.deliver { send.end(.reply(.http(HTTPReply(status: status, body: wait)))) }
    }
  }

  private func drop(_ send: OpenSend) {
    world.after(world.chance.number(100...10_000)) {
      send.instance.deliver {
        send.end(.failed(TransportFailure(.ambiguous, code: "http.reset")))
      }
    }
  }
}
