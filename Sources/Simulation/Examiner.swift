import Delivery
import Kafka
import Providers
import Transport

/// A promise that was broken.
public struct Breach: Sendable {
  /// Which one.
  public var promise: Promise
  /// How.
  public var text: String
}

/// A request as it was written, and what became of it.
final class TrueRequest {
  let place: TopicPartition
  let offset: Int64
  let serial: Int
  let eventID: String
  let hasID: Bool
  let recipient: String
  let supersedes: Bool
  let timestamp: Int64
  let lifetime: Int64
  var outcomes: [PublishedOutcome] = []
  var letters = 0
  var acceptances = 0

  init(_ draft: RequestDraft, at offset: Int64, of place: TopicPartition, timestamp: Int64) {
    self.place = place
    self.offset = offset
    serial = draft.serial
    eventID = draft.id ?? "\(place)/\(offset)"
    hasID = draft.id != nil
    recipient = draft.recipient
    supersedes = draft.supersedes
    lifetime = draft.lifetime
    self.timestamp = timestamp
  }
}

/// One partition in one instance's hands, from assignment to revocation.
final class Epoch {
  let place: TopicPartition
  let instance: Instance
  /// What the commit that it began with says.
  let isDone: (Int64) -> Bool
  /// How long the results were when it began.
  var takenAt: [Int64: Int64] = [:]
  var isLeaving = false
  var latestFirst: [String: Int64] = [:]
  var tried: Set<Int> = []
  var open: [String: Int] = [:]
  /// Sends by what they were about that the provider took.
  var accepted: [Int: Int] = [:]
  /// Those that were taken without the pipeline being told.
  var unclear: Set<Int> = []
  var published: [Int64: PublishedOutcome] = [:]

  init(_ place: TopicPartition, of instance: Instance, isDone: @escaping (Int64) -> Bool) {
    self.place = place
    self.instance = instance
    self.isDone = isDone
  }
}

/// Knows what really happened, and compares it with what was promised.
final class Examiner {
  unowned let world: World
  private(set) var breach: Breach?
  var requests: [TopicPartition: [TrueRequest]] = [:]
  var bySerial: [Int: [TrueRequest]] = [:]
  /// How many records there are of an event id.
  var byID: [String: Int] = [:]
  var epochs: [Epoch] = []
  var pastEpochs: [Epoch] = []
  /// Who was told that a write may have failed that did not.
  var doubting: Set<Int> = []

  init(_ world: World) { self.world = world }

  func fail(_ promise: Promise, _ text: @autoclosure () -> String) {
    guard breach == nil, Promise.unmet[promise] == nil else { return }
    breach = Breach(promise: promise, text: text())
    world.trace("BROKEN \(promise.rawValue): \(text())")
  }

  func epoch(of place: TopicPartition, by instance: Instance) -> Epoch? {
    epochs.first { $0.instance === instance && $0.place == place }
  }

  private func requests(_ serial: Int) -> [TrueRequest] { bySerial[serial] ?? [] }

  // MARK: - Assignment

  func assigned(
    _ place: TopicPartition, _ truth: SimulatedBroker.Committed?, to instance: Instance
  ) {
    let done = Self.done(truth)
    epochs.append(Epoch(place, of: instance, isDone: done))
  }

  /// What a commit says to be done.
  static func done(_ commit: SimulatedBroker.Committed?) -> (Int64) -> Bool {
    guard let commit else { return { _ in false } }
    let metadata = try? CommitMetadata.read(commit.metadata, committedAt: commit.offset)
    let ledger = OffsetLedger(startingAt: commit.offset, metadata: metadata)
    return { offset in
      if offset < commit.offset { return true }
      var ledger = ledger
      return ledger.take(offset) == .alreadyDone
    }
  }

  func leaving(_ places: [TopicPartition], by instance: Instance) {
    for place in places { epoch(of: place, by: instance)?.isLeaving = true }
  }

  func gone(_ places: [TopicPartition], from instance: Instance) {
    pastEpochs += epochs.filter { $0.instance === instance }
    epochs.removeAll { $0.instance === instance }
  }

  func taken(_ offset: Int64, of place: TopicPartition, by instance: Instance) {
    guard let epoch = epoch(of: place, by: instance) else { return }
    if epoch.takenAt[offset] == nil { epoch.takenAt[offset] = instance.clock.wallMilliseconds }
  }

  // MARK: - Sends

  /// The pipeline hands a request over.
  func sending(_ serial: Int, by instance: Instance) -> Epoch? {
    let all = requests(serial)
    guard let place = all.first?.place else {
      fail(.trueOutcome, "\(serial) is sent, which nobody asked for")
      return nil
    }
    guard let epoch = epoch(of: place, by: instance), !epoch.isLeaving else {
      fail(.quietEnd, "instance \(instance.number) sends \(serial) of \(place), which it gave up")
      return nil
    }
    if instance.isStopping {
      fail(.quietEnd, "instance \(instance.number) sends \(serial) after its stop began")
    }
    let taken = all.filter { epoch.takenAt[$0.offset] != nil }
    let undone = taken.filter { !epoch.isDone($0.offset) }
    guard let first = undone.first else {
      fail(.doneStaysDone, "\(serial) is sent again, although the commit says that it is done")
      return epoch
    }
    checkRepeat(of: undone, in: epoch)
    checkDeadline(of: first, in: epoch)
    checkOrder(of: first, in: epoch, isOnly: all.count == 1)
    epoch.open[first.recipient, default: 0] += 1
    return epoch
  }

