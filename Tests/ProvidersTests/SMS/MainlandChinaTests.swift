import Delivery
import JSON
import Testing

@testable import Providers

@Suite struct MainlandChinaTests {
  /// Ours are Logto's two tests of numbers, but for one point of the loose one.
  ///
  /// A number of North America that cannot be a mobile number of China is not taken for one.
  @Test func `Numbers are told apart as Logto does, but for those of North America`() throws {
    let numbers = vectors("aliyun-sms-number-kind")
    #expect(numbers.count == 12)
    for vector in numbers {
      let text = try #require(vector["inputs"]?["to"]?.string)
      let strict = vector["expected"]?["mainland_strict"] == .bool(true)
      let loose = vector["expected"]?["mainland_default"] == .bool(true)
      guard let number = Recipient(text, channel: .sms) else {
        #expect(!strict && !loose, "\(text)")
        continue
      }
      #expect(number.isInMainlandChina == strict, "\(text)")
      let isOurs = number.isInMainlandChina || number.couldLackChinasCode
      #expect(isOurs == (text == "12025550123" ? false : loose), "\(text)")
    }
  }

  @Test(arguments: [
    ("13105550123", true), ("131 0555 0123", true), ("+13105550123", false),
    ("0013105550123", false), ("11005550123", false), ("8613812345678", false),
    ("23105550123", false),
  ]) func `Only 11 digits alone can lack China's code`(text: String, could: Bool) {
    #expect(Recipient(text, channel: .sms)?.couldLackChinasCode == could)
  }
}
