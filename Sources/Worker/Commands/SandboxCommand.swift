import Foundation
import Sandbox

/// `otp-worker sandbox`: providers to try things with, and an inbox that shows what they got.
enum SandboxCommand {
  static let command = Command(
    name: "sandbox", summary: "stand-ins for the providers, with an inbox page",
    discussion: """
      Plays the providers on this machine: checks requests as they do, answers as they do, and shows
      what arrived on a page that is live. Tests of your own application can read codes from it:

        curl 'http://127.0.0.1:8025/_/messages?to=4512345678&wait=30&limit=1'

      Errors, delays and lost answers can be asked for on the page, or with POST /_/script.
      Runs until Ctrl-C. Whoever reaches the address reads every code: keep it on loopback.
      """,
    options: [
      Option(
        name: "--port", value: "N", summary: "of page, API and HTTP providers (default: 8025)"),
      Option(
        name: "--host", value: "ADDRESS",
        summary: "what is listened on (default: 127.0.0.1; 0.0.0.0 in a container)"),
      Option(name: "--smtp-port", value: "N", summary: "of the mail server (default: 1025)"),
      Option(
        name: "--ca-file", value: "FILE",
        summary: "write the mail server's certificate there, for a connector's caFile"),
    ],
    examples: ["otp-worker sandbox", "otp-worker sandbox --port 0"],
    exitCodes: [
      ExitMeaning(ExitCode.ok, "stopped"),
      ExitMeaning(ExitCode.unavailable, "a port is in use, or the file cannot be written"),
    ],
    run: run)

  private static func run(_ arguments: Arguments) -> Int32 {
    guard let port = number(arguments["--port"], otherwise: 8_025),
      let mailPort = number(arguments["--smtp-port"], otherwise: 1_025)
    else {
      printError(
        "otp-worker: --port and --smtp-port take a number from 0 (any free one) to 65535")
      return ExitCode.usage
    }
    let file = arguments["--ca-file"]
    let host = arguments["--host"] ?? "127.0.0.1"
    return LoopProgram.run { loop in
      let stop = StopSignal(on: loop)
      Watchdog(loop: loop, stop: stop, log: nil).start()
      let sandbox: Sandbox
      do {
        sandbox = try Sandbox(
          StandInCatalog.makeAll(), mail: MailPolicy(), mailPort: mailPort, host: host,
          port: port)
        if let file, let mail = sandbox.mail {
          try Data(mail.certificate.utf8).write(to: URL(fileURLWithPath: file))
        }
      } catch {
        printError(
          "otp-worker: the sandbox cannot run: \(error); see --host, --port and --smtp-port")
        return ExitCode.unavailable
      }
      introduce(sandbox, certificate: file)
      await stop.wait()
      sandbox.stop()
      return ExitCode.ok
    }
  }

  private static func number(_ text: String?, otherwise usual: UInt16) -> UInt16? {
    guard let text else { return usual }
    return UInt16(text)
  }

  private static func introduce(_ sandbox: Sandbox, certificate: String?) {
    var lines = ["Inbox: \(sandbox.baseURL)/", ""]
    for standIn in sandbox.standIns {
      let url = sandbox.url(of: standIn)
      lines += ["\(standIn.title): \(url)", ""] + indented(standIn.connector(at: url)) + [""]
    }
    if let mail = sandbox.mail {
      lines += ["SMTP: port \(mail.port), STARTTLS", ""] + indented(mail.connector) + [""]
    }
    if let certificate { lines += ["Its certificate: \(certificate)", ""] }
    Console.standard.print(lines.joined(separator: "\n") + "\nCtrl-C stops.")
  }

  private static func indented(_ text: String) -> [String] {
    text.split(separator: "\n").map { "    \($0)" }
  }
}
