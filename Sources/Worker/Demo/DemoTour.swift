import Delivery
import EventLoop
import Glibc
import JSON
import Pipeline

/// The demo's samples through every provider, one after the other.
///
/// Used on the loop only.
struct DemoTour {
  /// What the samples of one provider came to.
  private struct Stage {
    let provider: DemoProvider
    let reports: [SampleReport]

    var agreeing: Int { reports.count { $0.agrees == true } }
    var isFine: Bool { !reports.isEmpty && agreeing == reports.count }
  }

  let screen: Screen
  let log: Log
  let loop: EventLoop

  /// Runs until every provider had its turn, or until it is stopped.
  /// - Returns: the exit code: success only when every sample ended as expected.
  func run() async -> Int32 {
    var stages: [Stage] = []
    let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
    defer { close(nowhere) }
    for pair in DemoProviders.pairs {
      screen.tell("\(pair.sms.title) and \(pair.email.title) …")
      let quiet = Screen(isJSON: false, output: nowhere, progress: nowhere, environment: [:])
      let options = DemoOptions(providers: pair, once: true)
      let demo = Demo(options, screen: quiet, log: log, loop: loop)
      let code = await demo.run()
      if code == ExitCode.unavailable { return code }
      for provider in pair.all where !stages.contains(where: { $0.provider == provider }) {
        stages.append(
          Stage(
            provider: provider, reports: demo.reports.filter { $0.channel == provider.channel }))
      }
      if demo.stop.isRequested {
        screen.tell("\nStopped before every provider had its turn.")
        return ExitCode.failure
      }
    }
    show(stages)
    return stages.allSatisfy(\.isFine) ? ExitCode.ok : ExitCode.failure
  }

  private func show(_ stages: [Stage]) {
    let palette = screen.palette
    screen.put(
      lines: [palette.paint(row("", "provider", "channel", "as expected"), .faint)]
        + stages.flatMap { stage in
          [
            palette.paint(
              row(
                stage.isFine ? "✓" : "✗", stage.provider.title, stage.provider.channel.rawValue,
                "\(stage.agreeing) of \(stage.reports.count)"), stage.isFine ? .good : .bad)
          ] + SampleReport.complaints(stage.reports)
        },
      json: stages.map(json))
  }

  private func row(_ mark: String, _ title: String, _ channel: String, _ count: String) -> String {
    padded(mark, 2) + padded(title, 28) + padded(channel, 9) + count
  }

  private func json(_ stage: Stage) -> [UInt8] {
    var json = JSONWriter(capacity: 128)
    json.beginObject()
    json.key("provider")
    json.string(stage.provider.name)
    json.key("channel")
    json.string(stage.provider.channel.rawValue)
    json.key("samples")
    json.integer(stage.reports.count)
    json.key("agreeing")
    json.integer(stage.agreeing)
    json.key("agrees")
    json.bool(stage.isFine)
    json.endObject()
    return json.bytes
  }
}
