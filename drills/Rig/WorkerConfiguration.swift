/// The worker's configuration, as every drill writes it: new keys of the product go here.
struct WorkerConfiguration: Sendable {
  /// The topics of one drill, by their key under `topics`.
  struct Topics: Sendable {
    let requests: String
    let results: String
    let deadLetters: String
    /// Where requests wait, or come in once more: the worker's own, by their key.
    let own: [(key: String, name: String)]

    init(drill: String) {
      requests = "\(drill).requests"
      results = "\(drill).results"
      deadLetters = "\(drill).dead"
      own = ["retry30s", "retry2m", "retry10m", "replay"].map { ($0, "\(drill).\($0)") }
    }

    /// Those that have as many partitions as the requests.
    var numberedLikeRequests: [String] { [requests, results] + own.map(\.name) }
    /// The others.
    var others: [String] { [deadLetters] }

    var yaml: String {
      let named = own.map { ", \($0.key): \($0.name)" }.joined()
      return
        "topics: { requests: \(requests), results: \(results), deadLetters: \(deadLetters)\(named) }"
    }
  }

  var group: String
  var topics: Topics
  /// Properties under `kafka`.
  var kafka: [(key: String, value: String)]
  /// Where the text messages' receiver is.
  var smsURL: String
  /// Where the mails' receiver is.
  var mailURL: String
  /// How many exchanges a connector may have at once.
  var concurrency = 32
  /// A connector for mail in place of the receiver: its YAML, indented by nothing.
  var mailConnector: String?
  /// Whole sections besides, as YAML.
  var sections = ""
  var logLevel = "info"
  /// Where the admin listener is; 0 for any free port.
  var adminPort: UInt16 = 0

  var yaml: String {
    let mail =
      mailConnector ?? """
        provider: http-email
        concurrency: \(concurrency)
        config: { endpoint: "\(mailURL)" }
        """
    let indented = mail.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n")
    return """
      kafka:
        group.id: \(group)
      \(kafka.map { "  \($0.key): \"\($0.value)\"" }.joined(separator: "\n"))
      \(topics.yaml)
      active: { sms: texts, email: mails }
      connectors:
        texts:
          provider: http-sms
          concurrency: \(concurrency)
          config: { endpoint: "\(smsURL)" }
        mails:
      \(indented)
      admin: { port: \(adminPort) }
      log: { level: \(logLevel) }
      privacy: { hashKey: "a key for drills only" }
      \(sections)
      """
  }
}
