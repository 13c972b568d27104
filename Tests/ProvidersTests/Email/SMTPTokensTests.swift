import Delivery
import Testing

@testable import Providers

/// Logins by access tokens that have to be got first.
@Suite struct SMTPTokensTests {
  private func driver(
    _ auth: [String: SettingNode.Value], _ changes: [String: SettingNode.Value] = [:]
  ) throws -> any Driver {
    let settings = DriverFixture.smtp.settings.merging(changes) { $1 }
    let (driver, problems) = makeDriver(
      SMTP.self, settings.merging(["auth": .object(auth.members)]) { $1 })
    #expect(problems == [])
    return try #require(driver)
  }

  private static let refreshing: [String: SettingNode.Value] = [
    "type": .string("OAuth2"), "user": .string("user@example.com"),
    "clientId": .string("client-1"), "clientSecret": .string("secret&1"),
    "refreshToken": .string("1//refresh"), "expires": .number("0"),
  ]

  @Test func `A refresh token is exchanged for an access token, with which the server is entered`()
    throws
  {
    let driver = try driver(Self.refreshing)
    let source = try #require(driver.tokenSource)
    let exchange = source.exchange(at: Timestamp(milliseconds: 0))
    #expect(exchange.endpoint == HTTPEndpoint("https://oauth2.googleapis.com/token"))
    #expect(exchange.header("Authorization") == nil)
    #expect(
      String(decoding: exchange.body, as: UTF8.self)
        == "client_id=client-1&client_secret=secret%261&refresh_token=1%2F%2Frefresh&grant_type=refresh_token"
    )
    let mail = try driver.smtp(.mail("123456"))
    #expect(mail.server.login == .token(user: "user@example.com", token: Secret("token-1")))
    var shown = "\(driver) \(mail)"
    dump(driver, to: &shown)
    dump(mail, to: &shown)
    for secret in ["1//refresh", "secret&1", "token-1"] { #expect(!shown.contains(secret)) }
  }

  @Test func `A client without a secret and an issuer of one's own are taken`() throws {
    var auth = Self.refreshing
    auth["clientSecret"] = nil
    auth["accessUrl"] = .string("https://login.microsoftonline.com/common/oauth2/v2.0/token")
    let exchange = try #require(try driver(auth).tokenSource).exchange(
      at: Timestamp(milliseconds: 0))
    #expect(exchange.endpoint.host == "login.microsoftonline.com")
    #expect(!String(decoding: exchange.body, as: UTF8.self).contains("client_secret"))
  }

  /// The assertion was made with OpenSSL's command line.
  @Test(arguments: [false, true]) func `A service account proves itself with its key`(
    isEscaped: Bool
  ) throws {
    let pem = isEscaped ? Self.key.replacing("\n", with: "\\n") : Self.key
    let driver = try driver([
      "user": .string("user@example.com"), "serviceClient": .string("account@project.example"),
      "privateKey": .string(pem),
    ])
    let exchange = try #require(driver.tokenSource).exchange(
      at: Timestamp(milliseconds: 1_767_323_045_999))
    #expect(
      exchange.formField("grant_type") == "urn:ietf:params:oauth:grant-type:jwt-bearer")
    #expect(exchange.formField("assertion") == Self.assertion)
  }

  @Test func `Without a token nothing is sent`() throws {
    let driver = try driver(Self.refreshing)
    var context = SendContext.lifetime(.seconds(600))
    context.token = nil
    #expect(throws: Refusal.self) { try driver.smtp(.mail("1"), context: context) }
  }

  @Test func `Only a refused login says that a token does not count any more`() throws {
    let source = try #require(try driver(Self.refreshing).tokenSource)
    #expect(source.isRefusal(.smtp(SMTPReply(stage: .login, code: 535))))
    #expect(!source.isRefusal(.smtp(SMTPReply(stage: .login, code: 454))))
    #expect(!source.isRefusal(.smtp(SMTPReply(stage: .mail, code: 535))))
  }

  @Test func `A login without encryption has to be allowed`() {
    let settings = DriverFixture.smtp.settings.merging([
      "auth": .object(Self.refreshing.members), "ignoreTLS": .bool(true),
    ]) { $1 }
    let problems = makeDriver(SMTP.self, settings).problems
    #expect(problems.count == 1)
    #expect(problems.first?.contains("config.ignoreTLS: would send the login") == true)
  }

  private static let assertion =
    "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJhY2NvdW50QHByb2plY3QuZXhhbXBsZSIsInN"
    + "jb3BlIjoiaHR0cHM6Ly9tYWlsLmdvb2dsZS5jb20vIiwic3ViIjoidXNlckBleGFtcGxlLmNvbSIsImF1ZCI"
    + "6Imh0dHBzOi8vb2F1dGgyLmdvb2dsZWFwaXMuY29tL3Rva2VuIiwiaWF0IjoxNzY3MzIzMDQ1LCJleHAiOjE"
    + "3NjczMjMzNDV9.zA7xiQ1_znG-ZH4WHUa8SgY0UrA1oqhlCDCZflWumRFm9RRtCC3haFcgra9pM4-q9RlOpn"
    + "gMJEU1yPoMSb646WBkk14N08U-iVoKqKvptoFiqE9paCg2S1CX9Sz9rhBrjyUGUF6wVvlsJgJXlgbo5VVLlR"
    + "eRGPvsF97L_K0ebQs"

  private static let key = """
    -----BEGIN RSA PRIVATE KEY-----
    MIICXAIBAAKBgQDTmyLcZt9GHkCd0yvoE+nFsxwphZGhK0fYAsCFxckAYA/zXA5o
    NX5sb65DT6/TeIC6oXNxPMEljrQHshdCueZ0hnZzYUcLAPNDGzRNRv/JpBV/p33p
    AvC2pO1pha7Glxibdpm0Ka9VVaGxqORK0Xv+jpD0M44QyXFM5PiHWV3oiQIDAQAB
    AoGAf1qIIaQcTqQYeaRFcZjCgoTotyi3XAujYqNNYXWHIp2uG+ZUmW1QmEyi0coc
    5SZKO4i95PIOwN7hBRyvGS6vPmv7X5TscHJHbMLfvP2PQ15246zyd2DhRW9qk4H4
    xkNAVgPtcsN/G1gb9eH2MT43CeieJ1DTK8ls1vDxnApBbw0CQQDwiIgrG7v29yWL
    EtfzFVPFaxfb/re63qzrqixvzxWe8/vIqP7V0vemqKOq7s0jvE11PFl7hMyx5N7W
    XuUU3gQLAkEA4TZs9x8avCCIYTVgz02EXVSHxH/R6N8yYaYiDKmAaHsr1Lrxq0LW
    SvRDypFRLZMxZYBMS7i6ucp9EG7vCwsuOwJBALvDaMB2AvHTlewNhqPMFzu50MM8
    AIKQht3kVpHlTtRpUzgdq+iQqh/f7vtlNJ/bw39r39JLJVsM9WLUavEyKmcCQALo
    PvPZtPCkwt3uYHeMmp7Rzobc14rYBsB38oyTS5MNs/0lBKWfUUDacl2VDqU19zdG
    NrXrho2LbZ3esLtFw60CQEuy+vcGcgCJ4IyPglB0GUBucKjsS9kiuIMO9Yq170Cz
    5J+iwoIL0OZQsll/95TD2c99X/lZOhhBH2RXZNz5aoM=
    -----END RSA PRIVATE KEY-----
    """
}
