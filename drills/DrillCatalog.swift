/// All drills, in the order in which they run: crashes, Kafka, providers, records, the process, endurance.
enum DrillCatalog {
  static let all: [Drill] = [
    .killedWhileSending, .killedBeforeTheOutcome,
    .brokersAway, .brokerKilled, .leaderMoves, .networkCut, .rebalanceStorm, .commitRefused,
    .instanceFrozen,
    .deadLettersNotWritable,
    .providerHangs, .answersTooLate, .resetAfterReading, .tooManyRequests, .serverErrors,
    .fewAlwaysFail,
    .mailDropsAfterTheDot,
    .poison, .poisonStorm, .sameEventTwice, .newerCodes, .staleBacklog, .clockIsOff,
    .stoppedUnderLoad, .logIsBlocked, .diskIsFull, .wrongConfiguration, .idleThenOne,
    .aMillionWaits, .soak,
  ]

  static subscript(name: String) -> Drill? { all.first { $0.name == name } }
}
