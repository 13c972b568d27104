/// A file or folder that a configuration was made of, with what was found there when it was read.
///
/// What counts is the content that the path leads to, by whatever links: a save by renaming, and the links that
/// Kubernetes swaps, are changes like any other.
public struct ConfigurationSource: Sendable, Equatable {
  /// The path, as the configuration has it.
  public let path: String
  private let kind: Kind
  private let content: ContentMark

  private enum Kind: Sendable {
    case file(limit: Int)
    case folder
  }

  /// A file that was read, nil when it could not be.
  init(file path: String, limit: Int, _ bytes: [UInt8]?) {
    self.path = path
    kind = .file(limit: limit)
    content = bytes.map { bytes in ContentMark { $0.combine(bytes) } } ?? .unreadable
  }

  /// A folder that was looked into; nil when that was not possible.
  init(folder path: String, _ names: [String]?) {
    self.path = path
    kind = .folder
    content = names.map { names in ContentMark { $0.combine(names) } } ?? .unreadable
  }

  /// The same place as it is now.
  ///
  /// Reads the file: not to be called on the event loop.
  public func lookedAtAgain() -> ConfigurationSource {
    switch kind {
    case .file(let limit):
      ConfigurationSource(
        file: path, limit: limit, try? SourceFile.read(path, limit: limit))
    case .folder:
      ConfigurationSource(folder: path, try? SourceFile.connectorNames(in: path))
    }
  }

  /// Whether path and content are the same.
  public static func == (left: ConfigurationSource, right: ConfigurationSource) -> Bool {
    left.path == right.path && left.content == right.content
  }
}
