import Delivery

/// The body of a request.
struct SESMail {
  let body: JSONFields

  func submission() throws(ProviderFault) -> Submission {
    guard let to = body.object("Destination")?.texts("ToAddresses"), to.count == 1,
      let recipient = Mailbox(to[0]), isASCII(to[0])
    else { throw refused("Destination: ToAddresses must be one address.") }
    guard let from = body.text("FromEmailAddress"), Mailbox(from) != nil else {
      throw refused("FromEmailAddress: Missing final '@domain'")
    }
    guard isASCII(from) else {
      throw refused(
        "FromEmailAddress: non-ASCII names must use MIME encoded-word syntax (RFC 2047)")
    }
    var submission = Submission(
      channel: .email, recipient: recipient.address, text: "", sender: from)
    try checkAddresses()
    submission.reference = try reference()
    try readContent(into: &submission)
    return submission
  }

  private func readContent(into submission: inout Submission) throws(ProviderFault) {
    guard let content = body.object("Content") else { throw refused("Content is missing.") }
    if let simple = content.object("Simple") {
      guard let subject = simple.object("Subject"), let parts = simple.object("Body") else {
        throw refused("Content.Simple needs Subject and Body.")
      }
      submission.subject = try text(subject)
      let plain = try parts.object("Text").map(text)
      let html = try parts.object("Html").map(text)
      submission.show(text: plain, html: html)
      if plain == nil, html == nil { throw refused("Content.Simple.Body needs Text or Html.") }
      try checkHeaders(simple)
    } else if let template = content.object("Template") {
      try readTemplate(template, into: &submission)
    } else {
      throw refused("Content must have Simple or Template; the stand-in reads no Raw.")
    }
  }

  private func readTemplate(
    _ template: JSONFields, into submission: inout Submission
  ) throws(ProviderFault) {
    guard let name = template.text("TemplateName") ?? template.text("TemplateArn") else {
      throw refused("Content.Template needs TemplateName or TemplateArn.")
    }
    guard let data = JSONFields(text: template.text("TemplateData") ?? "{}") else {
      throw refused("TemplateData must be an object in JSON.")
    }
    submission.show(template: name, variables: data)
  }

  /// A text in its character set; without one it is read as ASCII.
  private func text(_ content: JSONFields) throws(ProviderFault) -> String {
    guard let data = content.text("Data") else { throw refused("Data is missing.") }
    guard content.has("Charset") else {
      return String(String.UnicodeScalarView(data.unicodeScalars.map { $0.isASCII ? $0 : "?" }))
    }
    let charset = content.text("Charset")?.lowercased() ?? ""
    guard ["utf-8", "utf8", "iso-8859-1", "shift_jis", "us-ascii"].contains(charset) else {
      throw refused("Charset is not supported.")
    }
    return data
  }

  private func checkAddresses() throws(ProviderFault) {
    if body.has("ReplyToAddresses"),
      !(body.texts("ReplyToAddresses")?.allSatisfy { Mailbox($0) != nil && isASCII($0) } ?? false)
    {
      throw refused("ReplyToAddresses are not valid.")
    }
    if body.has("FeedbackForwardingEmailAddress"),
      !isMailAddress(body.text("FeedbackForwardingEmailAddress") ?? "")
    {
      throw refused("FeedbackForwardingEmailAddress is not valid.")
    }
    if body.has("ConfigurationSetName"), !isName(body.text("ConfigurationSetName") ?? "", "_-", 64)
    {
      throw refused("ConfigurationSetName is not valid.")
    }
  }

  /// The first of the sender's own tags.
  private func reference() throws(ProviderFault) -> String? {
    guard body.has("EmailTags") else { return nil }
    guard let tags = body.objects("EmailTags"), tags.count <= 50,
      tags.allSatisfy({ tag in
        isName(tag.text("Name") ?? "", "_-.@", 256) && isName(tag.text("Value") ?? "", "_-.@", 256)
      })
    else { throw refused("EmailTags are not valid.") }
    return tags.first?.text("Value")
  }

  private func checkHeaders(_ simple: JSONFields) throws(ProviderFault) {
    guard simple.has("Headers") else { return }
    guard let headers = simple.objects("Headers"), headers.count <= 15,
      headers.allSatisfy({ header in
        (1...126).contains(header.text("Name")?.utf8.count ?? 0)
          && (1...995).contains(header.text("Value")?.utf8.count ?? 0)
          && isASCII(header.text("Value") ?? "")
      })
    else { throw refused("Headers are not valid.") }
  }

  private func refused(_ message: String) -> ProviderFault {
    AWSSESFace.fault("BadRequestException", message)
  }

  private func isASCII(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
  }

  private func isName(_ text: String, _ signs: String, _ limit: Int) -> Bool {
    (1...limit).contains(text.utf8.count) && isAlphanumeric(text.filter { !signs.contains($0) })
  }
}
