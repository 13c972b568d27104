import EventLoop
import Glibc

@main
enum Main {
  /// Every command, in the order in which someone new needs them.
  static let commands: [Command] = [
    DemoCommand.command,
    SandboxCommand.command,
    CheckCommand.command,
    TopicsCommand.create,
    TopicsCommand.check,
    SendCommand.command,
    ConnectorsCommand.list,
    ConnectorsCommand.show,
    ConnectorsCommand.test,
    RunCommand.command,
  ]

  static func main() {
    // Before any thread exists: every thread inherits it.
    Signals.block([SIGTERM, SIGINT])
    Signals.ignoreBrokenPipes()
    exit(CommandLineTool(commands: commands).run(Array(CommandLine.arguments.dropFirst())))
  }
}
