/// Every driver: adding one means adding its line.
public enum DriverCatalog {
  /// The drivers, by channel and name, as `connectors` lists them.
  public static let all: [any Driver.Type] = [
    AliyunDirectMail.self,
    AliyunSMS.self,
    AmazonSES.self,
    GatewayAPI.self,
    HTTPEmail.self,
    HTTPSMS.self,
    LogtoEmail.self,
    Mailgun.self,
    Postmark.self,
    SMSAero.self,
    SMTP.self,
    SendGrid.self,
    TencentSMS.self,
    Twilio.self,
    Vonage.self,
  ]

  /// The driver with that id, which is the value of a connector's `provider`; nil when there is none.
  public static func driver(id: String) -> (any Driver.Type)? {
    all.first { $0.descriptor.id == id }
  }
}
