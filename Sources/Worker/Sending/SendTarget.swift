import Kafka

/// Where requests go and outcomes come from.
struct SendTarget: Sendable {
  /// How long looking the topics up may take.
  static let lookingLimit: Duration = .seconds(5)

  var kafka: KafkaConfiguration
  var requests: String
  var results: String
  /// The option that leads other commands there.
  var option: String

  /// Where the request goes, once the topics were seen.
  func partition(
    of draft: SendDraft, isFollowed: Bool, by directory: TopicDirectory
  ) async throws(CommandFailure) -> TopicPartition {
    let names = [requests] + (isFollowed ? [results] : [])
    let found = await directory.describe(
      names, within: Self.lookingLimit, retentionsWithin: .milliseconds(1))
    var counts: [Int32] = []
    for name in names {
      switch found[name] {
      case .found(let count, _)?: counts.append(count)
      case .missing?, nil:
        throw CommandFailure(
          ExitCode.configuration,
          "otp-worker: topic \(name) does not exist; otp-worker topics create \(option) makes it"
        )
      case .failed(let error)?: throw failure(error)
      }
    }
    guard counts.allSatisfy({ $0 == counts[0] }) else {
      throw CommandFailure(
        ExitCode.configuration,
        "otp-worker: \(requests) and \(results) have different numbers of partitions, so the outcome cannot be found; see otp-worker topics check \(option)"
      )
    }
    return TopicPartition(
      topic: requests,
      partition: TopicDirectory.partition(forKey: draft.key, of: counts[0]))
  }

  /// What an error of Kafka means for whoever sends.
  func failure(_ error: KafkaError) -> CommandFailure {
    if error.isNotAuthorized {
      return CommandFailure(
        ExitCode.configuration,
        "otp-worker: the broker refuses: \(error.text); send needs WRITE on \(requests) and READ on \(results)"
      )
    }
    let servers = kafka.bootstrapServers.joined(separator: ",")
    return CommandFailure(
      ExitCode.unavailable,
      "otp-worker: Kafka at \(servers): \(error.text); otp-worker check --online \(option) says more"
    )
  }
}
