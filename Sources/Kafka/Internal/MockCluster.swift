/// librdkafka's in-process cluster and the client that it belongs to.
///
/// Unchecked: ``EmbeddedCluster`` uses both behind its mutex only, and destroys them there.
struct MockCluster: @unchecked Sendable {
  var client: OpaquePointer
  var raw: OpaquePointer
}
