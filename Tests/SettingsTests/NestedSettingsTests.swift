import Delivery
import Providers
import Testing

@testable import Settings

/// Mappings inside a connector's `config`, such as the login of a mail server.
@Suite struct NestedSettingsTests {
  private func text(_ more: String) -> String {
    """
    kafka: { bootstrap.servers: "localhost:9092", group.id: otp-worker }
    active: { email: mail }
    connectors:
      mail:
        provider: simple-mail-transfer-protocol
        config:
          host: smtp.example.com
          port: 587
          fromEmail: Example <no-reply@example.com>
          templates: [{ usageType: Generic, subject: s, content: "{{code}}" }]
    \(more)
    """
  }

  private func problems(_ more: String, environment: [String: String] = [:]) throws -> [String] {
    switch try Workbench().load(text(more), environment: environment, drivers: DriverCatalog.all) {
    case .success: return []
    case .failure(let problems): return problems.description.split(separator: "\n").map(String.init)
    }
  }

  @Test func `what comes from variables is read inside mappings too`() throws {
    let more = """
            secure: "${SECURE}"
            auth: { user: "${USER}", pass: "${PASS}" }
            tls: { rejectUnauthorized: "${REJECT}" }
            customHeaders: { X-Tenant: "${USER}", X-List: [a, "${USER}"] }
      """
    let environment = [
      "SECURE": "true", "USER": "u@example.com", "PASS": "pass-word", "REJECT": "false",
    ]
    #expect(try problems(more, environment: environment) == [])
  }

  @Test func `a mistake inside is told at its place, with the nearest name`() throws {
    let problems = try problems(
      """
            auth: { user: u, pass: short-secret, accesToken: short-secret }
            tls:
              minVersion: TLSv1.2
              rejectUnauthorized: maybe
      """)
    #expect(
      problems.contains {
        $0.contains(":11:") && $0.contains("connectors.mail.config.auth.accesToken: unknown key")
          && $0.contains("\"accessToken\"")
      })
    #expect(
      problems.contains {
        $0.contains(":14:") && $0.contains("config.tls.rejectUnauthorized: must be true or false")
      })
  }

  @Test(arguments: [
    "auth: { user: u, pass: [short-secret] }", "auth: { user: u, pass: \"short-secret\\n\" }",
    "auth: { user: u, accessToken: { a: short-secret } }", "auth: short-secret",
    "auth: { user: u, serviceClient: s, privateKey: { key: short-secret, passphrase: short-secret } }",
    "auth: { user: u, pass: short-secret, refreshToken: short-secret }",
    "auth: { user: u, pass: short-secret, accessToken: short-secret }",
    "auth: { pass: short-secret }", "{ auth: short-secret }",
  ])
  func `a secret inside is in no problem`(line: String) throws {
    let problems = try problems("      " + line)
    #expect(!problems.isEmpty)
    #expect(!problems.joined().contains("short-secret"))
  }
}
