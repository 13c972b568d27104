import Delivery
import Kafka
import Pipeline
import Providers
import Transport

/// A promise that was broken.
public struct Breach: Sendable {
  /// Which one.
  public var promise: Promise
  /// How.
  public var text: String
}

/// Knows what really happened, and compares it with what was promised.
final class Examiner {
  unowned let world: World
  private(set) var breach: Breach?
  /// Of all topics that are consumed.
  var records: [TopicPartition: [TrueRecord]] = [:]
  var bySerial: [Int: [TrueRequest]] = [:]
  /// What operators sent once more, by where it came from and how often.
  var replays: [RecordOrigin: [TrueRequest]] = [:]
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

  func epoch(_ number: Int32, of instance: Instance) -> Epoch? {
    epochs.first { $0.instance === instance && $0.number == number }
  }

  func record(at offset: Int64, of place: TopicPartition) -> TrueRecord? {
    guard let list = records[place], list.indices.contains(Int(offset)) else { return nil }
    return list[Int(offset)]
  }

  /// Whether what commits tell is never lost.
  var isMetadataSafe: Bool { world.plan.metadataLosses == 0 && world.plan.metadataLimit == 4_096 }

  /// Whether another record has the same event id.
  private func sharesID(_ request: TrueRequest) -> Bool { byID[request.eventID] ?? 0 > 1 }

  // MARK: - Assignment

  func assigned(
    _ place: TopicPartition, _ truth: SimulatedBroker.Committed?, to instance: Instance
  ) {
    let epoch = epoch(place.partition, of: instance) ?? Epoch(place.partition, of: instance)
    if !epochs.contains(where: { $0 === epoch }) { epochs.append(epoch) }
    epoch.begin(place, Self.done(truth))
    if Self.tellsDoubt(truth) { epoch.tellingDoubt.insert(place) }
  }

  /// Whether a new owner knows what may have been sent: nothing was that the last commit did not allow.
  private static func tellsDoubt(_ commit: SimulatedBroker.Committed?) -> Bool {
    guard let commit else { return false }
    return (try? CommitMetadata.read(commit.metadata, committedAt: commit.offset)) ?? nil != nil
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
    for place in places { epoch(place.partition, of: instance)?.isLeaving = true }
  }

  func gone(from instance: Instance) {
    pastEpochs += epochs.filter { $0.instance === instance }
    epochs.removeAll { $0.instance === instance }
  }

  func taken(_ offset: Int64, of place: TopicPartition, by instance: Instance) {
    guard let record = record(at: offset, of: place),
      let epoch = epoch(place.partition, of: instance)
    else { return }
    if !epoch.committed.contains(place) {
      fail(.nonceFirst, "instance \(instance.number) takes \(place)/\(offset) before it committed")
    }
    epoch.take(record)
  }

  // MARK: - Sends

  /// The pipeline hands a request over.
  func sending(_ serial: Int, by instance: Instance) -> Epoch? {
    let all = bySerial[serial] ?? []
    guard let first = all.first else {
      fail(.trueOutcome, "\(serial) is sent, which nobody asked for")
      return nil
    }
    guard let epoch = epoch(first.place.partition, of: instance), !epoch.isLeaving else {
      fail(.quietEnd, "instance \(instance.number) sends \(serial), whose partition it gave up")
      return nil
    }
    checkRight(of: instance, toSend: serial)
    let taken = all.flatMap(\.records).filter { epoch.has($0) && !epoch.isDone($0) }
    if taken.isEmpty {
      fail(.doneStaysDone, "\(serial) is sent again, although the commit says that it is done")
    }
    checkRepeat(of: taken, in: epoch)
    checkTime(of: taken, in: epoch)
    checkOrder(of: first, in: epoch, isOnly: all.count == 1)
    if all.count == 1 { checkSupersession(of: first, in: epoch) }
    epoch.open[first.recipient, default: 0] += 1
    return epoch
  }

  private func checkRight(of instance: Instance, toSend serial: Int) {
    if instance.isStopping {
      fail(.quietEnd, "instance \(instance.number) sends \(serial) after its stop began")
    }
    if instance.wasFrozenLong, !world.broker.group.has(instance.consumer?.member) {
      fail(.quietZombie, "instance \(instance.number) sends \(serial) after its session ended")
    }
  }

  private func checkRepeat(of taken: [TrueRecord], in epoch: Epoch) {
    guard let serial = taken.first?.request.serial else { return }
    if taken.allSatisfy({ epoch.outcome(of: $0.request) != nil }) {
      fail(.boundedRepeats, "\(serial) is sent after its own outcome")
    }
    if isMetadataSafe, taken.allSatisfy({ $0.wasSettled(before: epoch.beganAt) }) {
      fail(.outcomeStopsRepeat, "\(serial) is sent again, although the log says what it came to")
    }
    let accepted = epoch.accepted[serial] ?? 0
    guard taken.allSatisfy({ $0.request.replay == 0 }) else { return }
    if accepted > 1 || accepted == 1 && !epoch.unclear.contains(serial) {
      fail(.boundedRepeats, "\(serial) is sent again by the same owner, although it was taken")
    }
  }

