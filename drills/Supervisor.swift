import Foundation

/// Runs drills one after the other, each in a process of its own that can be ended, and clears up behind it.
struct Supervisor {
  /// Runs them all, whatever becomes of each.
  /// - Returns: the exit code: 0 when none failed.
  func run(_ drills: [Drill], argument: String?) -> Int32 {
    Cleanup.install()
    var reports: [Report] = []
    for drill in drills {
      print("\(drill.name): \(drill.does)")
      fflush(nil)
      let report = run(drill, argument: argument)
      print(report.text)
      fflush(nil)
      reports.append(report)
    }
    if reports.count > 1 { print(Report.table(reports)) }
    return reports.contains { !$0.failures.isEmpty } ? 1 : 0
  }

  private func run(_ drill: Drill, argument: String?) -> Report {
    var report = Report(name: drill.name)
    if drill.needsBrokers {
      guard let brokers = Brokers.running else {
        report.skipped = "needs real brokers (KAFKA_BUNDLE names a broker bundle)"
        return report
      }
      // Brings back what an earlier drill killed or froze.
      do { try brokers.run("start", "--brokers", "3", "--secure") } catch {
        report.failures = ["the brokers are not up: \(error)"]
        return report
      }
    }
    do {
      let folder = FileManager.default.temporaryDirectory
        .appending(path: "drill-\(drill.name)-\(UInt32.random(in: 0 ... .max))")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      Cleanup.folder = folder
      defer { Cleanup.clear() }
      return try perform(drill, argument, in: folder)
    } catch {
      report.failures = ["\(error)"]
      return report
    }
  }

  private func perform(_ drill: Drill, _ argument: String?, in folder: URL) throws -> Report {
    let process = Process()
    let ended = DispatchSemaphore(value: 0)
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = ["perform", drill.name, folder.path] + (argument.map { [$0] } ?? [])
    process.terminationHandler = { _ in ended.signal() }
    try process.run()
    Cleanup.child = process.processIdentifier
    let stretch = argument.flatMap { Double($0) } ?? 0
    guard ended.wait(timeout: .now() + drill.limit.seconds + stretch) == .success else {
      throw Misfortune("ended by force after \(drill.limit)")
    }
    guard let data = try? Data(contentsOf: folder.appending(path: "report.json")) else {
      throw Misfortune("ended without a report, with \(process.terminationStatus)")
    }
    return try JSONDecoder().decode(Report.self, from: data)
  }
}
