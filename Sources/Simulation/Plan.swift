/// What one schedule is like: drawn from its seed before anything happens.
struct Plan {
  var instances: Int
  var partitions: Int32
  var requests: Int
  var recipients: Int
  /// Every how many recipients one has an e-mail address.
  var mailEvery: Int
  /// Until when things go wrong, in microseconds.
  var faultsUntil: Int64
  var concurrency: Int
  var inFlight: Int
  var span: Int
  var allowance: Int
  /// By ``ProviderMood``.
  var moods: [Int]
  /// In thousandths of all requests.
  var repeats: Int
  /// The longest lifetime, in seconds; only long ones reach the retry topics.
  var lifetime: Int64
  var reusedIDs: Int
  var withoutID: Int
  /// In thousandths of all dead letters.
  var replays: Int
  var invalid: Int
  /// In thousandths of all calls of the broker.
  var lostCommits: Int
  var lateAcknowledgements: Int
  var refusedWrites: Int
  var doubtfulWrites: Int
  /// How often it happens in the whole schedule.
  var crashes: Int
  var freezes: Int
  var stops: Int
  var joins: Int
  var brokerOutages: Int
  var providerOutages: Int
  var reloads: Int
  var clockSteps: Int
  var metadataLosses: Int
  /// How many bytes of metadata the broker takes.
  var metadataLimit: Int
  /// Whether requests are known again after a restart by a keyed hash.
  var hasHashKey: Bool
  /// Whether turns come late and take several events at once.
  var isSlow: Bool

  init(from chance: inout Chance) {
    instances = chance.number(1...3)
    partitions = Int32(chance.number(1...4))
    // Now and then so many that what is done is told in long commits.
    requests = chance.happens(3) ? 1_500 : chance.number(3...40)
    recipients = chance.number(1...8)
    mailEvery = chance.one(of: [1, 2, 3, 100])
    faultsUntil = chance.number(500_000...4_000_000)
    concurrency = chance.one(of: [1, 2, 8])
    inFlight = chance.one(of: [2, 8, 512])
    span = chance.one(of: [4, 20, 20_000])
    moods = ProviderMood.weights(&chance)
    lifetime = chance.one(of: [2, 6, 12, 12, 12, 80])
    repeats = chance.one(of: [0, 0, 50, 200])
    reusedIDs = chance.one(of: [0, 0, 50])
    replays = chance.one(of: [0, 500])
    withoutID = chance.one(of: [0, 200])
    invalid = chance.one(of: [0, 0, 100])
    let isBrokerBad = chance.happens(500)
    lostCommits = isBrokerBad ? chance.one(of: [0, 50, 300]) : 0
    lateAcknowledgements = isBrokerBad ? chance.one(of: [0, 50, 200]) : 0
    refusedWrites = isBrokerBad ? chance.one(of: [0, 0, 50]) : 0
    doubtfulWrites = isBrokerBad ? chance.one(of: [0, 0, 50]) : 0
    let isRough = chance.happens(700)
    crashes = isRough ? chance.number(0...3) : 0
    freezes = isRough ? chance.number(0...2) : 0
    stops = isRough ? chance.number(0...2) : 0
    joins = isRough ? chance.number(0...2) : 0
    brokerOutages = isBrokerBad ? chance.number(0...2) : 0
    clockSteps = chance.happens(200) ? 2 : 0
    metadataLosses = chance.happens(100) ? 1 : 0
    metadataLimit = isBrokerBad ? chance.one(of: [4_096, 4_096, 60]) : 4_096
    hasHashKey = chance.happens(500)
    isSlow = chance.happens(300)
    providerOutages = chance.one(of: [0, 0, 1, 2])
    allowance = chance.one(of: [1, 2, 16])
    reloads = chance.one(of: [0, 0, 0, 1, 3])
  }
}
