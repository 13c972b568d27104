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
      ]),
    Stored(
      provider: "postmark-mail",
      json: """
        {"serverToken": "t", "fromEmail": "no-reply@example.com", "templates": [
          {"usageType": "SignIn", "templateAlias": "logto-sign-in"},
          {"usageType": "Register", "templateAlias": "logto-register"},
          {"usageType": "ForgotPassword", "templateAlias": "logto-forgot-password"},
          {"usageType": "Generic", "templateAlias": "logto-generic"}]}
        """,
      traces: [
        #""TemplateAlias":"logto-sign-in","#,
        #""TemplateModel":{"code":"042137","locale":"da","expiresInMinutes":10}"#,
      ]),
    Stored(
      provider: "mailgun-email",
      json: """
        {"endpoint": "https://api.eu.mailgun.net", "domain": "mg.example.com", "apiKey": "k",
         "from": "Acme <no-reply@mg.example.com>",
         "deliveries": {
           "SignIn": {"subject": "Sign in", "html": "<p>{{code}}</p>", "replyTo": "a@b.example"},
           "Generic": {"template": "generic", "variables": {"brand": "Acme"}}}}
        """, traces: ["subject=Sign+in&html=%3Cp%3E042137%3C%2Fp%3E&text=042137"]),
    Stored(
      provider: "aws-ses-mail",
      json: """
        {"accessKeyId": "AKIDEXAMPLE", "accessKeySecret": "s", "region": "eu-west-1",
         "emailAddress": "Acme <no-reply@example.com>", "emailAddressIdentityArn": "",
         "feedbackForwardingEmailAddress": "bounces@example.com",
         "configurationSetName": "codes", \(texts())}
        """,
      traces: [
        #""FromEmailAddress":"Acme <no-reply@example.com>""#, #""ConfigurationSetName":"codes""#,
        #""Html":{"Data":"<p>042137</p>","Charset":"UTF-8"}"#,
      ]),
    Stored(
      provider: "aliyun-direct-mail",
      json: """
        {"accessKeyId": "i", "accessKeySecret": "s", "regionId": "ap-southeast-1",
         "accountName": "no-reply@mail.example.com", "fromAlias": "Acme", \(texts())}
        """,
      traces: ["AccountName=no-reply%40mail.example.com&", "HtmlBody=%3Cp%3E042137%3C%2Fp%3E"]),
    Stored(
      provider: "logto-email",
      json: """
        {"endpoint": "https://cloud.logto.io/api", "tokenEndpoint": "https://auth.logto.io/oidc/token",
         "resource": "https://cloud.logto.io/api", "appId": "a", "appSecret": "s",
         "senderName": "Acme", "companyInformation": "Acme Inc.", "appLogo": ""}
        """,
      traces: [
        #""payload":{"code":"042137","locale":"da","senderName":"Acme","companyInformation":"Acme Inc."}"#
      ]),
  ]
}
