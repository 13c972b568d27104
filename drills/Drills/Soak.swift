import Kafka

extension Drill {
  static let soak = Drill(
    name: "soak",
    does:
      "300 requests a second for 10 min, with 503, lost answers, slow answers and poison among them",
    holds:
      "descriptors and otp_parked are flat, and memory but for the event ids of ten minutes: the last quarter is like the second",
    ground: .brokers, argument: "seconds", seconds: 630
  ) { field in
    let time = Duration.seconds(field.argument ?? 600)
    field.sms.behave { request in
      // Spread: of ids that follow each other, not five in a row may fail, which opens the breaker.
      let hash = request.id.utf8.reduce(UInt64(14_695_981_039_346_656_037)) {
        ($0 ^ UInt64($1)) &* 1_099_511_628_211
      }
      let dice = Int((hash ^ hash >> 32) % 1_000)
      switch (dice, request.count) {
      case (0..<10, 1): return .refuse(503)
      case (10..<15, 1): return .taken(.drop)
      case (15..<30, _): return .after(.milliseconds(800), .accept)
      default: return .after(.milliseconds(5), .accept)
      }
    }
    let worker = try field.startWorker()
    let flow = field.flow(perSecond: 300) { number in
      number % 200 == 199
        ? Event(id: "poison-\(number)", to: "+4520\(1_000_000 + number)", more: #","ttlSeconds":0"#)
        : .sms(number)
    }
    var samples: [(memory: Double, descriptors: Int, parked: Double)] = []
    let begin = ContinuousClock.now
    while ContinuousClock.now - begin < time, worker.isRunning {
      samples.append((worker.memory, worker.descriptors, worker.metrics.sum("otp_parked")))
      pause(.seconds(2))
    }
    flow.stop()
    field.report.recoverySeconds = field.awaitOutcomes(upTo: .seconds(200)).seconds
    field.allowedSecondSends = flow.count / 100
    let quarter = samples.count / 4
    guard quarter > 0 else { return }
    func median(_ values: some Collection<Double>) -> Double {
      values.sorted()[values.count / 2]
    }
    // The event ids of ten minutes are remembered: those that came between the two quarters, 100 bytes each.
    let ids = Double(flow.count) / 2 * 100 / 1_048_576
    for (what, values, slack) in [
      ("memory in MB", samples.map(\.memory), 10 + ids),
      ("descriptors", samples.map { Double($0.descriptors) }, 10),
      ("parked", samples.map(\.parked), 20),
    ] {
      let (early, late) = (
        median(values[quarter..<quarter * 2]), median(values.suffix(quarter))
      )
      field.note("\(what): \(rounded(early)), in the end \(rounded(late))")
      field.check(late <= early + slack, "\(what) grew from \(rounded(early)) to \(rounded(late))")
    }
  }
}
