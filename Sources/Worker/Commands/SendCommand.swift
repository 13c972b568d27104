import EventLoop
import Kafka
import Settings

/// `otp-worker send`: one request, followed to its outcome.
struct SendCommand {
  static let command = Command(
    name: "send", summary: "enqueues one request and follows it to its outcome",
    discussion: """
      Writes a request to the requests topic, as any producer does, and reads the results topic until
      its outcome stands there; tells each step with the time since the start. A running worker takes
      the request and sends a real message. No consumer group is joined.

      --test makes a check of a system in use recognisable: the code is 000000, the usage type Generic,
      and the request's metadata, which the outcome repeats, is {"test":true}. The message does go out.
      """,
    options: [
      Option(
        name: "--to", value: "RECIPIENT",
        summary: "a phone number (E.164) or an e-mail address; required"),
      Option(
        name: "--usage-type", value: "NAME",
        summary: "what the code is for (default: SignIn; with --test Generic)"),
      Option(
        name: "--code", value: "CODE", summary: "the code (default: six random digits, shown)"),
      Option(
        name: "--payload", value: "JSON",
        summary: "an object with what templates use besides, such as '{\"link\":\"https://…\"}'"),
      Option(
        name: "--locale", value: "TAG",
        summary: "the language, such as de or pt-BR (default: the connector's)"),
      Option(
        name: "--ttl", value: "TIME",
        summary: "how long the code is valid, such as 5m (default: delivery.ttl)"),
      Option(
        name: "--id", value: "ID", summary: "the event id, one per code (default: a random one)"),
      Option(name: "--test", value: nil, summary: "a recognisable test, see above"),
      Option(name: "--no-wait", value: nil, summary: "end once the brokers have the request"),
      Option(
        name: "--timeout", value: "TIME", summary: "how long to wait for the outcome (default: 60s)"
      ),
      Option(name: "--json", value: nil, summary: "one JSON object on standard output"),
      ConfigurationFile.option,
      Option(
        name: "--bootstrap-servers", value: "LIST",
        summary: "brokers instead of a configuration, with the usual topics; for the demo"),
    ],
    examples: [
      "otp-worker send --config otp-worker.yaml --to +4512345678",
      "otp-worker send --config otp-worker.yaml --to +4512345678 --test",
      "otp-worker send --bootstrap-servers 127.0.0.1:40001 --to +4512345678 --code 123456",
      "otp-worker send --config otp-worker.yaml --to a@example.com --json | jq .outcome.reason",
    ],
    exitCodes: [
      ExitMeaning(0, "accepted; with --no-wait: enqueued"),
      ExitMeaning(10, "rejected"), ExitMeaning(11, "expired"), ExitMeaning(12, "superseded"),
      ExitMeaning(13, "duplicate"), ExitMeaning(14, "dead-lettered"),
      ExitMeaning(ExitCode.unavailable, "Kafka cannot be reached, or did not acknowledge"),
      ExitMeaning(ExitCode.temporary, "no outcome in time; the request is enqueued"),
      ExitMeaning(ExitCode.configuration, "configuration, topics or rights are wrong"),
    ],
    run: { arguments in
      LoopProgram.run(interruptedWith: "interrupted; a request that is enqueued is still sent") {
        loop in await SendCommand(.standard).run(arguments, loop: loop)
      }
    })

  private let console: Console

  init(_ console: Console) { self.console = console }

  /// Does it.
  /// - Returns: the exit code.
  func run(_ arguments: Arguments, loop: EventLoop) async -> Int32 {
    do throws(CommandFailure) {
      let (draft, timeout) = try request(arguments)
      let target = try target(arguments)
      let report = SendReport(draft, console, isJSON: arguments.has("--json"))
      report.begin()
      defer { report.end() }
      let outcome = try await Sending(target, loop: loop, onStep: report.take).run(
        draft, isFollowed: !arguments.has("--no-wait"), timeout: timeout)
      return outcome?.kind.exitCode ?? ExitCode.ok
    } catch {
      return error.tell(console)
    }
  }

  private func request(_ arguments: Arguments) throws(CommandFailure) -> (SendDraft, Duration) {
    do throws(UsageError) {
      var generator = SystemRandomNumberGenerator()
      let draft = try SendDraft(arguments, using: &generator)
      let timeout = try arguments.duration("--timeout", in: .milliseconds(1) ... .seconds(86_400))
      return (draft, timeout ?? .seconds(60))
    } catch {
      throw CommandFailure(
        ExitCode.usage, "otp-worker: \(error.message)\nSee: otp-worker help send")
    }
  }

  private func target(_ arguments: Arguments) throws(CommandFailure) -> SendTarget {
    guard let servers = arguments["--bootstrap-servers"] else {
      let file = try ConfigurationFile(arguments, for: "send", environment: console.environment)
      return SendTarget(
        kafka: file.kafka, requests: file.configuration.topics.requests,
        results: file.configuration.topics.results, option: file.optionText)
    }
    guard arguments["--config"] == nil else {
      throw CommandFailure(
        ExitCode.usage,
        "otp-worker: --config and --bootstrap-servers both say where Kafka is; keep one")
    }
    do {
      let kafka = try KafkaConfiguration(settings: [
        ("bootstrap.servers", servers), ("group.id", "otp-worker-send"),
      ])
      // The names of a configuration that names none.
      return SendTarget(
        kafka: kafka, requests: "send-otp", results: "send-otp.results", option: "--config FILE")
    } catch {
      throw CommandFailure(ExitCode.usage, "otp-worker: --bootstrap-servers: \(error)")
    }
  }
}
