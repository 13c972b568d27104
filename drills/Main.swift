import Foundation

/// `Drills list | run NAME [ARGUMENT] | all [NAME…] | needs-brokers NAME`.
@main
enum Main {
  static func main() {
    // A worker that ends while it is written to must not end this.
    signal(SIGPIPE, SIG_IGN)
    let words = Array(CommandLine.arguments.dropFirst())
    switch (words.first, words.dropFirst().first) {
    case ("list", nil): list()
    case ("all", let first):
      let drills = first == nil ? DrillCatalog.all : words.dropFirst().map(named)
      exit(Supervisor().run(drills, argument: nil))
    case ("run", let name?):
      let drill = named(name)
      exit(Supervisor().run([drill], argument: words.count > 2 ? words[2] : nil))
    case ("needs-brokers", let name?): exit(named(name).needsBrokers ? 0 : 1)
    case ("perform", let name?) where words.count >= 3:
      perform(named(name), in: words[2], argument: words.count > 3 ? Int(words[3]) : nil)
    default:
      print("usage: Drills list | run NAME [ARGUMENT] | all [NAME…] | needs-brokers NAME")
      exit(64)
    }
  }

  private static func named(_ name: String) -> Drill {
    if let drill = DrillCatalog[name] { return drill }
    print("no drill is called \(name); see: make drills-list")
    exit(64)
  }

  private static func list() {
    for drill in DrillCatalog.all {
      let ground = drill.needsBrokers ? "real brokers" : "in-process"
      print("\(drill.name)  [\(ground), about \(drill.seconds) s]")
      print("    \(drill.does)")
      print("    \(drill.holds)")
      if let argument = drill.argument { print("    argument: \(argument)") }
    }
  }

  /// The child's part: one drill, its report in a file.
  private static func perform(_ drill: Drill, in folder: String, argument: Int?) {
    let url = URL(fileURLWithPath: folder)
    let report = drill.perform(in: url, argument: argument)
    do {
      try JSONEncoder().encode(report).write(to: url.appending(path: "report.json"))
    } catch {
      print("cannot write the report: \(error)")
      exit(70)
    }
    // Threads of clusters and listeners may still be ending.
    _exit(0)
  }
}
