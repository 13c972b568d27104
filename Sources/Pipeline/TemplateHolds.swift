import Delivery
import Retry

/// The templates of a connector that its provider does not take: the others flow on.
struct TemplateHolds {
  /// Which template.
  struct Name: Hashable {
    var usageType: UsageType
    var locale: String?

    init(_ template: MessageTemplate) {
      usageType = template.usageType
      locale = template.locale
    }
  }
  /// What the end of a try made of a template's hold.
  enum Change {
    case held
    case lifted
  }

  private(set) var holds: [Name: Hold] = [:]

  /// Whether none is held: asked before all else, as it nearly always is so.
  var isEmpty: Bool { holds.isEmpty }

  /// How long requests wait while a probe is out: if it gets through, they need not wait for the next.
  private static let probeTime: Duration = .seconds(1)

  /// When a request with a template should ask again; nil when it may go now.
  func wait(for template: MessageTemplate?, at now: Timestamp) -> Timestamp? {
    guard let template, let hold = holds[Name(template)], !hold.isPassable(at: now) else {
      return nil
    }
    return hold.isProbing ? hold.nextProbe.map { min($0, now + Self.probeTime) } : hold.nextProbe
  }

  /// Lets a request with a template go, as its probe if it is held.
  /// - Returns: when to ask again; nil when it may go.
  mutating func admit(_ template: MessageTemplate?, at now: Timestamp) -> Timestamp? {
    if let due = wait(for: template, at: now) { return due }
    if let template { _ = holds[Name(template)]?.admits(at: now) }
    return nil
  }

  /// Learns from how a try with a template ended; without an answer, nothing was sent.
  mutating func note(
    _ class: Answer.Class?, of template: MessageTemplate?, startedAt: Timestamp, now: Timestamp
  ) -> Change? {
    guard `class` == .misconfigured(.template) || !isEmpty, let template else { return nil }
    let name = Name(template)
    var hold = holds[name] ?? Hold(scope: .template)
    let wasHeld = hold.nextProbe != nil
    if let `class` {
      hold.note(`class`, startedAt: startedAt, now: now)
    } else {
      hold.withdraw(startedAt: startedAt)
    }
    let isHeld = hold.nextProbe != nil
    holds[name] = isHeld ? hold : nil
    return isHeld == wasHeld ? nil : isHeld ? .held : .lifted
  }
}
