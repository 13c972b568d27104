/// What this build calls itself.
enum Build {
  /// Semantic version of the release.
  static let version = "0.1.0"
}
