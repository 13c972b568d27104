/// What a provider does with one request.
enum ProviderMood: Int, CaseIterable {
  /// Takes it and says so.
  case accept
  /// Takes it and says so late.
  case acceptSlowly
  case reject
  /// Too many for this recipient; says how long to wait, or not.
  case throttleRecipient
  case throttleConnector
  case unavailable
  /// Its own status says nothing about whether it was taken.
  case failAfterTaking
  case failWithoutTaking
  /// The connection ends without an answer.
  case dropAfterTaking
  case dropWithoutTaking
  /// No answer ever comes.
  case hangAfterTaking
  case hangWithoutTaking
  /// Takes it when whoever asked has given up.
  case takeLate
  /// Nobody listens.
  case refuseConnection
  case holdAccount
  case refuseDestination

  /// How it treats everyone while its service is out.
  static let outages: [ProviderMood] = [
    .unavailable, .failWithoutTaking, .dropWithoutTaking, .hangWithoutTaking, .refuseConnection,
  ]

  static func weights(_ chance: inout Chance) -> [Int] {
    let isGood = chance.happens(300)
    return allCases.map { mood in
      if mood == .accept { return 40 }
      if isGood { return 0 }
      if mood == .holdAccount, !chance.happens(200) { return 0 }
      return chance.one(of: [0, 0, 2, 8])
    }
  }
}
