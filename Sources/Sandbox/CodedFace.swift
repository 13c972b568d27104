public import HTTPServer

/// A provider whose errors are told apart by codes of its own: its face is a table of them, what it
/// reads, and how it answers one.
public protocol CodedFace: ProviderFace {
  /// The provider's errors.
  static var faults: FaultTable { get }
  /// Checks a request as the provider does.
  /// - Parameters:
  ///   - request: as it came.
  ///   - path: its path within the provider's API.
  /// - Returns: the message in it.
  /// - Throws: what is wrong with it first.
  func read(_ request: IncomingRequest, path: String) throws(ProviderFault) -> Submission
  /// The provider's answer with an error.
  func answer(_ fault: ProviderFault) -> OutgoingResponse
}

extension CodedFace {
  /// Checks a request and reads the message in it.
  public func submission(
    in request: IncomingRequest, path: String
  ) throws(RefusedRequest) -> Submission {
    do throws(ProviderFault) {
      return try read(request, path: path)
    } catch {
      throw RefusedRequest(answer(error), problem: "\(error.code): \(error.message)")
    }
  }

  /// The answer with one of the provider's codes.
  public func refusal(
    code: String, status: Int?, of submission: Submission
  ) -> OutgoingResponse {
    answer(Self.faults.fault(code, status: status))
  }

  /// The error of a code, in the table's words unless there are better ones.
  static func fault(_ code: String, _ message: String? = nil) -> ProviderFault {
    faults.fault(code, message: message)
  }
}

/// An error as a provider's API answers it.
public struct ProviderFault: Error, Sendable, Equatable {
  /// The provider's own code.
  public let code: String
  /// The HTTP status that it is answered with.
  public let status: Int
  /// What the provider says about it.
  public let message: String
}

/// A provider's errors: for each code the status and the words that go with it.
public struct FaultTable: Sendable {
  private let rows: [String: (status: Int, message: String)]
  private let otherwise: Int

  /// A table.
  /// - Parameters:
  ///   - rows: the codes that the provider documents.
  ///   - otherwise: the status of a code that is not among them and is no status itself.
  init(_ rows: [String: (status: Int, message: String)], otherwise: Int) {
    self.rows = rows
    self.otherwise = otherwise
  }

  /// The codes that the table names, sorted.
  public var codes: [String] { rows.keys.sorted() }

  /// The error of a code; one that is not in the table may be a status, such as `503`.
  public func fault(
    _ code: String, status: Int? = nil, message: String? = nil
  ) -> ProviderFault {
    let row = rows[code]
    let own = Int(code).flatMap { (400...599).contains($0) ? $0 : nil }
    return ProviderFault(
      code: code, status: status ?? row?.status ?? own ?? otherwise,
      message: message ?? row?.message ?? "Error \(code)")
  }
}
