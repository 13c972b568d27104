import TestSupport

/// What the worker needs on a broker with access rules, as docs/operating.md has it.
struct WorkerRights {
  var requests: String
  var results: String
  var deadLetters: String
  var group: String
  /// Topics that the worker writes for itself and reads again.
  var retries: [String] = []
  /// The topic that operators write for the worker.
  var replay: String?

  /// The rights; to describe comes with the others.
  var all: [AccessRight] {
    [AccessRight(.read, .topic(requests)), AccessRight(.read, .group(group))]
      + retries.flatMap { [AccessRight(.read, .topic($0)), AccessRight(.write, .topic($0))] }
      + (replay.map { [AccessRight(.read, .topic($0))] } ?? [])
      + [AccessRight(.write, .topic(results)), AccessRight(.read, .topic(results))]
      + [AccessRight(.write, .topic(deadLetters))]
  }
}
