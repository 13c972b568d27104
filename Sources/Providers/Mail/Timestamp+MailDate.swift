internal import Delivery

extension Timestamp {
  /// The moment as mails have it, in UTC: `Sat, 21 Nov 2026 10:31:00 +0000`.
  ///
  /// Source: <https://www.rfc-editor.org/rfc/rfc5322#section-3.3>
  var mailDate: String {
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let (days, rest) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
    let weekday = Int((rest < 0 ? days - 1 : days) % 7 + 7) % 7
    let parts = rfc3339.split { "-T.".contains($0) }
    let month = months[(Int(parts[1]) ?? 1) - 1]
    return "\(weekdays[weekday]), \(parts[2]) \(month) \(parts[0]) \(parts[3]) +0000"
  }
}
