import Testing

@testable import Worker

struct ConsoleTests {
  @Test(arguments: [
    ("one two three", 9, ["one two", "three"]),
    ("one\ntwo", 20, ["one two"]),
    ("one\n\ntwo", 20, ["one", "", "two"]),
    ("one\n  kept as it is\ntwo", 8, ["one", "  kept as it is", "two"]),
    ("incomprehensibilities of words", 10, ["incomprehensibilities", "of words"]),
    ("", 10, [""]),
  ])
  func `Text is broken between words`(text: String, width: Int, lines: [String]) {
    #expect(text.wrapped(width: width) == lines)
  }

  @Test(arguments: [
    ("otp-worker.yaml", "otp-worker.yaml"), ("/etc/a b.yaml", "'/etc/a b.yaml'"),
    ("it's", "'it'\\''s'"), ("$(x)", "'$(x)'"), ("", "''"), ("größe.yaml", "größe.yaml"),
  ])
  func `A path is one word of a shell's line`(path: String, word: String) {
    #expect(path.quotedForShell == word)
  }

  @Test func `Indentation counts`() {
    #expect("aa bb cc".wrapped(width: 7, indentation: "  ") == ["  aa bb", "  cc"])
  }

  @Test(arguments: [40, 60, 100])
  func `A finding fits, but for lines that are to be copied`(width: Int) {
    let command = "kafka-topics " + String(repeating: "x", count: 120)
    let finding = Finding.wrong(
      "topic send-otp", "has 3 partitions, send-otp has 12, which cannot go together at all",
      do: "make them equal, since what a request leads to goes to the same number:", by: command)
    let lines = finding.text(Palette(isColored: false), width: width).split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= width || $0.hasSuffix(command) })
    #expect(lines[0].hasPrefix("wrong    topic send-otp: has"))
  }

  @Test func `Colours only where they are wanted`() {
    let finding = Finding.ok("it", "is")
    #expect(!finding.text(Palette(isColored: false), width: 80).contains("\u{1B}"))
    #expect(finding.text(Palette(isColored: true), width: 80).contains("\u{1B}[32mok"))
  }

  @Test(arguments: [
    ([], ExitCode.ok),
    ([Finding.ok("a", ""), .warning("b", ""), .untold("c", "")], ExitCode.ok),
    ([Finding.wrong("a", "", do: "")], ExitCode.configuration),
    ([Finding.outage], ExitCode.unavailable),
    ([Finding.outage, .wrong("a", "", do: "")], ExitCode.configuration),
  ])
  func `The exit code tells settings from outages`(findings: [Finding], code: Int32) {
    #expect(findings.exitCode == code)
  }
}

extension Finding {
  fileprivate static var outage: Finding {
    var finding = Finding.wrong("a", "", do: "")
    finding.isOutage = true
    return finding
  }
}
