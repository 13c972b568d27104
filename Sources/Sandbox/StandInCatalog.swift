/// Every provider that the sandbox plays, with credentials that open nothing else; one line each.
public enum StandInCatalog {
  /// New stand-ins of all of them, by channel and name.
  public static func makeAll() -> [StandIn] { sms() + email() }

  private static func sms() -> [StandIn] {
    [
      StandIn(
        AliyunSMSFace(key: aliyun, templates: ["SMS_100000001": ["code"]])),
      StandIn(GatewayAPIFace(apiToken: "sandbox-token")),
      StandIn(HTTPSMSFace()),
      StandIn(SMSAeroFace(email: "ada@example.com", apiKey: "sandbox-key-0000")),
      StandIn(
        TencentSMSFace(
          key: StandInKey(id: "AKIDsandbox", secret: "sandbox-secret"), appID: "1400006666",
          templates: ["1110": 1])),
      StandIn(
        TwilioFace(accountSID: "AC" + String(repeating: "0", count: 32), authToken: "sandbox-token")
      ),
      StandIn(
        VonageFace(
          apiKey: "abcd1234", apiSecret: "sandbox-secret",
          signatureSecret: "sandbox-signature-secret")),
    ]
  }

  private static func email() -> [StandIn] {
    [
      StandIn(AliyunDirectMailFace(key: aliyun)),
      StandIn(
        AWSSESFace(
          keys: [
            StandInKey(id: "AKIASANDBOX000000000", secret: "sandbox-secret"),
            StandInKey(
              id: "ASIASANDBOX000000000", secret: "sandbox-secret", sessionToken: "sandbox-session"),
          ], region: "us-east-1")),
      StandIn(HTTPEmailFace()),
      StandIn(LogtoEmailFace(appID: "sandbox-app", appSecret: "sandbox-secret")),
      StandIn(MailgunFace(domain: "mg.example.com", apiKey: "sandbox-key")),
      StandIn(PostmarkFace(serverToken: "00000000-0000-4000-8000-000000000000")),
      StandIn(SendGridFace(apiKey: "SG.sandbox.key")),
    ]
  }

  private static let aliyun = StandInKey(id: "LTAIsandbox", secret: "sandbox-secret")
}
