/// Whether an id from a reply is fit to be kept and shown: 1–128 bytes of printable ASCII without spaces.
func isReadableID(_ id: String) -> Bool {
  (1...128).contains(id.utf8.count) && id.utf8.allSatisfy { (0x21...0x7E).contains($0) }
}
