import Pipeline

/// A step of a request's way; the stand-ins have steps too.
typealias RequestStep = Step

/// What the demo is told while it runs; one after the other, so that a record's place is known
/// before its steps are looked at.
enum DemoEvent: Sendable {
  /// The next sample is due.
  case sampleDue
  /// The daemon told of a step.
  case step(RequestStep)
  /// An outcome was read from its topic.
  case outcome(PublishedOutcome)
  /// A dead letter was read from its topic.
  case deadLetter(PublishedDeadLetter)
  /// The samples have had long enough.
  case timeIsUp
  /// Somebody asked for a stop.
  case stopRequested

  /// Whether it is the end of the time that the samples have.
  var isTimeLimit: Bool { if case .timeIsUp = self { true } else { false } }
}
