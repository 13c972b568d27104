import Kafka

/// What became of a topic that was to be made, for people.
struct TopicCreation {
  private let topic: NewTopic
  private let result: TopicDirectory.Creation
  private let servers: String

  /// What became of `topic`; `servers` are for the line that makes it by hand.
  init(_ topic: NewTopic, _ result: TopicDirectory.Creation, at servers: [String]) {
    self.topic = topic
    self.result = result
    self.servers = servers.joined(separator: ",")
  }

  /// The finding.
  var finding: Finding {
    let subject = "topic \(topic.name)"
    switch result {
    case .created: return .ok(subject, "created with \(topic.partitions) partitions")
    case .existed:
      return .warning(
        subject, "was made by somebody else just now", do: "otp-worker topics check shows how it is"
      )
    case .failed(let error) where error.isNotAuthorized:
      return .wrong(
        subject, "not created: this user may not",
        do: "give the user CREATE on the topic, or let somebody run this who may:",
        by: topic.command(servers: servers))
    case .failed(let error):
      var finding = Finding.wrong(
        subject, "not created: \(error.text)", do: "run the same command again once that is mended")
      finding.isOutage = error.isRetriable
      return finding
    }
  }
}
