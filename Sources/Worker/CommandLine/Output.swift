import Glibc

/// Writes a line for people to standard error.
func printError(_ text: String) {
  let line = Array((text + "\n").utf8)
  line.withUnsafeBytes { bytes in _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
}
