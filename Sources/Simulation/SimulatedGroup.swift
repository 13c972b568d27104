import Kafka

/// The coordinator of the one consumer group: members, generations, and who reads what.
final class SimulatedGroup {
  /// One membership; whoever was thrown out comes back as another.
  final class Member {
    let id: Int
    let consumer: SimulatedConsumer
    var generation = -1
    var hasJoined = true
    init(_ id: Int, _ consumer: SimulatedConsumer) {
      self.id = id
      self.consumer = consumer
    }
  }

  /// How long a member may be silent.
  static let sessionTimeout: Int64 = 3_000_000
  /// How long the others wait for one that does not come back to a rebalance.
  static let rebalanceTimeout: Int64 = 20_000_000

  private unowned let world: World
  private var members: [Member] = []
  private(set) var generation = 0
  private var isPreparing = false
  private var preparations = 0
  private var idsGiven = 0

  init(_ world: World) { self.world = world }

  func has(_ member: Member?) -> Bool { members.contains { $0 === member } }

  /// Whether everybody has what he is to read.
  var isSettled: Bool { !isPreparing }

  /// Takes somebody in, for the first time or again.
  func join(_ consumer: SimulatedConsumer, as member: Member?) {
    if let member, has(member) {
      member.hasJoined = true
      if isPreparing { return completeWhenAllJoined() }
    } else {
      idsGiven += 1
      let member = Member(idsGiven, consumer)
      members.append(member)
      consumer.member = member
      world.trace("member \(member.id) is instance \(consumer.instance.number)")
      if consumer.instance.isDead { world.after(Self.sessionTimeout) { self.remove(member) } }
    }
    prepare(besides: consumer.member)
  }

  /// Throws a member out, or lets it leave.
  func remove(_ member: Member?) {
    guard has(member) else { return }
    world.trace("member \(member?.id ?? 0) is out of the group")
    members.removeAll { $0 === member }
    if isPreparing { completeWhenAllJoined() } else { prepare(besides: nil) }
  }

  /// Whether a member may commit; the code of the error if not.
  func refusal(of member: Member?, generation: Int) -> Int32? {
    guard has(member) else { return ErrorCode.unknownMember }
    return generation == self.generation ? nil : ErrorCode.illegalGeneration
  }

  private func prepare(besides joined: Member?) {
    if !isPreparing {
      isPreparing = true
      preparations += 1
      let preparation = preparations
      for member in members where member !== joined {
        member.hasJoined = false
        world.after(world.chance.number(0...500_000)) {
          guard self.preparations == preparation, self.has(member), !member.hasJoined else {
            return
          }
          member.consumer.mustRejoin()
        }
      }
      world.after(Self.rebalanceTimeout) {
        guard self.isPreparing, self.preparations == preparation else { return }
        self.members.removeAll { !$0.hasJoined }
        self.completeWhenAllJoined()
      }
    }
    completeWhenAllJoined()
  }

  private func completeWhenAllJoined() {
    guard isPreparing, members.allSatisfy(\.hasJoined) else { return }
    isPreparing = false
    generation += 1
    let shares = ranges()
    for (member, share) in zip(members, shares) {
      member.generation = generation
      let (generation, join) = (generation, member.consumer.joins)
      world.after(world.chance.number(500...20_000)) {
        member.consumer.assignmentCame(share, generation, join: join)
      }
    }
    let owners = zip(members, shares).map { "\($0.id): \($1.map(\.partition))" }
    world.trace("generation \(generation): \(owners)")
  }

  /// What each member gets: consecutive partitions, the same numbers of every topic.
  private func ranges() -> [[TopicPartition]] {
    guard let first = members.first else { return [] }
    let count = Int(world.plan.partitions)
    let (share, more) = (count / members.count, count % members.count)
    return members.indices.map { index in
      let start = share * index + min(index, more)
      let numbers = start..<(start + share + (index < more ? 1 : 0))
      return first.consumer.topics.flatMap { topic in
        numbers.map { TopicPartition(topic: topic, partition: Int32($0)) }
      }
    }
  }
}
