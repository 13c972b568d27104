import Delivery
import EventLoop
import Kafka
import Pipeline

/// Enqueues the samples one after the other and draws what comes of them.
///
/// Used on the loop only.
final class SampleRun {
  /// Between two samples, so that the steps of one stand together.
  private static let pace: Duration = .milliseconds(60)

  private let samples: [Sample]
  private let producer: SampleProducer
  private let screen: Screen
  private let loop: EventLoop
  private let onEvent: (DemoEvent) -> Void
  private var roster: Roster
  /// Those that are enqueued in their turn, by their places in the table; others follow a step.
  private var waiting: ArraySlice<Int>
  private var startedAt = Timestamp(milliseconds: 0)

  /// A run that has not begun.
  /// - Parameters:
  ///   - samples: what to enqueue.
  ///   - producer: who enqueues.
  ///   - screen: where steps are drawn.
  ///   - loop: the loop that this is used on.
  ///   - onEvent: takes the event that a sample is due, and gives it back to ``take(_:)`` in its turn.
  init(
    _ samples: [Sample], producer: SampleProducer, screen: Screen, loop: EventLoop,
    onEvent: @escaping (DemoEvent) -> Void
  ) {
    self.samples = samples
    self.producer = producer
    self.screen = screen
    self.loop = loop
    self.onEvent = onEvent
    roster = Roster(samples)
    waiting = samples.indices.filter { samples[$0].follows == nil }[...]
  }

  /// Lets the first sample be due.
  func begin() {
    screen.tell("Enqueuing \(samples.count) requests.\n")
    screen.begin(samples.map(\.name))
    startedAt = now
    onEvent(.sampleDue)
  }

  /// Whether every sample has come to its end.
  var isComplete: Bool { roster.isComplete }

  /// What came of each sample.
  var reports: [SampleReport] { roster.reports }

  /// Takes what happened; the next event must wait until this returns.
  func take(_ event: DemoEvent) async {
    switch event {
    case .sampleDue:
      guard let next = waiting.popFirst() else { return }
      await enqueue(next)
      loop.schedule(after: Self.pace) { [onEvent] in onEvent(.sampleDue) }
    case .step(let step): await take(step)
    case .outcome(let outcome):
      if !roster.note(outcome) { screen.showOther(SampleReport(ofOther: outcome)) }
    case .deadLetter(let letter):
      roster.note(letter)
      let name = roster.name(of: letter.eventID ?? letter.origin.description, at: letter.origin)
      screen.draw(
        StepLine(letter, name: name, milliseconds: (now - startedAt).milliseconds))
    case .timeIsUp, .stopRequested: break
    }
  }

  private func take(_ step: RequestStep) async {
    var origin: RecordOrigin?
    if case .concluded(let outcome) = step.kind { origin = outcome.source }
    screen.draw(
      StepLine(step, name: roster.name(of: step.eventID, at: origin), since: startedAt))
    if case .parked = step.kind {
      for index in roster.followers(of: step.eventID) { await enqueue(index) }
    }
  }

  /// Enqueues a sample; one that cannot be is missing in the end, and so disagrees.
  private func enqueue(_ index: Int) async {
    let before = now
    do {
      roster.noteEnqueued(index, at: try await producer.enqueue(samples[index]))
      screen.draw(
        StepLine(enqueued: samples[index], milliseconds: (before - startedAt).milliseconds))
    } catch {
      screen.tell("\(samples[index].name) could not be enqueued: \(error)")
    }
  }

  private var now: Timestamp { Timestamp(milliseconds: loop.wallMilliseconds) }
}
