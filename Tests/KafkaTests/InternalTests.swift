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
}
