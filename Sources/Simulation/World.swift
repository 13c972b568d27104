import Delivery
import EventLoop
import Kafka
import Pipeline

/// All of one schedule: instances, Kafka, provider, producers, time and chance.
final class World {
  static let topics = PipelineConfiguration.Topics()

  let plan: Plan
  var chance: Chance
  /// In microseconds since the beginning.
  private(set) var now: Int64 = 0
  private(set) var steps = 0
  /// Stands for the whole course of events: the same for the same seed.
  private(set) var digest: UInt64 = 14_695_981_039_346_656_037
  private(set) var isHealed = false
  let planted: PlantedFault
  private(set) var broker: SimulatedBroker!
  /// Of text messages, and of mail.
  private(set) var providers: [SimulatedProvider] = []
  private(set) var examiner: Examiner!
  private(set) var instances: [Instance] = []
  private var agenda = Agenda()
  private var instancesStarted = 0
  private let surroundings: Surroundings
  private let onTrace: ((String) -> Void)?
  private let seed: UInt64

  init(
    seed: UInt64, surroundings: Surroundings, planted: PlantedFault,
    onTrace: ((String) -> Void)?
  ) {
    self.seed = seed
    self.surroundings = surroundings
    self.planted = planted
    self.onTrace = onTrace
    chance = Chance(seed: seed)
    plan = Plan(from: &chance)
    broker = SimulatedBroker(self)
    providers = [SimulatedProvider(self), SimulatedProvider(self)]
    examiner = Examiner(self)
  }

  // MARK: - Time

  func at(_ time: Int64, _ action: @escaping () -> Void) { agenda.note(at: max(time, now), action) }

  func after(_ time: Int64, _ action: @escaping () -> Void) { at(now + time, action) }

  func trace(_ text: @autoclosure () -> String) { trace { text() } }

  func trace(_ text: () -> String) {
    guard let onTrace else { return }
    let (seconds, rest) = now.quotientAndRemainder(dividingBy: 1_000_000)
    onTrace("\(seconds)." + String(rest + 1_000_000).dropFirst() + "  " + text())
  }

  /// Runs until `end`, or until a promise is broken or `isOver` says so.
  func run(until end: Int64, isOver: () -> Bool = { false }) {
    while examiner.breach == nil, step(until: end), !isOver() {}
    if examiner.breach == nil, !isOver() { now = max(now, end) }
  }

  /// Does what is due next; false when nothing is before `end`.
  private func step(until end: Int64) -> Bool {
    var next: Instance?
    var due = Int64.max
    for instance in instances where instance.turnAt < due {
      due = instance.turnAt
      next = instance
    }
    let noted = agenda.earliest ?? .max
    guard min(due, noted) <= end else { return false }
    steps += 1
    if noted <= due {
      now = noted
      agenda.popFirst()?()
      mix(0)
    } else if let next {
      now = max(now, due)
      next.turn()
      mix(UInt64(next.number))
    }
    return true
  }

  private func mix(_ what: UInt64) {
    digest = (digest ^ UInt64(now) ^ what << 56) &* 1_099_511_628_211
  }

  // MARK: - Instances

  func startInstance() {
    instancesStarted += 1
    let instance = Instance(instancesStarted, in: self)
    instances.append(instance)
    trace("instance \(instance.number) starts")
    let pipeline = surroundings.makePipeline(
      for: instance, plan: plan, seed: seed &* 1_000 + UInt64(instancesStarted),
      isTraced: onTrace != nil)
    instance.start(pipeline)
  }

  /// Gives an instance another connector, and perhaps another number of slots.
  func reload(_ instance: Instance) {
    var plan = plan
    plan.concurrency = chance.one(of: [1, 2, 8])
    let liftsHolds = chance.happens(500)
    trace("instance \(instance.number) goes by another configuration")
    instance.reconfigure(with: surroundings.configuration(plan), liftsHolds: liftsHolds)
  }

  /// Lets go of all that was still to happen, and of whom it would happen to.
  func forget() {
    agenda = Agenda()
    examiner.forget()
  }

  /// Forgets instances that are over.
  func dropDead() { instances.removeAll { $0.isDead } }

  // MARK: - Healing

  /// From now on nothing goes wrong.
  func heal() {
    isHealed = true
    trace("nothing goes wrong from here on")
    for instance in instances { instance.thaw() }
    dropDead()
    if instances.allSatisfy(\.isStopping) { startInstance() }
  }
}