  private func checkRepeat(of candidates: [TrueRequest], in epoch: Epoch) {
    if candidates.allSatisfy({ epoch.published[$0.offset] != nil }) {
      fail(.boundedRepeats, "\(candidates[0].serial) is sent after its own outcome")
    }
    if candidates.allSatisfy({ !$0.outcomes.isEmpty }) {
      fail(.outcomeStopsRepeat, "\(candidates[0].serial) is sent again, although it has an outcome")
    }
    let accepted = epoch.accepted[candidates[0].serial] ?? 0
    if accepted > 1 || accepted == 1 && !epoch.unclear.contains(candidates[0].serial) {
      fail(
        .boundedRepeats,
        "\(candidates[0].serial) is sent again by the same owner, although it was taken")
    }
  }

  private func checkDeadline(of request: TrueRequest, in epoch: Epoch) {
    if isOver(request, in: epoch) {
      fail(.deadline, "\(request.serial) is sent after its deadline")
    }
  }

  /// Whether the deadline has passed by the owner's own clock.
  private func isOver(_ request: TrueRequest, in epoch: Epoch) -> Bool {
    let seen = epoch.takenAt[request.offset] ?? 0
    return epoch.instance.clock.wallMilliseconds
      >= min(request.timestamp, seen) + request.lifetime
  }

  /// Whether another record has the same event id.
  private func sharesID(_ request: TrueRequest) -> Bool {
    byID[request.eventID] ?? 0 > 1
  }

  private func checkOrder(of request: TrueRequest, in epoch: Epoch, isOnly: Bool) {
    if epoch.open[request.recipient] ?? 0 > 0 {
      fail(.order, "\(request.serial) is sent while another for the same recipient is")
    }
    guard isOnly, epoch.tried.insert(request.serial).inserted else { return }
    // Who waits until a time that comes once more stands at the end of the queue then.
    if let latest = epoch.latestFirst[request.recipient], latest > request.offset,
      !epoch.instance.clock.wasSetBack
    {
      fail(.order, "\(request.serial) at \(request.offset) is first sent after \(latest)")
    }
    epoch.latestFirst[request.recipient] = request.offset
    guard request.supersedes else { return }
    for older in requests[request.place] ?? [] where older.offset < request.offset {
      if older.supersedes, older.recipient == request.recipient, older.outcomes.isEmpty,
        epoch.takenAt[older.offset] != nil, !isOver(older, in: epoch), !sharesID(older)
      {
        fail(.supersession, "\(request.serial) is sent before \(older.serial) has its outcome")
      }
    }
  }

  /// A send has ended, as the pipeline is told.
  func ended(_ send: OpenSend, _ ending: ExchangeEnding) {
    guard let epoch = send.epoch, let request = requests(send.serial).first else { return }
    epoch.open[request.recipient, default: 1] -= 1
    switch ending {
    case .reply(.http(let reply)) where reply.status == 200: send.wasClear = true
    case .reply(.http(let reply)) where reply.status != 500: break
    case .failed(let failure) where failure.isCertainlyNotSent: break
    default: epoch.unclear.insert(send.serial)
    }
  }

  /// The provider took a message.
  func accepted(_ send: OpenSend) {
    for request in requests(send.serial) { request.acceptances += 1 }
    send.epoch?.accepted[send.serial, default: 0] += 1
  }

  // MARK: - Commits

  func committing(_ entry: CommitEntry, over before: Int64?, by instance: Instance) {
    let place = entry.topicPartition
    if let before, entry.offset < before {
      fail(.commitGoesForward, "\(place) goes back from \(before) to \(entry.offset)")
    }
    let isDone = Self.done(
      SimulatedBroker.Committed(offset: entry.offset, metadata: entry.metadata))
    for request in requests[place] ?? [] where request.outcomes.isEmpty {
      if isDone(request.offset) {
        fail(
          .commitBehindOutcome,
          "\(place) is committed at \(entry.offset), and \(request.offset) has no outcome")
      }
    }
    if entry.offset > world.broker.end(of: place) {
      fail(.commitBehindOutcome, "\(place) is committed at \(entry.offset), behind its end")
    }
  }

  // MARK: - The end

  /// Whether all that was asked for has come to its end.
  var isAllDone: Bool {
    for (place, list) in requests {
      guard let commit = world.broker.committed[place], commit.offset == Int64(list.count),
        list.allSatisfy({ !$0.outcomes.isEmpty })
      else { return false }
    }
    return true
  }

  /// Says what is missing when the time is up.
  func checkNothingLost() {
    for (place, list) in requests {
      for request in list where request.outcomes.isEmpty {
        fail(.nothingLost, "\(request.serial) at \(place)/\(request.offset) has no outcome")
      }
      let commit = world.broker.committed[place]?.offset ?? 0
      if commit != Int64(list.count) {
        fail(.nothingLost, "\(place) ends at \(list.count) and is committed at \(commit)")
      }
    }
  }
}
