import Delivery

/// The body of a request.
struct TencentMessage {
  let body: JSONFields
  let appID: String
  /// How many variables approved templates have, by id.
  let templates: [String: Int]

  func submission() throws(ProviderFault) -> Submission {
    if let unknown = body.names.first(where: { !Self.members.contains($0) }) {
      throw TencentSMSFace.fault(
        "UnknownParameter", "The parameter `\(unknown)` is not recognized.")
    }
    guard try text("SmsSdkAppId") == appID else {
      throw TencentSMSFace.fault("UnauthorizedOperation.SmsSdkAppIdVerifyFail")
    }
    let template = try text("TemplateId")
    guard isDigits(template) else {
      throw TencentSMSFace.fault("FailedOperation.TemplateIncorrectOrUnapproved")
    }
    let number = try number()
    if Self.isMainland(number), body.text("SignName")?.isEmpty ?? true {
      throw TencentSMSFace.fault("FailedOperation.SignatureIncorrectOrUnapproved")
    }
    let variables = try variables(of: template)
    var submission = Submission(recipient: number, text: template, sender: body.text("SignName"))
    submission.text = ([template] + variables.map { "\"\($0)\"" }).joined(separator: " ")
    // The place of the code is the template's matter; it is the longest number nearly always.
    submission.code = variables.first { (4...10).contains($0.count) }
    submission.reference = try reference()
    return submission
  }

  private func text(_ name: String) throws(ProviderFault) -> String {
    guard body.has(name) else {
      throw TencentSMSFace.fault(
        "MissingParameter", "The request is missing a required parameter `\(name)`.")
    }
    guard let value = body.text(name), !value.isEmpty else {
      throw TencentSMSFace.fault(
        "InvalidParameter", "The value type of parameter `\(name)` is not valid.")
    }
    return value
  }

  private func number() throws(ProviderFault) -> String {
    guard body.has("PhoneNumberSet") else {
      throw TencentSMSFace.fault(
        "MissingParameter", "The request is missing a required parameter `PhoneNumberSet`.")
    }
    guard let numbers = body.texts("PhoneNumberSet"), numbers.count == 1, let number = numbers.first
    else { throw TencentSMSFace.fault("InvalidParameterValue.IncorrectPhoneNumber") }
    guard isE164(number) || Self.isMainland(number) else {
      throw TencentSMSFace.fault("InvalidParameterValue.IncorrectPhoneNumber")
    }
    return number
  }

  /// With `+86`, `86`, `0086` or nothing before eleven digits.
  static func isMainland(_ number: String) -> Bool {
    let prefix = ["+86", "0086", "86"].first(where: number.hasPrefix) ?? ""
    let rest = number.dropFirst(prefix.count)
    return rest.count == 11 && rest.first == "1" && isDigits(String(rest))
  }

  private func variables(
    of template: String
  ) throws(ProviderFault) -> [String] {
    guard let values = body.has("TemplateParamSet") ? body.texts("TemplateParamSet") : [] else {
      throw TencentSMSFace.fault(
        "InvalidParameter", "The value type of parameter `TemplateParamSet` is not valid.")
    }
    guard values.count == templates[template] ?? values.count else {
      throw TencentSMSFace.fault("FailedOperation.TemplateParamSetNotMatchApprovedTemplate")
    }
    guard values.allSatisfy({ $0.count <= 6 && isDigits($0) }) else {
      throw TencentSMSFace.fault("InvalidParameterValue.TemplateParameterFormatError")
    }
    return values
  }

  private func reference() throws(ProviderFault) -> String? {
    guard body.isMissingOr("SessionContext", { (body.text($0)?.utf8.count ?? .max) < 512 }) else {
      throw TencentSMSFace.fault(
        "InvalidParameter", "`SessionContext` must be shorter than 512 bytes.")
    }
    return body.text("SessionContext").flatMap { $0.isEmpty ? nil : $0 }
  }

  private static let members: Set = [
    "ExtendCode", "PhoneNumberSet", "SenderId", "SessionContext", "SignName", "SmsSdkAppId",
    "TemplateId", "TemplateParamSet",
  ]
}
