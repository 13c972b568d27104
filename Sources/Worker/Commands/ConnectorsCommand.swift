import Delivery
import EventLoop
import JSON
import Providers
import Settings

/// `otp-worker connectors`, `connectors show` and `connectors test`.
struct ConnectorsCommand {
  static let list = Command(
    name: "connectors", summary: "the providers that messages can be sent through",
    discussion: """
      Lists the providers of this build: id, documentation, settings. With a configuration it says too
      which of them have connectors, and which of those are active.
      """,
    options: [
      Option(
        name: "--config", value: "FILE",
        summary: "a configuration to compare with (default: $OTP_WORKER_CONFIG, else none)"),
      Option(name: "--json", value: nil, summary: "a JSON array on standard output"),
    ],
    examples: [
      "otp-worker connectors",
      "otp-worker connectors --json | jq -r '.[].id'",
    ],
    exitCodes: [
      ExitMeaning(ExitCode.ok, "listed"),
      ExitMeaning(ExitCode.configuration, "the configuration is wrong"),
    ],
    run: { ConnectorsCommand(.standard).list($0) })

  static let show = Command(
    name: "connectors show", summary: "a commented configuration for a provider",
    discussion: """
      Prints a whole configuration for one provider: what must be set with a sample value, what may be
      set commented out, each with its meaning. check accepts it as it is; replace the sample values.
      """,
    operand: Operand(
      name: "PROVIDER", summary: "an id from the list of connectors, or its beginning"),
    options: [],
    examples: [
      "otp-worker connectors show twilio-short-message-service",
      "otp-worker connectors show twilio > otp-worker.yaml",
    ],
    exitCodes: [ExitMeaning(ExitCode.ok, "printed")],
    run: { ConnectorsCommand(.standard).show($0) })

  static let test = Command(
    name: "connectors test", summary: "sends one real message through a connector, without Kafka",
    discussion: """
      Renders and sends one message as the worker would, by the same driver and templates, and tells
      what was sent where, how the exchange ended and what that means. Nothing is retried, nothing is
      written to Kafka, delivery.only is obeyed. The provider may charge for the message.
      """,
    operand: Operand(name: "NAME", summary: "a connector's name in the configuration"),
    options: [
      ConfigurationFile.option,
      Option(
        name: "--to", value: "RECIPIENT",
        summary: "a phone number (E.164) or an e-mail address; required"),
      Option(
        name: "--usage-type", value: "NAME", summary: "what the code is for (default: SignIn)"),
      Option(
        name: "--code", value: "CODE", summary: "the code (default: six random digits, shown)"),
      Option(
        name: "--payload", value: "JSON", summary: "an object with what templates use besides"),
      Option(name: "--locale", value: "TAG", summary: "the language (default: the connector's)"),
      Option(name: "--json", value: nil, summary: "one JSON object on standard output"),
    ],
    examples: [
      "otp-worker connectors test twilio-main --config otp-worker.yaml --to +4512345678",
      "otp-worker connectors test twilio-main --to +4512345678 --usage-type Register --locale de",
    ],
    exitCodes: [
      ExitMeaning(ExitCode.ok, "accepted"),
      ExitMeaning(10, "rejected: this message can never succeed"),
      ExitMeaning(15, "throttled"), ExitMeaning(16, "transient: certainly not sent"),
      ExitMeaning(17, "ambiguous: it may have been sent"),
      ExitMeaning(
        ExitCode.configuration, "the configuration, the account or the template is wrong"),
    ],
    run: { arguments in
      LoopProgram.run(interruptedWith: "interrupted; the message may have been sent") { loop in
        await ConnectorsCommand(.standard).test(arguments, loop: loop)
      }
    })

  private let console: Console

  init(_ console: Console) { self.console = console }

  /// Lists the drivers.
  /// - Returns: the exit code.
  func list(_ arguments: Arguments) -> Int32 {
    var configuration: Configuration?
    if let path = ConfigurationFile.path(arguments, console.environment) {
      do {
        configuration = try ConfigurationFile(path: path, environment: console.environment)
          .configuration
      } catch {
        return error.tell(console)
      }
    }
    let list = ConnectorList(DriverCatalog.all, in: configuration)
    if arguments.has("--json") { console.print(json: list.json) } else { list.tell(console) }
    return ExitCode.ok
  }

