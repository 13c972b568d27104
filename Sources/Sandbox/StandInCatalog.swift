/// Every provider that the sandbox plays, with credentials that open nothing else; one line each.
public enum StandInCatalog {
  /// New stand-ins of all of them.
  public static func makeAll() -> [StandIn] {
    [
      StandIn(
        TwilioFace(accountSID: "AC" + String(repeating: "0", count: 32), authToken: "sandbox-token")
      ),
      StandIn(HTTPSMSFace()),
      StandIn(
        VonageFace(
          apiKey: "abcd1234", apiSecret: "sandbox-secret",
          signatureSecret: "sandbox-signature-secret")
      ),
      StandIn(GatewayAPIFace(apiToken: "sandbox-token")),
      StandIn(SMSAeroFace(email: "ada@example.com", apiKey: "sandbox-key-0000")),
      StandIn(HTTPEmailFace()),
      StandIn(SendGridFace(apiKey: "SG.sandbox.key")),
      StandIn(PostmarkFace(serverToken: "00000000-0000-4000-8000-000000000000")),
      StandIn(MailgunFace(domain: "mg.example.com", apiKey: "sandbox-key")),
    ]
  }
}
