internal import Delivery

extension AmazonSES {
  static let settings = [
    SettingDescriptor(
      "accessKeyId", .text, isRequired: true, "An IAM access key with the right ses:SendEmail.",
      example: .set("AKIA0000000000000000")),
    SettingDescriptor(
      "accessKeySecret", .text, isRequired: true, isSecret: true, "The access key's secret.",
      example: .set("${AWS_SECRET_ACCESS_KEY:-replace-me}")),
    SettingDescriptor(
      "sessionToken", .text, isSecret: true, "The session token of a temporary access key.",
      example: .optional("${AWS_SESSION_TOKEN:-replace-me}")),
    SettingDescriptor(
      "region", .text, isRequired: true, "The region in which the sender is verified.",
      example: .set("us-east-1")),
    SettingDescriptor(
      "emailAddress", .text, isRequired: true,
      "Who writes: a verified address, or a name and an address.",
      example: .set("Example <no-reply@example.com>")),
    SettingDescriptor(
      "replyTo", .text, "Where answers go; to emailAddress by default.",
      example: .optional("help@example.com")),
    SettingDescriptor(
      "emailAddressIdentityArn", .text,
      "The identity of another account that lets this one send for it.",
      example: .optional("arn:aws:ses:us-east-1:123456789012:identity/example.com")),
    SettingDescriptor(
      "feedbackForwardingEmailAddress", .text, "Where bounces and complaints are mailed.",
      example: .optional("bounces@example.com")),
    SettingDescriptor(
      "feedbackForwardingEmailAddressIdentityArn", .text,
      "The identity of another account that lets this one use feedbackForwardingEmailAddress.",
      example: .optional("arn:aws:ses:us-east-1:123456789012:identity/a.org")),
    SettingDescriptor(
      "configurationSetName", .text, "The configuration set, which publishes events.",
      example: .optional("codes")),
    SettingDescriptor(
      "endpoint", .url,
      "The service's base URL, such as that of a private endpoint; https://email.REGION.amazonaws.com by default.",
      example: .optional("https://email.us-east-1.amazonaws.com")),
  ]

  /// The members of a request that settings become as they are.
  static let options: [(name: StaticString, key: String)] = [
    ("FromEmailAddressIdentityArn", "emailAddressIdentityArn"),
    ("FeedbackForwardingEmailAddress", "feedbackForwardingEmailAddress"),
    (
      "FeedbackForwardingEmailAddressIdentityArn", "feedbackForwardingEmailAddressIdentityArn"
    ),
    ("ConfigurationSetName", "configurationSetName"),
  ]
}
