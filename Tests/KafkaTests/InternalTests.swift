import Testing

@testable import Kafka

struct SlotsTests {
  @Test func `a value comes out once, and its slot is used again`() {
    var slots = Slots<String>()
    let (first, second) = (slots.insert("a"), slots.insert("b"))
    #expect(slots.count == 2)
    #expect(slots.remove(first) == "a")
    #expect(slots.remove(first) == nil)
    #expect(slots.insert("c") == first)
    #expect(slots.remove(second) == "b")
    #expect(slots.removeAll() == ["c"])
    #expect(slots.count == 0)
    #expect(slots.remove(7) == nil)
  }

  @Test func `slots survive the way through a pointer, and NULL is none`() {
    var slots = Slots<Int>()
    #expect(slot(of: opaque(for: 0)) == 0)
    #expect(slot(of: opaque(for: 1_000_000)) == 1_000_000)
    #expect(slots.remove(slot(of: nil)) == nil)
  }
}

struct KafkaErrorTests {
  @Test(arguments: [
    (Int32(-195), "transport", true), (-185, "timed_out", true), (10, "msg_size_too_large", false),
    (29, "topic_authorization_failed", false), (-150, "fatal", false),
    (6, "not_leader_for_partition", true),
  ])
  func `a code has a stable name, and says whether it passes`(
    code: Int32, name: String, passes: Bool
  ) {
    let error = KafkaError(code: code)
    #expect(error.name == name)
    #expect(error.isRetriable == passes)
    #expect(!error.text.isEmpty)
    #expect(!KafkaError(code: code, isFatal: true).isRetriable)
  }

  @Test(arguments: [
    (Int32(22), true, false, false, false),  // ILLEGAL_GENERATION
    (25, true, false, false, false),  // UNKNOWN_MEMBER_ID
    (82, true, false, false, false),  // FENCED_INSTANCE_ID
    (-142, true, false, false, false),  // the assignment is lost
    (27, false, false, false, true),  // REBALANCE_IN_PROGRESS
    (12, false, true, false, false),  // OFFSET_METADATA_TOO_LARGE
    (3, false, false, true, false),  // UNKNOWN_TOPIC_OR_PART
    (-188, false, false, true, false),  // unknown topic, by the client
    (-190, false, false, true, false),  // unknown partition, by the client
    (16, false, false, false, true),  // NOT_COORDINATOR
  ])
  func `what a refused commit means is told apart`(
    code: Int32, ownershipLost: Bool, metadataTooLarge: Bool, topicGone: Bool, retriable: Bool
  ) {
    let error = KafkaError(code: code)
    #expect(error.isOwnershipLost == ownershipLost)
    #expect(error.isMetadataTooLarge == metadataTooLarge)
    #expect(error.isTopicGone == topicGone)
    #expect(error.isRetriable == retriable)
  }
}