  /// Prints a driver's example.
  /// - Returns: the exit code.
  func show(_ arguments: Arguments) -> Int32 {
    let name = arguments.operand ?? ""
    let drivers = DriverCatalog.all.map { $0.descriptor }
    let similar = drivers.filter { $0.id.hasPrefix(name.lowercased()) }
    guard
      let driver = drivers.first(where: { $0.id == name })
        ?? (similar.count == 1 ? similar[0] : nil)
    else {
      console.complain("otp-worker: " + Self.complaint(name, drivers.map(\.id), similar.map(\.id)))
      console.complain("See: otp-worker connectors")
      return ExitCode.usage
    }
    console.write(.output, Array(ConnectorExample(driver).text.utf8))
    return ExitCode.ok
  }

  /// Ids are long, and what is mistyped is often their first word.
  private static func complaint(_ name: String, _ ids: [String], _ similar: [String]) -> String {
    guard similar.isEmpty else {
      return "which provider: \(similar.sorted().joined(separator: ", "))?"
    }
    let brands = ids.map { String($0.prefix { $0 != "-" }) }
    if nearestName(to: name, among: ids) == nil, let brand = nearestName(to: name, among: brands),
      let id = ids.first(where: { $0.hasPrefix(brand) })
    {
      return "unknown provider \"\(name)\"; did you mean \"\(id)\"?"
    }
    return unknownNameMessage("unknown provider", name, known: ids)
  }

  /// Sends one message.
  /// - Returns: the exit code.
  func test(_ arguments: Arguments, loop: EventLoop) async -> Int32 {
    do throws(CommandFailure) {
      let draft = try draft(arguments)
      let file = try ConfigurationFile(
        arguments, for: "connectors test NAME", environment: console.environment)
      let connector = try connector(arguments.operand ?? "", for: draft.recipient, in: file)
      let isJSON = arguments.has("--json")
      if !isJSON {
        let code = draft.drawnCode.map { ", code \($0)" } ?? ""
        console.printWrapped(
          "\(connector.name): \(draft.usageType.rawValue) to \(draft.recipient.masked)\(code)")
      }
      let report = try await ConnectorTrial(connector, loop: loop)
        .run(try request(draft, file.configuration.delivery.lifetimes, loop))
      if isJSON { console.print(json: report.json) } else { report.tell(console) }
      return report.answer.exitCode
    } catch {
      return error.tell(console)
    }
  }

  private func draft(_ arguments: Arguments) throws(CommandFailure) -> SendDraft {
    do throws(UsageError) {
      var generator = SystemRandomNumberGenerator()
      return try SendDraft(arguments, using: &generator)
    } catch {
      throw CommandFailure(
        ExitCode.usage, "otp-worker: \(error.message)\nSee: otp-worker help connectors test")
    }
  }

  private func connector(
    _ name: String, for recipient: Recipient, in file: ConfigurationFile
  ) throws(CommandFailure) -> Connector {
    let connectors = file.configuration.connectors
    guard let settings = connectors.first(where: { $0.name == name }) else {
      throw CommandFailure(
        ExitCode.usage,
        "otp-worker: "
          + unknownNameMessage("unknown connector", name, known: connectors.map(\.name)))
    }
    guard settings.channel == recipient.channel else {
      throw CommandFailure(
        ExitCode.usage,
        "otp-worker: \(name) sends \(settings.channel.rawValue); --to must be \(settings.channel == .sms ? "a phone number" : "an e-mail address")"
      )
    }
    guard file.configuration.delivery.allows(recipient) else {
      throw CommandFailure(
        ExitCode.configuration,
        "otp-worker: delivery.only does not let this recipient be written to; add it there, or take another"
      )
    }
    return Connector(settings)
  }

  /// The request as the worker would have decoded it from a record.
  private func request(
    _ draft: SendDraft, _ lifetimes: Lifetimes, _ loop: EventLoop
  ) throws(CommandFailure) -> Request {
    do {
      return try Request.decode(
        value: draft.value.span, headers: [],
        origin: RecordOrigin(topic: "connectors-test", partition: 0, offset: 0), timestamp: nil,
        now: Timestamp(milliseconds: loop.wallMilliseconds), lifetime: { lifetimes[$0] })
    } catch {
      throw CommandFailure(ExitCode.usage, "otp-worker: \(error.detail)")
    }
  }
}
