import Foundation

/// A file cannot be read; the text says why and never what stands in it.
struct UnreadableFile: Error {
  var message: String
}

/// Files and folders as the configuration needs them.
enum SourceFile {
  /// The content of a file of at most `limit` bytes.
  static func read(_ path: String, limit: Int) throws(UnreadableFile) -> [UInt8] {
    do {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? file.close() }
      let data = try file.read(upToCount: limit + 1) ?? Data()
      if data.count > limit {
        throw UnreadableFile(message: "is larger than \(limit / 1_024) KiB")
      }
      return Array(data)
    } catch let error as UnreadableFile {
      throw error
    } catch {
      throw UnreadableFile(message: reason(of: error))
    }
  }

  /// The names of the files in a folder that hold connectors, in order; hidden ones are left out.
  static func connectorNames(in folder: String) throws(UnreadableFile) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { name in
          !name.hasPrefix(".") && [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) }
        }.sorted()
    } catch {
      throw UnreadableFile(message: reason(of: error))
    }
  }

  /// `path` as seen from the folder of `file`; an absolute one stays as it is.
  static func resolve(_ path: String, from file: String) -> String {
    guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
    return String(file[...slash]) + (path.hasPrefix("./") ? String(path.dropFirst(2)) : path)
  }

  private static func reason(of error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileNoSuchFile, .fileReadNoSuchFile: "does not exist"
    case .fileReadNoPermission: "may not be read by this user"
    default: "cannot be read (is it a file?)"
    }
  }
}
