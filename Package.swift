// swift-tools-version: 6.2
import PackageDescription

/// Every target is compiled alike; only targets without C are checked for memory safety as well.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
  // A twelfth of the CPU per event; debug builds, so every test, check that no two accesses overlap.
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]
let pure: [SwiftSetting] = settings + [.strictMemorySafety()]

let package = Package(
  name: "otp-worker",
  products: [
    .executable(name: "otp-worker", targets: ["Worker"]),
    .executable(name: "otp-simulate", targets: ["Simulate"]),
  ],
  targets: [
    // System libraries: a module map and a header each.
    .systemLibrary(name: "CKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(
      name: "CMicrohttpd", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
    .systemLibrary(name: "CLinux"),

    // The rooms. Who may import whom is checked by scripts/check-imports.
    .target(name: "EventLoop", dependencies: ["CLinux"], swiftSettings: settings),
    .target(name: "JSON", swiftSettings: pure),
    .target(name: "Digest", dependencies: ["COpenSSL"], swiftSettings: settings),
    .target(name: "Delivery", dependencies: ["JSON", "Digest"], swiftSettings: pure),
    .target(
      name: "Kafka", dependencies: ["EventLoop", "Delivery", "CKafka"], swiftSettings: settings),
    .target(name: "Providers", dependencies: ["Delivery", "JSON", "Digest"], swiftSettings: pure),
    .target(
      name: "Transport", dependencies: ["EventLoop", "Delivery", "Providers", "CCurl"],
      swiftSettings: settings),
    .target(name: "Retry", dependencies: ["Delivery"], swiftSettings: pure),
    .target(
      name: "Pipeline",
      dependencies: [
        "Kafka", "Delivery", "Providers", "Transport", "Retry", "EventLoop", "JSON", "Digest",
      ], swiftSettings: settings),
    .target(
      name: "Settings", dependencies: ["Kafka", "Delivery", "Providers", "Retry", "CYAML"],
      swiftSettings: settings),
    .target(name: "HTTPServer", dependencies: ["CMicrohttpd"], swiftSettings: settings),
    .target(
      name: "Admin", dependencies: ["Pipeline", "HTTPServer", "JSON"], swiftSettings: settings),
    .target(
      name: "Sandbox",
      dependencies: ["HTTPServer", "EventLoop", "Delivery", "JSON", "Digest", "COpenSSL"],
      swiftSettings: settings),
    .executableTarget(
      name: "Worker",
      dependencies: [
        "Admin", "Delivery", "Digest", "EventLoop", "JSON", "Kafka", "Pipeline", "Providers",
        "Retry",
        "Sandbox", "Settings", "Transport",
      ], swiftSettings: settings),

    // The pipeline in a world that is made up, from a seed; no part of the product.
    .target(
      name: "Simulation",
      dependencies: [
        "Pipeline", "Kafka", "Delivery", "Providers", "Transport", "Retry", "EventLoop",
      ], swiftSettings: settings),
    .executableTarget(name: "Simulate", dependencies: ["Simulation"], swiftSettings: settings),

    // What goes wrong, repeatably: `make drills`.
    .executableTarget(
      name: "Drills",
      dependencies: [
        "Delivery", "EventLoop", "HTTPServer", "JSON", "Kafka", "Sandbox", "CKafka",
      ], path: "drills", swiftSettings: settings),

    // What the tests share, and a suite for each room.
    .target(
      name: "TestSupport", dependencies: ["EventLoop", "CKafka", "COpenSSL"],
      path: "Tests/TestSupport",
      swiftSettings: settings),
    .testTarget(
      name: "EventLoopTests", dependencies: ["EventLoop", "TestSupport"], swiftSettings: settings),
    .testTarget(name: "DigestTests", dependencies: ["Digest"], swiftSettings: settings),
    .testTarget(name: "JSONTests", dependencies: ["JSON", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "DeliveryTests", dependencies: ["Delivery", "JSON", "Digest", "TestSupport"],
      resources: [.copy("Fixtures")], swiftSettings: settings),
    .testTarget(
      name: "KafkaTests", dependencies: ["Kafka", "EventLoop", "Delivery", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "ProvidersTests",
      dependencies: [
        "Providers", "Delivery", "Digest", "EventLoop", "JSON", "Transport", "TestSupport",
      ],
      resources: [.copy("Fixtures")], swiftSettings: settings),
    .testTarget(
      name: "TransportTests",
      dependencies: ["Transport", "Providers", "Delivery", "EventLoop", "TestSupport"],
      resources: [.copy("Fixtures")], swiftSettings: settings),
    .testTarget(
      name: "RetryTests", dependencies: ["Retry", "Delivery", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "SettingsTests",
      dependencies: ["Settings", "Delivery", "Providers", "Kafka", "Retry", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "HTTPServerTests", dependencies: ["HTTPServer", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "AdminTests",
      dependencies: ["Admin", "Pipeline", "EventLoop", "HTTPServer", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "SandboxTests",
      dependencies: ["Sandbox", "Delivery", "EventLoop", "HTTPServer", "JSON", "TestSupport"],
      resources: [.copy("Fixtures")], swiftSettings: settings),
    .testTarget(
      name: "DrillTests",
      dependencies: [
        "Drills", "Worker", "Kafka", "Delivery", "JSON", "Sandbox", "EventLoop", "TestSupport",
      ], swiftSettings: settings),
    .testTarget(
      name: "PipelineTests",
      dependencies: [
        "Pipeline", "Kafka", "Delivery", "Providers", "Transport", "Retry", "Settings", "Sandbox",
        "EventLoop", "JSON", "TestSupport",
      ], swiftSettings: settings),
    .testTarget(
      name: "SimulationTests", dependencies: ["Simulation"], swiftSettings: settings),
    .testTarget(
      name: "WorkerTests",
      dependencies: [
        "Worker", "Delivery", "EventLoop", "JSON", "Kafka", "Pipeline", "Providers", "Retry",
        "Sandbox",
        "Settings", "TestSupport",
      ], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)

// What is fuzzed, as tests with a fixed corpus, or (scripts/fuzz) as a program with libFuzzer in it: never both, so that nobody
// else builds the latter.
let fuzzed: [Target.Dependency] = ["JSON", "Delivery", "Kafka", "Providers", "Transport"]
if Context.environment["OTP_WORKER_FUZZER"] == nil {
  package.targets.append(
    .testTarget(
      name: "FuzzTests", dependencies: fuzzed, exclude: ["Driver"], resources: [.copy("Corpus")],
      swiftSettings: settings))
} else {
  package.targets.append(
    .executableTarget(
      name: "Fuzzer", dependencies: fuzzed, path: "Tests/FuzzTests",
      exclude: ["Corpus", "CorpusTests.swift"], swiftSettings: settings))
}
