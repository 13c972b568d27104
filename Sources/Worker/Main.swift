import EventLoop
import Glibc

@main
enum Main {
  static func main() {
    // Before any thread exists: every thread inherits it.
    Signals.block([SIGTERM, SIGINT])
    Signals.ignoreBrokenPipes()
    let tool = CommandLineTool(commands: [
      DemoCommand.command, CheckCommand.command, TopicsCommand.create, TopicsCommand.check,
      SendCommand.command, ConnectorsCommand.list, ConnectorsCommand.show,
      ConnectorsCommand.test, RunCommand.command,
    ])
    exit(tool.run(Array(CommandLine.arguments.dropFirst())))
  }
}
