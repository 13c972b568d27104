import Delivery

// Mails by templates that the provider keeps.
extension ConnectorExample {
  private static let model =
    "The provider's template gets code, link, locale, expiresInMinutes, application, organization, user"
    + " and inviter, as far as the payload has them; with a list of variables those and no others; with a"
    + " mapping of variables its values besides."

  /// `templates` whose entries name a template, or hold a text where the form allows it.
  func hostedTemplates(_ form: HostedTemplate.Form) -> [String] {
    let named = [
      "- usageType: Generic", "  \(form.keys[0]): replace-me", "  variables: [code, user.name]",
    ]
    if form.mayHoldText {
      let about = comment(
        "In place of subject and content a template of the provider can be named by \(form.keys[0])."
          + " \(Self.model)")
      return ownTemplates + about.indented(2) + named.indented(2).map { "# \($0)" }
    }
    let about = comment(
      "The provider's templates, by usage type and language: SignIn, Register, ForgotPassword … Generic"
        + " serves every usage type without one of its own. \(Self.model)")
    return about + ["templates:"] + named.dropLast().indented(2)
      + ["- usageType: SignIn", "  locale: de", "  \(form.keys[0]): replace-me", named[2]]
      .indented(2).map { "# \($0)" }
  }

  /// `deliveries`, a mapping of usage types.
  var deliveries: [String] {
    let about = comment(
      "The mails, by usage type: SignIn, Register, ForgotPassword … Generic serves every usage type"
        + " without one of its own. A list holds one for each locale. html and text have their variables in"
        + " braces, such as {{code}} and {{application.name}}. In their place a template of the provider"
        + " can be named. \(Self.model)")
    return about + ["deliveries:"]
      + [
        "Generic:", "  subject: Your code",
        "  html: \"<p>Your code is {{code}}. It is valid for {{expiresInMinutes}} minutes.</p>\"",
      ].indented(2)
      + ["SignIn:", "  template: sign-in", "  variables: { brand: Example }"].indented(2)
      .map { "# \($0)" }
  }
}
