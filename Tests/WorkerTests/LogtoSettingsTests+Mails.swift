// The settings of Logto's connectors for mail.
extension LogtoSettingsTests {
  private static func texts(_ type: String = "") -> String {
    let entries = ["SignIn", "Register", "ForgotPassword", "Generic"].map {
      #"{"usageType": "\#($0)", \#(type) "subject": "\#($0) {{code}}", "content": "<p>{{code}}</p>"}"#
    }
    return #""templates": [\#(entries.joined(separator: ","))]"#
  }

  static let mails = [
    Stored(
      provider: "sendgrid-email-service",
      json: """
        {"apiKey": "k", "fromEmail": "no-reply@example.com", "fromName": "Acme",
         \(texts(#""type": "text/html","#))}
        """,
      traces: [
        #""subject":"SignIn 042137""#, #"{"type":"text/html","value":"<p>042137</p>"}"#,
      ])
  ]
}
