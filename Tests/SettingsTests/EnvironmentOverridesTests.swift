import Delivery
import Testing

@testable import Settings

@Suite struct EnvironmentOverridesTests {
  @Test func `variables stand in for keys, set and unset ones`() throws {
    let configuration = try Workbench().load(
      minimal + "admin: { port: 1 }\nlog:\n",
      environment: [
        "OTP_WORKER_ADMIN_PORT": "9999", "OTP_WORKER_ADMIN_HOST": "0.0.0.0",
        "OTP_WORKER_LOG_LEVEL": "debug", "OTP_WORKER_PRIVACY_HASH_KEY": "0123456789abcdef",
        "OTP_WORKER_TOPICS_DEAD_LETTERS": "dead", "OTP_WORKER_DEAD_LETTER_VALUE": "redacted",
        "OTP_WORKER_DELIVERY_TTL": "5m", "OTP_WORKER_DELIVERY_ONLY": "+45*, *@example.com",
        "OTP_WORKER_LIMITS_IN_FLIGHT": "8",
      ]
    ).get()
    #expect(configuration.admin == AdminSettings(host: "0.0.0.0", port: 9_999))
    #expect(configuration.log == LogSettings(level: .debug, format: .json))
    #expect(configuration.privacy.hashKey == Secret("0123456789abcdef"))
    #expect(configuration.topics.deadLetters == "dead")
    #expect(configuration.deadLetter.value == .redacted)
    #expect(configuration.delivery.lifetimes.standard == .seconds(300))
    #expect(configuration.delivery.only?.count == 2)
    #expect(configuration.limits.inFlight == 8)
  }

  @Test func `below kafka an underscore is a dot`() throws {
    let configuration = try Workbench().load(
      minimal,
      environment: [
        "OTP_WORKER_KAFKA_BOOTSTRAP_SERVERS": "broker:9093",
        "OTP_WORKER_KAFKA_SASL_PASSWORD": "password-of-kafka",
      ]
    ).get()
    let properties = configuration.kafka.properties.map { "\($0.key)=\($0.value.reveal())" }
    #expect(
      properties == [
        "bootstrap.servers=broker:9093", "group.id=otp-worker", "sasl.password=password-of-kafka",
      ])
  }

  @Test func `a variable may give what the file lacks`() throws {
    let configuration = try Workbench().load(
      minimal.replacing("active: { sms: twilio-main }\n", with: ""),
      environment: ["OTP_WORKER_ACTIVE_SMS": "twilio-main"]
    ).get()
    #expect(configuration.active.sms == "twilio-main")
  }

  @Test(arguments: [
    (
      "OTP_WORKER_ADMIN_PROT", "1",
      "unknown variable \"OTP_WORKER_ADMIN_PROT\"; did you mean \"OTP_WORKER_ADMIN_PORT\"?"
    ),
    (
      "OTP_WORKER_ADMIN_PORT", "70000",
      "OTP_WORKER_ADMIN_PORT:1:1: admin.port: must be a whole number from 0 to 65535, found something else (not shown)"
    ),
    (
      "OTP_WORKER_ACTIVE_SMS", "nobody",
      "OTP_WORKER_ACTIVE_SMS:1:1: active.sms: names no connector; known: twilio-main"
    ),
    (
      "OTP_WORKER_KAFKA_ENABLE_AUTO_COMMIT", "true",
      "OTP_WORKER_KAFKA_ENABLE_AUTO_COMMIT:1:1: kafka.enable.auto.commit: is the worker's own"
    ),
    (
      "OTP_WORKER_KAFKA_SASL_PASSWORD", "pass",
      "OTP_WORKER_KAFKA_SASL_PASSWORD:1:1: kafka.sasl.password: cannot be <redacted>"
    ),
    (
      "OTP_WORKER_CONNECTORS_DIRECTORY", "absent",
      "OTP_WORKER_CONNECTORS_DIRECTORY:1:1: connectorsDirectory: the folder does not exist"
    ),
  ])
  func `what is wrong with a variable is told without its value`(
    name: String, value: String, problem: String
  ) throws {
    #expect(try Workbench().problems(minimal, environment: [name: value]) == [problem])
  }

  @Test(arguments: [
    ("OTP_WORKER_CONFIG", "/etc/otp-worker.yaml"), ("OTP_WORKER_ADMIN_PORT", ""),
    ("OTP_WORKER_SERVICE_HOST", "10.0.0.1"), ("OTP_WORKER_SERVICE_PORT_METRICS", "9464"),
    ("OTP_WORKER_PORT", "tcp://10.0.0.1:9464"), ("OTP_WORKER_PORT_9464_TCP_PROTO", "tcp"),
    ("OTP_WORKER_PORT_9464_TCP", "tcp://10.0.0.1:9464"),
    ("OTP_WORKER_ADMIN_PORT", "tcp://10.0.0.1:9464"), ("OTP_WORKER_KAFKA_SERVICE_PORT", "9092"),
    ("OTP_WORKER_KAFKA_PORT_9092_TCP_ADDR", "10.0.0.1"), ("OTP_WORKERS", "3"),
  ])
  func `variables that are none of ours, empty or made by Kubernetes change nothing`(
    name: String, value: String
  ) throws {
    let configuration = try Workbench().load(minimal, environment: [name: value]).get()
    #expect(configuration.admin?.port == 9_464)
    #expect(configuration.kafka.properties.count == 2)
  }

  @Test func `every key has one variable of its own`() {
    let variables = SettingsTable.sections.flatMap { section in
      section.rows.compactMap { section.variable(for: $0) }
    }
    #expect(Set(variables).count == variables.count)
    #expect(variables.contains("OTP_WORKER_DELIVERY_MIN_REMAINING"))
    #expect(variables.allSatisfy { $0.hasPrefix("OTP_WORKER_") })
  }
}
