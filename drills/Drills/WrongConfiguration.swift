import Foundation

extension Drill {
  static let wrongConfiguration = Drill(
    name: "wrong-configuration",
    does:
      "starts with a key that does not exist; lets credentials be wrong; reloads (SIGHUP) a mistake, a removed"
      + " connector, the right thing",
    holds:
      "78 and the key's name; held, no dead letter, recovery within 60 s; the old configuration serves until a"
      + " right one comes",
    seconds: 60
  ) { field in
    let right = field.configuration
    field.configuration.sections = "delivry: { tries: 3 }"
    let typo = try field.launchWorker()
    let code = typo.exit(within: .seconds(10))
    field.check(code == 78, "a typo ended with \(code.map(String.init) ?? "nothing")")
    field.check(typo.hasLogged("delivry"), "the message does not name the key")
    field.configuration = right

    let worker = try field.startWorker()
    field.sms.behave { _ in .refuse(401) }
    try field.enqueue((0..<20).map { .sms($0) })
    pause(.seconds(4))
    field.check(field.journal.deadLetters.isEmpty, "wrong credentials made dead letters")
    field.check(
      worker.metrics.sum("otp_breaker_state", #"connector="texts""#) == 3,
      "the connector is not held")
    field.sms.behave { _ in .accept }
    let time = field.awaitOutcomes(upTo: .seconds(65))
    field.report.recoverySeconds = time.seconds
    field.check(field.outcomes("accepted") == 20, "not all were accepted after the correction")
    try field.reload(worker)
  }
}

extension Field {
  fileprivate func reload(_ worker: WorkerProcess) throws {
    let right = configuration
    func load(_ text: String, _ what: String, isGood: Bool) throws {
      try text.write(to: worker.file, atomically: true, encoding: .utf8)
      let label = isGood ? #"result="success""# : #"result="failure""#
      let before = worker.metrics.sum("otp_config_reloads_total", label)
      worker.send(SIGHUP)
      try wait("\(what) is noticed", upTo: .seconds(10)) {
        worker.metrics.sum("otp_config_reloads_total", label) > before || !worker.isRunning
      }
      guard worker.isRunning else { throw Misfortune("SIGHUP ended the worker") }
      try enqueue([.sms(Int.random(in: 1_000..<100_000), prefix: "reload")])
      awaitOutcomes(upTo: .seconds(15))
    }
    let mistake = right.yaml + "\ndelivry: { tries: 3 }\n"
    try load(mistake, "a mistake", isGood: false)
    check(worker.hasLogged("delivry"), "the log does not name the key of the mistake")
    let removed = right.yaml.replacingOccurrences(
      of: "active: { sms: texts,", with: "active: { sms: gone,")
    try load(removed, "a connector that is gone", isGood: false)
    try load(right.yaml, "the right configuration", isGood: true)
    check(outcomes("dead-lettered") == 0, "a reload made dead letters")
  }
}
