import Digest
import HTTPServer

/// The inbox for people: one document without a framework, made here so that it stands in the binary.
///
/// Its script and style are named by their hashes, so that nothing else runs or is applied.
enum InboxPage {
  /// The page.
  static let response = OutgoingResponse(
    status: 200, type: "text/html; charset=utf-8",
    headers: InboxAPI.headers + [
      ("Content-Security-Policy", policy), ("Referrer-Policy", "no-referrer"),
      ("Cross-Origin-Opener-Policy", "same-origin"),
    ], body: Array(document.utf8))

  /// What a mail's HTML may do in its frame, also when it is opened by itself: be styled and show
  /// pictures that it brings along.
  ///
  /// It has no scripts, no forms and no origin, and fetches nothing.
  static let mailPolicy = """
    sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; \
    form-action 'none'; base-uri 'none'; frame-ancestors 'self'
    """

  private static let policy = """
    default-src 'none'; script-src '\(hash(script))'; style-src '\(hash(style))'; connect-src 'self'; \
    frame-src 'self'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'
    """

  private static let script = listScript + detailScript + liveScript

  private static func hash(_ text: String) -> String {
    "sha256-" + SHA256.digest(of: Array(text.utf8)).base64
  }

  private static let document = """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
    <meta name="color-scheme" content="light dark">
    <title>Inbox</title>
    <link rel="icon" href="data:image/svg+xml,\(icon)">
    <style>\(style)</style>
    </head>
    \(content)
    <script>\(script)</script>
    </html>
    """

  /// Three dots of a code on a card.
  private static let icon = """
    %3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' \
    rx='8' fill='%231f5f5b'/%3E%3Cg fill='%23fff'%3E%3Ccircle cx='9' cy='16' r='2.6'/%3E%3Ccircle \
    cx='16' cy='16' r='2.6'/%3E%3Ccircle cx='23' cy='16' r='2.6'/%3E%3C/g%3E%3C/svg%3E
    """
}
