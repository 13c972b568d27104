enum DemoCommand {
  static let command = Command(
    name: "demo", summary: "all of it in one process", discussion: "", options: [], examples: [],
    run: { _ in 1 })
}
