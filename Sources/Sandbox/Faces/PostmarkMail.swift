import Delivery

/// The body of a request.
struct PostmarkMail {
  let body: JSONFields

  func submission(isTemplated: Bool) throws(ProviderFault) -> Submission {
    var submission = try envelope()
    if isTemplated {
      try readTemplate(into: &submission)
    } else {
      try readContent(into: &submission)
    }
    return submission
  }

  private func envelope() throws(ProviderFault) -> Submission {
    guard let from = body.text("From"), Mailbox(from) != nil else {
      throw PostmarkFace.fault("300", "Invalid 'From' address.")
    }
    guard let to = body.text("To"), let mailbox = Mailbox(to) else {
      throw PostmarkFace.fault("300", "Invalid 'To' address.")
    }
    if body.has("ReplyTo"), Mailbox(body.text("ReplyTo") ?? "") == nil {
      throw PostmarkFace.fault("300", "Invalid 'ReplyTo' address.")
    }
    var submission = Submission(
      channel: .email, recipient: mailbox.address, text: "", sender: from)
    submission.reference = try reference()
    try checkOptions()
    return submission
  }

  private func readTemplate(
    into submission: inout Submission
  ) throws(ProviderFault) {
    let template: String
    if let number = body.number("TemplateId"), !body.has("TemplateAlias") {
      template = String(number)
    } else if let alias = body.text("TemplateAlias"), !body.has("TemplateId") {
      guard let first = alias.first, first.isASCII, first.isLetter,
        alias.allSatisfy({ isAlphanumeric(String($0)) || "-_.".contains($0) })
      else { throw PostmarkFace.fault("1101") }
      template = alias
    } else {
      throw PostmarkFace.fault("403", "Either 'TemplateId' or 'TemplateAlias' must be given.")
    }
    guard let model = body.object("TemplateModel") else {
      throw PostmarkFace.fault("403", "The 'TemplateModel' must be an object.")
    }
    submission.show(template: template, variables: model)
  }

  private func readContent(
    into submission: inout Submission
  ) throws(ProviderFault) {
    submission.subject = body.text("Subject")
    submission.show(text: body.text("TextBody"), html: body.text("HtmlBody"))
    guard body.has("TextBody") || body.has("HtmlBody"), !submission.text.isEmpty else {
      throw PostmarkFace.fault("300", "Provide either email TextBody or HtmlBody or both.")
    }
  }

  /// The first of the sender's own fields: at most ten, names of 20 and values of 80 characters.
  private func reference() throws(ProviderFault) -> String? {
    guard body.has("Metadata") else { return nil }
    guard let all = body.object("Metadata")?.allTexts, all.count <= 10,
      all.allSatisfy({ $0.key.count <= 20 && $0.value.count <= 80 })
    else { throw PostmarkFace.fault("300", "Invalid 'Metadata'.") }
    return all.min { $0.key < $1.key }?.value
  }

  private func checkOptions() throws(ProviderFault) {
    let links = ["None", "HtmlAndText", "HtmlOnly", "TextOnly"]
    guard body.isMissingOr("TrackLinks", { links.contains(body.text($0) ?? "") }),
      body.isMissingOr("TrackOpens", { body.flag($0) != nil }),
      body.isMissingOr("Tag", { (body.text($0)?.count ?? .max) <= 1_000 }),
      body.isMissingOr("InlineCss", { body.flag($0) != nil }),
      body.isMissingOr("Headers", { body.objects($0) != nil })
    else {
      throw PostmarkFace.fault(
        "403", "'TrackLinks', 'TrackOpens', 'Tag', 'InlineCss' or 'Headers' is not valid.")
    }
    guard body.isMissingOr("MessageStream", { !(body.text($0) ?? "").isEmpty }) else {
      throw PostmarkFace.fault("1235")
    }
  }
}
