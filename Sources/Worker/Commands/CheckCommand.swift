import Delivery
import EventLoop
import JSON
import Kafka
import Settings

/// `otp-worker check`: everything that is wrong, before `run` would find it.
struct CheckCommand {
  static let command = Command(
    name: "check", summary: "everything that is wrong with a configuration, at once",
    discussion: """
      Reads the configuration as run does and tells every problem: file, line, column, key, what was
      found, what is allowed. Without problems it sums up what the configuration comes to.

      --online asks the brokers too: whether each address answers, whether topics, partitions and
      retention are as they must be, and which rights this user has. And it asks the provider of each
      connector whether the credentials work, where there is a way to ask without sending; the rest are
      named. It joins no consumer group, writes nothing and sends no message.
      """,
    options: [
      ConfigurationFile.option,
      Option(
        name: "--online", value: nil,
        summary: "ask brokers and providers too (default: the files only)"),
      Option(name: "--json", value: nil, summary: "one JSON object on standard output"),
    ],
    examples: [
      "otp-worker check --config otp-worker.yaml",
      "otp-worker check --config otp-worker.yaml --online",
      "otp-worker check --config otp-worker.yaml --json | jq '.problems[]'",
    ],
    exitCodes: [
      ExitMeaning(ExitCode.ok, "run would start; warnings do not count"),
      ExitMeaning(
        ExitCode.unavailable,
        "with --online: no broker answers, or the provider of an active connector does not"),
      ExitMeaning(ExitCode.configuration, "something is wrong; everything wrong was told"),
    ],
    run: { arguments in
      LoopProgram.run(interruptedWith: "interrupted; nothing was changed") { loop in
        await CheckCommand(.standard).run(arguments, loop: loop)
      }
    })

  private let console: Console

  init(_ console: Console) { self.console = console }

  /// Does it.
  /// - Returns: the exit code.
  func run(_ arguments: Arguments, loop: EventLoop) async -> Int32 {
    guard let path = ConfigurationFile.path(arguments, console.environment) else {
      console.complain("otp-worker: which configuration? otp-worker check --config FILE")
      return ExitCode.usage
    }
    let loader = ConfigurationLoader(environment: console.environment)
    if case .failure(let problems) = loader.load(path: path) {
      return tell(problems, in: path, isJSON: arguments.has("--json"))
    }
    let file: ConfigurationFile
    do {
      file = try ConfigurationFile(path: path, environment: console.environment)
    } catch {
      return error.tell(console)
    }
    var report = CheckReport(path: path, findings: ConfigurationSummary(file).findings)
    if let complaint = file.kafka.complaint {
      report.findings.append(
        .wrong("kafka", complaint, do: "mend the properties under kafka: they do not go together"))
    }
    if arguments.has("--online") {
      report.findings += await OnlineCheck(file, loop: loop).findings()
    }
    report.tell(console, isJSON: arguments.has("--json"))
    return report.findings.exitCode
  }

  private func tell(_ problems: ConfigurationProblems, in path: String, isJSON: Bool) -> Int32 {
    if isJSON {
      CheckReport(path: path, problems: problems).tell(console, isJSON: true)
    } else {
      console.complain(problems.description)
    }
    return ExitCode.configuration
  }
}

/// What `check` found, for people and for scripts.
struct CheckReport {
  var path: String
  var problems: ConfigurationProblems?
  var findings: [Finding] = []

  /// Shows it.
  func tell(_ console: Console, isJSON: Bool) {
    guard isJSON else {
      for finding in findings { console.print(finding.text(console.palette, width: console.width)) }
      return
    }
    var json = JSONWriter(capacity: 1_024)
    json.beginObject()
    json.member("file", path)
    json.key("ok")
    json.bool(problems == nil && findings.exitCode == ExitCode.ok)
    json.key("problems")
    json.beginArray()
    for problem in problems?.problems ?? [] {
      json.beginObject()
      json.member("file", problem.position?.file)
      json.member("line", problem.position?.line)
      json.member("column", problem.position?.column)
      json.member("key", problem.key)
      json.member("message", problem.message)
      json.endObject()
    }
    json.endArray()
    json.member("findings", findings)
    json.endObject()
    console.print(json: json.bytes)
  }
}
