import Pipeline
import Providers
import Sandbox

/// What a scenario's operators do while the worker runs.
extension Scenario {
  /// Twilio's connector made anew, with other settings or with the same.
  func newTwilio(
    token: String = Credentials.authToken, _ wordings: [Wording] = Wording.usual
  ) throws -> Connector {
    try Connector.twilio(at: sandbox.url(of: twilio), wordings, token: token)
  }

  /// Twilio's connector, the very object that the workers began with.
  var oldTwilio: Connector? { configuration.directory.connectors["twilio-main"] }

  /// Gives the newest worker another snapshot, as a reload does: text messages leave by `connector`.
  func reconfigure(
    as version: String, to connector: Connector?, liftsHolds: Bool = false
  ) async {
    var snapshot = configuration
    snapshot.version = version
    snapshot.directory = ConnectorDirectory(
      connectors: [connector].compactMap(\.self), activeSMS: connector?.name, activeEmail: nil)
    await newest?.pipeline.reconfigure(with: snapshot, liftsHolds: liftsHolds)
  }

  /// Asks the newest worker to take nothing new.
  func quiet() async { await newest?.pipeline.quiet() }
}
