import EventLoop
import Providers
import Transport

/// An exchange that goes on.
final class OpenSend {
  let serial: Int
  let instance: Instance
  let mood: ProviderMood
  let epoch: Epoch?
  /// Whether the provider may have seen it.
  var isWritten = false
  /// Whether the pipeline was told a clear end.
  var wasClear = false
  private var completion: ((ExchangeEnding) -> Void)?
  private let onEnd: (OpenSend) -> Void
  var timer: TimerToken?

  init(
    _ serial: Int, from instance: Instance, mood: ProviderMood, epoch: Epoch?,
    onEnd: @escaping (OpenSend) -> Void, completion: @escaping (ExchangeEnding) -> Void
  ) {
    self.serial = serial
    self.instance = instance
    self.mood = mood
    self.epoch = epoch
    self.onEnd = onEnd
    self.completion = completion
  }

  var isOpen: Bool { completion != nil }

  /// Tells the one ending, on the instance's loop.
  func end(_ ending: ExchangeEnding) {
    guard let completion = completion.take() else { return }
    if let timer { instance.loop.cancel(timer) }
    onEnd(self)
    instance.world.examiner.ended(self, ending)
    completion(ending)
  }
}

/// What a connector sends by in a simulated world.
final class SimulatedExchangeClient: ExchangeClient {
  private let instance: Instance
  private var open: [OpenSend] = []
  private var isClosed = false

  init(_ instance: Instance) { self.instance = instance }

  func send(
    _ exchange: Exchange, deadline: ContinuousClock.Instant,
    completion: @escaping (ExchangeEnding) -> Void
  ) {
    guard case .http(let request) = exchange, !isClosed, !instance.isDead else {
      return instance.loop.soon { completion(Self.stopped(.notWritten)) }
    }
    let world = instance.world
    let provider = world.providers[request.endpoint.host == SimulatedMailDriver.host ? 1 : 0]
    let serial = Int(String(decoding: request.body, as: UTF8.self)) ?? -1
    let send = OpenSend(
      serial, from: instance, mood: provider.nextMood(),
      epoch: world.examiner.sending(serial, by: instance),
      onEnd: { [weak self] ended in self?.open.removeAll { $0 === ended } },
      completion: completion)
    world.trace("\(instance.number) sends \(serial): \(send.mood)")
    open.append(send)
    send.timer = instance.loop.schedule(at: deadline) {
      send.end(
        .failed(
          TransportFailure(send.isWritten ? .ambiguous : .notWritten, code: "http.timeout")))
    }
    if world.chance.happens(700), send.mood != .refuseConnection {
      return write(send, to: provider)
    }
    world.after(world.chance.number(100...30_000)) { [instance] in
      instance.deliver {
        if send.mood == .refuseConnection {
          send.end(.failed(TransportFailure(.notWritten, code: "connect.refused")))
        } else if send.isOpen, instance.loop.now < deadline {
          self.write(send, to: provider)
        }
      }
    }
  }

  private func write(_ send: OpenSend, to provider: SimulatedProvider) {
    send.isWritten = true
    let world = instance.world
    world.after(world.chance.number(50...5_000)) { provider.receive(send) }
  }

  func close() {
    isClosed = true
    for send in open {
      instance.loop.soon { send.end(Self.stopped(send.isWritten ? .ambiguous : .notWritten)) }
    }
  }

  private static func stopped(_ stage: TransportFailure.Stage) -> ExchangeEnding {
    .failed(TransportFailure(stage, code: "stopped"))
  }
}
