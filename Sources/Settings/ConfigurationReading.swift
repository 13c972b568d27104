/// What came of reading the configuration, and what that went by.
public struct ConfigurationReading: Sendable {
  /// The configuration, or everything that is wrong with it.
  public var result: Result<Configuration, ConfigurationProblems>
  /// Every file and folder that was looked at, those that could not be read included: unless one of them changes,
  /// the next reading comes to the same.
  public var sources: [ConfigurationSource]
}
