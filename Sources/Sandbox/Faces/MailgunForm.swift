import Delivery

/// The parameters of a request.
struct MailgunForm {
  let all: [(name: String, value: String)]

  init(_ all: [(name: String, value: String)]) { self.all = all }

  func submission() throws(ProviderFault) -> Submission {
    guard let from = self["from"] else {
      throw MailgunFace.fault("from", "from parameter is missing")
    }
    guard Mailbox(from) != nil else { throw MailgunFace.fault("from") }
    guard let to = self["to"] else { throw MailgunFace.fault("to", "to parameter is missing") }
    guard let mailbox = Mailbox(to), all.count(where: { $0.name == "to" }) == 1 else {
      throw MailgunFace.fault("to")
    }
    try checkOptions()
    var submission = Submission(
      channel: .email, recipient: mailbox.address, text: "", sender: from)
    submission.subject = self["subject"]
    submission.reference = all.first { $0.name.hasPrefix("v:") }?.value
    if let template = self["template"], !template.isEmpty {
      submission.show(template: template, variables: try variables())
      return submission
    }
    submission.show(text: self["text"], html: self["html"])
    if submission.text.isEmpty { throw MailgunFace.fault("text") }
    return submission
  }

  private subscript(name: String) -> String? { all.first { $0.name == name }?.value }

  private func variables() throws(ProviderFault) -> JSONFields? {
    for name in ["t:variables", "h:X-Mailgun-Variables"] {
      guard let text = self[name] else { continue }
      guard let variables = JSONFields(text: text) else { throw MailgunFace.fault(name) }
      return variables
    }
    return nil
  }

  private func checkOptions() throws(ProviderFault) {
    if all.count(where: { $0.name == "o:tag" }) > 3 { throw MailgunFace.fault("o:tag") }
    let answers = ["yes", "no", "true", "false", "htmlonly"]
    for name in ["o:tracking", "o:tracking-clicks", "o:tracking-opens", "o:testmode"] {
      if let value = self[name], !answers.contains(value) {
        throw MailgunFace.fault(
          "o:tracking", "\(name) is not one of yes, no, true, false, htmlonly")
      }
    }
    let extra = all.filter { field in
      ["o:", "h:", "v:", "t:"].contains { field.name.hasPrefix($0) }
    }
    if extra.reduce(0, { $0 + $1.name.utf8.count + $1.value.utf8.count }) > 16_384 {
      throw MailgunFace.fault("size")
    }
  }
}
