import EventLoop
import Providers
import Transport

extension ConnectorClient {
  /// A client that reaches a provider as the worker does, for one exchange.
  convenience init(_ connector: Connector, loop: EventLoop) {
    self.init(
      loop: loop,
      options: ClientOptions(
        caFile: connector.caFile, proxy: connector.proxy.flatMap(ClientOptions.Proxy.init),
        maximumConnections: 1, userAgent: "otp-worker/\(Build.version)"))
  }
}