  private func checkTime(of taken: [TrueRecord], in epoch: Epoch) {
    guard let serial = taken.first?.request.serial else { return }
    if taken.allSatisfy(epoch.isOver) { fail(.deadline, "\(serial) is sent after its deadline") }
    let now = epoch.instance.clock.wallMilliseconds
    if !epoch.instance.clock.wasSetBack,
      taken.allSatisfy({ $0.notBefore.map { $0 > now } ?? false })
    {
      fail(.deadline, "\(serial) is sent before it is due")
    }
  }

  private func checkOrder(of request: TrueRequest, in epoch: Epoch, isOnly: Bool) {
    if epoch.open[request.recipient] ?? 0 > 0 {
      fail(.order, "\(request.serial) is sent while another for the same recipient is")
    }
    guard isOnly, request.records.count == 1, epoch.tried.insert(request.serial).inserted else {
      return
    }
    // Who waits until a time that comes once more stands at the end of the queue then.
    if let latest = epoch.latestFirst[request.recipient], latest > request.offset,
      !epoch.instance.clock.wasSetBack, !wasTried(request, before: epoch)
    {
      fail(.order, "\(request.serial) at \(request.offset) is first sent after \(latest)")
    }
    epoch.latestFirst[request.recipient] = request.offset
  }

  /// Whether the same process tried it when it had the partition before.
  private func wasTried(_ request: TrueRequest, before epoch: Epoch) -> Bool {
    pastEpochs.contains {
      $0.instance === epoch.instance && $0.number == epoch.number
        && $0.tried.contains(request.serial)
    }
  }

  private func checkSupersession(of request: TrueRequest, in epoch: Epoch) {
    guard request.supersedes, !sharesID(request) else { return }
    for record in records[request.place] ?? [] {
      let other = record.request
      guard other !== request, other.supersedes, other.recipient == request.recipient,
        epoch.has(record), !epoch.isOver(record), !sharesID(other)
      else { continue }
      if record.offset > request.offset, epoch.admitted.contains(other.serial) {
        let isOwn = request.records.allSatisfy { $0.hop == 0 || $0.writtenAt >= epoch.beganAt }
        fail(
          isOwn ? .supersession : .lateSupersession,
          "\(request.serial) is sent although \(other.serial) came")
      }
      // An older one may have expired by a clock that was set back since, its outcome being on its way.
      if record.offset < request.offset, !record.isSettled, !epoch.instance.clock.wasSetBack {
        fail(.supersession, "\(request.serial) is sent before \(other.serial) has its outcome")
      }
    }
    epoch.admitted.insert(request.serial)
  }

  /// A send has ended, as the pipeline is told.
  func ended(_ send: OpenSend, _ ending: ExchangeEnding) {
    guard let epoch = send.epoch, let request = bySerial[send.serial]?.first else { return }
    epoch.open[request.recipient, default: 1] -= 1
    switch ending {
    case .reply(.http(let reply)) where reply.status != 500: break
    case .failed(let failure) where failure.isCertainlyNotSent: break
    default: epoch.unclear.insert(send.serial)
    }
  }

  /// The provider took a message.
  func accepted(_ send: OpenSend) {
    for request in bySerial[send.serial] ?? [] {
      request.acceptances += 1
      request.firstAcceptedAt = request.firstAcceptedAt ?? world.now
    }
    send.epoch?.accepted[send.serial, default: 0] += 1
  }

  // MARK: - Commits

  func committing(_ entry: CommitEntry, over before: Int64?, by instance: Instance) {
    let place = entry.topicPartition
    epoch(place.partition, of: instance)?.committed.insert(place)
    if let before, entry.offset < before {
      fail(.commitGoesForward, "\(place) goes back from \(before) to \(entry.offset)")
    }
    let isDone = Self.done(
      SimulatedBroker.Committed(offset: entry.offset, metadata: entry.metadata))
    for record in records[place] ?? []
    where !record.isSettled && isDone(record.offset) && !hasTwin(record, isDone) {
      fail(
        .commitBehindOutcome,
        "\(place) is committed at \(entry.offset), and the log does not say what became of "
          + "\(record.offset)")
    }
    if entry.offset > world.broker.end(of: place) {
      fail(.commitBehindOutcome, "\(place) is committed at \(entry.offset), behind its end")
    }
  }

  /// Whether the same copy stands before it, after a doubtful write, and is not done.
  private func hasTwin(_ record: TrueRecord, _ isDone: (Int64) -> Bool) -> Bool {
    record.request.records.contains {
      $0.place == record.place && $0.hop == record.hop && $0.offset < record.offset
        && !isDone($0.offset)
    }
  }

  // MARK: - The end

  /// Lets requests and their records go of each other.
  func forget() {
    for request in bySerial.values.joined() {
      request.records = []
      request.outcomes = []
    }
  }

  /// Whether all that was asked for has come to its end.
  var isAllDone: Bool {
    for (place, list) in records {
      guard let commit = world.broker.committed[place], commit.offset == Int64(list.count),
        list.allSatisfy({ !$0.request.outcomes.isEmpty })
      else { return false }
    }
    return true
  }

  /// Says what is missing when the time is up.
  func checkNothingLost() {
    for (place, list) in records {
      for record in list where record.request.outcomes.isEmpty {
        fail(.nothingLost, "\(record.request.serial) at \(place)/\(record.offset) has no outcome")
      }
      let commit = world.broker.committed[place]?.offset ?? 0
      if commit != Int64(list.count) {
        fail(.nothingLost, "\(place) ends at \(list.count) and is committed at \(commit)")
      }
    }
  }
}
