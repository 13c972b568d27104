import Digest
import Testing

/// Keys made for this test, and signatures that OpenSSL's command line made with them.
@Suite struct RSAKeyTests {
  private static let traditional = """
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

  private static let modern = """
    -----BEGIN PRIVATE KEY-----
    MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBANObItxm30YeQJ3T
    K+gT6cWzHCmFkaErR9gCwIXFyQBgD/NcDmg1fmxvrkNPr9N4gLqhc3E8wSWOtAey
    F0K55nSGdnNhRwsA80MbNE1G/8mkFX+nfekC8Lak7WmFrsaXGJt2mbQpr1VVobGo
    5ErRe/6OkPQzjhDJcUzk+IdZXeiJAgMBAAECgYB/WoghpBxOpBh5pEVxmMKChOi3
    KLdcC6Nio01hdYcina4b5lSZbVCYTKLRyhzlJko7iL3k8g7A3uEFHK8ZLq8+a/tf
    lOxwckdswt+8/Y9DXnbjrPJ3YOFFb2qTgfjGQ0BWA+1yw38bWBv14fYxPjcJ6J4n
    UNMryWzW8PGcCkFvDQJBAPCIiCsbu/b3JYsS1/MVU8VrF9v+t7rerOuqLG/PFZ7z
    +8io/tXS96aoo6ruzSO8TXU8WXuEzLHk3tZe5RTeBAsCQQDhNmz3Hxq8IIhhNWDP
    TYRdVIfEf9Ho3zJhpiIMqYBoeyvUuvGrQtZK9EPKkVEtkzFlgExLuLq5yn0Qbu8L
    Cy47AkEAu8NowHYC8dOV7A2Go8wXO7nQwzwAgpCG3eRWkeVO1GlTOB2r6JCqH9/u
    +2U0n9vDf2vf0kslWwz1YtRq8TIqZwJAAug+89m08KTC3e5gd4yantHOhtzXitgG
    wHfyjJNLkw2z/SUEpZ9RQNpyXZUOpTX3N0Y2teuGjYttnd6wu0XDrQJAS7L69wZy
    AIngjI+CUHQZQG5wqOxL2SK4gw71irXvQLPkn6LCggvQ5lCyWX/3lMPZz31f+Vk6
    GEEfZFdk3Plqgw==
    -----END PRIVATE KEY-----
    """

  private static let signature =
    "9004640f10a05fc47c139117b90b1b63bc532ed95d31653e9ba3faf89c9d56ec2a852305ff763e17f831"
    + "2472dc93f09bdf6cf2c874982a80729ebabad5a737813315b1c47f638a233717545f07d2f6e3b6fd9240"
    + "6102aaa014b2d2cf18c55c70284869a497673f0a6d10f4c31100b66d5cfed7bfc8c4da042e104497aaf5"
    + "6feb"

  @Test(arguments: [traditional, modern]) func `A key signs as OpenSSL does`(pem: String) throws {
    let key = try #require(RSAKey(pem: pem))
    #expect(key.signature(of: Array("abc".utf8)).hex == Self.signature)
    #expect(key.signature(of: Array("abd".utf8)).hex != Self.signature)
    #expect(key.signature(of: []).count == 128)
    #expect(!"\(key) \(String(reflecting: key))".contains("MII"))
  }

  @Test(arguments: [
    "", "x", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----", String(modern.dropLast(60)),
    encrypted, elliptic,
  ]) func `What is no RSA key without a passphrase is none`(pem: String) {
    #expect(RSAKey(pem: pem) == nil)
  }

  private static let encrypted = """
    -----BEGIN ENCRYPTED PRIVATE KEY-----
    MIIC3TBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQIJ7g223RoqjMCAggA
    MAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBBU6OhzsQlGW9L3hZZwtVDeBIIC
    gLJUwR4Xp/CtD18QPFJwoOeGduqeB83fYWac+3R7q/A6kaWueCfqVf9m7YMIO91q
    6v3kLiRYTYYxOph+5hWAYFxOeI71QX5Xqi3DLHw4j6X+m8T4uXtYtPRyAM8WApMT
    ybGGV5nbNA589Xs2QscpVxBJmiI/ora6YocUCCQiRuDLcq25PXgtWIUi9rxdT1RE
    JLkbRVY/i6wDREE2NzNCV5d2bavtpdQQpgK7B33j09ob+EsoRtENZ1olS/uxaQgV
    miCV5TBEcYqPfvaSBM5O7qw+qS/sqi5mD7FvtlXCCM7bQjKNjiQD42Zw3i6LsQab
    cP2BEv/C/N+AJAcfUhHYi1ulocFGVcWCoJYzAO2xPJkycqFFKEX84BauUcUBE+2a
    ubF7ll0Q3Ik8t5C1x3BmAojYJP+Y020bsaguogAtQL8KRtLKuUrxB0o/02Yt8rgx
    ouoY1ZDn53/Ofopx83N6QzzvpIdxnZ9b/k3RlgolQUc2IapVWnWjQv1ucPJ/yPvC
    N8I2iKbEOyla3x38RKB3RDg6g0UxebVc19ghiAWcN/qJY3JZSl0ci0DnTVD2c+DV
    70ZNQzh/Nd/HEhaUwmLr7siwmlgiDAX8XMOAEK8QWDL8wxi3DMfuBX1AgvODyoAj
    hPd9lfmPLdCsRRYounaYf7DnKp7gQCNPh7ieLEobSRaMU1MRsJBrNn68hHEntqDo
    vSViigVC0fbWrUvcj+HgnIie7pH7KwmYfbUGy25sPhcbJ7wgeSy1KgGsbdTCb2Vr
    41OgsHEmgPzl3MzJgXnGTleGGZLuSdZDwDCYrKaYsqWTtqlr52unPSjgaJfoVA9l
    YRtK6mms+S1wzwlKcYxiHDw=
    -----END ENCRYPTED PRIVATE KEY-----
    """

  private static let elliptic = """
    -----BEGIN EC PRIVATE KEY-----
    MHcCAQEEIN6dch2U739bdDYmelohT3mjTI4pTl9xxTsa5P9g3TRloAoGCCqGSM49
    AwEHoUQDQgAEU6KXewvC3Vkshg+rzYaFVZxqEN0Ney2Uxp9KwAEFmNSskkcFGyQy
    u+cGKAlgZARE5EBEJ6oqp0jSvUptZs001w==
    -----END EC PRIVATE KEY-----
    """
}
