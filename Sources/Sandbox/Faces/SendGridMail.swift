import Delivery

/// The body of a request, read member by member.
struct SendGridMail {
  let body: JSONFields

  init(_ body: JSONFields) { self.body = body }

  func submission() throws(ProviderFault) -> Submission {
    guard let all = body.objects("personalizations"), let one = all.first else {
      throw SendGridFace.fault("personalizations")
    }
    guard all.count == 1, let to = one.objects("to"), to.count == 1 else {
      throw SendGridFace.fault("personalizations.0.to")
    }
    guard let recipient = address(to[0]) else {
      throw SendGridFace.fault("personalizations.0.to.0.email")
    }
    guard let from = body.object("from"), let sender = address(from) else {
      throw SendGridFace.fault("from.email")
    }
    if body.has("reply_to"), body.object("reply_to").flatMap(address) == nil {
      throw SendGridFace.fault("reply_to.email")
    }
    var submission = try content(one)
    submission.recipient = recipient
    submission.sender = from.text("name").map { "\($0) <\(sender)>" } ?? sender
    submission.subject = one.text("subject") ?? body.text("subject")
    if submission.subject?.isEmpty ?? !body.has("template_id") {
      throw SendGridFace.fault("subject")
    }
    submission.reference = try reference(one)
    try checkTracking()
    return submission
  }

  private func address(_ party: JSONFields) -> String? {
    guard let email = party.text("email"), isMailAddress(email) else { return nil }
    return party.has("name") && party.text("name") == nil ? nil : email
  }

  private func content(_ one: JSONFields) throws(ProviderFault) -> Submission {
    var submission = Submission(channel: .email, recipient: "", text: "")
    if body.has("template_id") {
      guard let id = body.text("template_id"), id.hasPrefix("d-"), id.count == 34,
        isAlphanumeric(String(id.dropFirst(2)))
      else { throw SendGridFace.fault("template_id") }
      let variables = one.object("dynamic_template_data")
      if variables == nil, one.has("dynamic_template_data") {
        throw SendGridFace.fault("personalizations.0.dynamic_template_data")
      }
      submission.show(template: id, variables: variables)
      return submission
    }
    guard let parts = body.objects("content"), !parts.isEmpty else {
      throw SendGridFace.fault("content")
    }
    let types = parts.map { $0.text("type") ?? "" }
    guard types == ["text/plain"] || types == ["text/html"] || types == ["text/plain", "text/html"]
    else { throw SendGridFace.fault("content.0.type") }
    for part in parts {
      guard let value = part.text("value"), !value.isEmpty else {
        throw SendGridFace.fault("content.0.value")
      }
    }
    func value(_ type: String) -> String? {
      parts.first { $0.text("type") == type }?.text("value")
    }
    submission.show(text: value("text/plain"), html: value("text/html"))
    return submission
  }

  /// The first of the sender's own arguments.
  private func reference(_ one: JSONFields) throws(ProviderFault) -> String? {
    for holder in [one, body] where holder.has("custom_args") {
      guard let all = holder.object("custom_args")?.allTexts,
        all.reduce(0, { $0 + $1.key.utf8.count + $1.value.utf8.count }) <= 10_000
      else { throw SendGridFace.fault("personalizations.0.custom_args") }
      return all.min { $0.key < $1.key }?.value
    }
    return nil
  }

  private func checkTracking() throws(ProviderFault) {
    for settings in ["tracking_settings", "mail_settings"] where body.has(settings) {
      guard let group = body.object(settings) else { throw SendGridFace.fault(settings) }
      for name in group.names {
        guard let setting = group.object(name), setting.flag("enable") != nil else {
          throw SendGridFace.fault(
            "\(settings).\(name).enable", "The \(name) enable parameter must be a boolean value.")
        }
      }
    }
  }
}
