import Delivery

/// Tells one content from another, within this process, without holding it.
///
/// Secrets go in, so it shows nothing; its seed is another in each process.
public struct ContentMark: Sendable, Hashable, CustomStringConvertible {
  private let value: Int?

  /// What cannot be read has no content.
  static let unreadable = ContentMark(value: nil)

  /// The mark of whatever `content` combines.
  init(of content: (inout Hasher) -> Void) {
    var hasher = Hasher()
    content(&hasher)
    self.init(value: hasher.finalize())
  }

  private init(value: Int?) { self.value = value }

  /// Says nothing of the content.
  public var description: String { "<mark>" }
}

extension SettingNode {
  /// Combines what stands here, wherever that is.
  func combine(into hasher: inout Hasher) {
    switch value {
    case .null: hasher.combine(0)
    case .bool(let flag):
      hasher.combine(1)
      hasher.combine(flag)
    case .number(let text):
      hasher.combine(2)
      hasher.combine(text)
    case .string(let text):
      hasher.combine(3)
      hasher.combine(text)
    case .array(let elements):
      hasher.combine(4)
      hasher.combine(elements.count)
      for element in elements { element.combine(into: &hasher) }
    case .object(let members):
      hasher.combine(5)
      hasher.combine(members.count)
      for member in members {
        hasher.combine(member.key)
        member.node.combine(into: &hasher)
      }
    }
  }
}
