extension SettingsReader {
  /// Where a provider's service is: the value of `key`, for regional hosts, proxies and tests, or the provider's own address.
  func baseURL(_ key: String, default standard: String) -> HTTPEndpoint {
    let endpoint = url(key) ?? HTTPEndpoint(standard)
    guard let endpoint else { preconditionFailure("the driver's own address is no URL") }
    if endpoint.target.contains("?") {
      report(key, "must be the base of addresses, without a query")
    }
    return endpoint
  }
}

extension HTTPEndpoint {
  /// The same server, with `path`, which begins with `/`, behind the path that is there.
  func appending(path: String) -> HTTPEndpoint {
    with(target: (target.hasSuffix("/") ? String(target.dropLast()) : target) + path)
  }
}
