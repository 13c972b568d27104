import Retry
import Testing

@Suite struct BackoffTests {
  @Test(arguments: [
    (1, Duration.zero, Duration.zero, Duration.zero),
    (2, .milliseconds(400), .milliseconds(500), .milliseconds(600)),
    (3, .milliseconds(1_600), .seconds(2), .milliseconds(2_400)),
    (4, .milliseconds(4_800), .seconds(6), .milliseconds(7_200)),
  ])
  func `a delay strays by a fifth to either side`(
    number: Int, shortest: Duration, usual: Duration, longest: Duration
  ) throws {
    let backoff = Backoff.inProcess
    let delays = try [0, 0.5, 0.999_999].map { jitter in
      try #require(backoff.delay(beforeTry: number, jitter: jitter))
    }
    #expect(delays[0] == shortest)
    #expect(delays[1] == usual)
    #expect(delays[2] <= longest && delays[2] >= longest - .milliseconds(1))
  }

  @Test(arguments: [Int.min + 1, 0, 5, Int.max])
  func `there is no delay for a try that is not made`(number: Int) {
    #expect(Backoff.inProcess.delay(beforeTry: number, jitter: 0.5) == nil)
  }
}
