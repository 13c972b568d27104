import Foundation

extension Drill {
  /// Does it here, in this process.
  /// - Parameters:
  ///   - folder: for its files; exists.
  ///   - argument: what the command line gave.
  /// - Returns: what it came to; failures are in it.
  func perform(in folder: URL, argument: Int? = nil) -> Report {
    let field: Field
    do { field = try Field(self, in: folder, argument: argument) } catch {
      var report = Report(name: name)
      report.failures = ["could not be prepared: \(error)"]
      return report
    }
    do { try run(field) } catch { field.check(false, "\(error)") }
    field.conclude()
    field.close()
    return field.report
  }
}
