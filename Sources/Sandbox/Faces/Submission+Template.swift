import Delivery

extension Submission {
  /// Shows what a provider was given that writes the text itself: its template and the variables in it.
  mutating func show(template: String, variables: JSONFields?) {
    text = variables.map { "\(template) \($0.text)" } ?? template
    code = variables?.word("code")
  }

  /// Shows a mail's parts; one that is HTML alone is read without its tags.
  mutating func show(text: String?, html: String?) {
    self.text = text.flatMap { $0.isEmpty ? nil : $0 } ?? html.map(MailReader.withoutTags) ?? ""
    self.html = html
  }
}
