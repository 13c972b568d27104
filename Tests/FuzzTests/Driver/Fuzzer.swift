import Glibc

/// Hands libFuzzer's inputs to the target that the first argument names.
///
/// libFuzzer's own options follow (<https://llvm.org/docs/LibFuzzer.html#options>). Without arguments it prints the targets.
@main
enum Fuzzer {
  /// Made at the first use: the callback of a C library can hold nothing.
  static let target = FuzzTarget.all.first { $0.name == CommandLine.arguments.dropFirst().first }

  static func main() {
    if target != nil { exit(run()) }
    print(FuzzTarget.all.map(\.name).joined(separator: "\n"))
    exit(CommandLine.arguments.count > 1 ? 64 : 0)
  }

  private static func run() -> CInt {
    // libFuzzer keeps them, and wants the program's name in the place before its options.
    let arguments = UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
      .allocate(capacity: 1)
    arguments.initialize(to: CommandLine.unsafeArgv + 1)
    arguments.pointee[0] = CommandLine.unsafeArgv[0]
    let count = UnsafeMutablePointer<CInt>.allocate(capacity: 1)
    count.initialize(to: CommandLine.argc - 1)
    return runDriver(count, arguments, take)
  }
}

private func take(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do throws(Violation) {
    try Fuzzer.target?.check(Array(UnsafeBufferPointer(start: start, count: count)))
  } catch {
    print("violation: \(error)")
    fflush(nil)
    abort()
  }
  return 0
}

/// Declared in no header that is installed.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ take: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
