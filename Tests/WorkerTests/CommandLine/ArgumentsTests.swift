import Testing

@testable import Worker

struct ArgumentsTests {
  private let command = Command(
    name: "try", summary: "", discussion: "", operand: Operand(name: "NAME", summary: "a name"),
    options: [
      Option(name: "--config", value: "FILE", summary: ""),
      Option(name: "--count", value: "N", summary: ""),
      Option(name: "--json", value: nil, summary: ""),
    ], examples: [], run: { _ in 0 })
  private let plain = Command(
    name: "plain", summary: "", discussion: "",
    options: [
      Option(name: "--config", value: "FILE", summary: ""),
      Option(name: "--json", value: nil, summary: ""),
    ], examples: [], run: { _ in 0 })

  @Test func `Options, flags and the operand are read in any order`() throws {
    let first = try Arguments(["--json", "it", "--config", "a=b", "--count=3"], of: command)
    #expect(first.operand == "it" && first.has("--json"))
    #expect(first["--config"] == "a=b" && first["--count"] == "3")
    let second = try Arguments(["--config=x", "it"], of: command)
    #expect(second["--config"] == "x" && !second.has("--json") && second["--count"] == nil)
  }

  @Test(arguments: [
    (["it", "--cofig", "x"], "unknown option \"--cofig\"; did you mean \"--config\"?"),
    (["it", "--config"], "--config needs a value: --config FILE"),
    (["it", "--config", "--json"], "--config needs a value: --config FILE"),
    (["it", "--json=yes"], "--json takes no value"),
    (["it", "that"], "try takes one NAME, not \"that\" too"),
    ([], "try needs NAME: a name"),
  ])
  func `A mistake says what to type instead`(words: [String], message: String) {
    let error = #expect(throws: UsageError.self) { try Arguments(words, of: command) }
    #expect(error?.message == message)
  }

  @Test(arguments: [
    ("json", "plain takes no \"json\"; did you mean --json?"),
    ("my.yaml", "plain takes no \"my.yaml\"; did you mean --config my.yaml?"),
    ("whatever", "plain takes no \"whatever\""),
  ])
  func `A word where none belongs`(word: String, message: String) {
    let error = #expect(throws: UsageError.self) { try Arguments([word], of: plain) }
    #expect(error?.message == message)
  }

  @Test(arguments: ["0", "4", "-1", "1.5", "", "two", "99999999999999999999"])
  func `A number outside its range is refused`(text: String) throws {
    let given = try Arguments(["it", "--count=\(text)"], of: command)
    let error = #expect(throws: UsageError.self) { try given.wholeNumber("--count", in: 1...3) }
    #expect(error?.message == "--count takes a whole number from 1 to 3, not \"\(text)\"")
  }

  @Test func `A number within its range is taken`() throws {
    let given = try Arguments(["it", "--count", "3"], of: command)
    #expect(try given.wholeNumber("--count", in: 1...3) == 3)
    #expect(try given.wholeNumber("--other", in: 1...3) == nil)
  }
}
