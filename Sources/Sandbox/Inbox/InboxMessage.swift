public import Delivery
public import HTTPServer

/// A message in the ``Inbox``: what a phone or mailbox got, and how it came.
public struct InboxMessage: Sendable {
  /// Its number in the inbox, from 1; 0 until it is in one.
  public internal(set) var id = 0
  /// When it was taken.
  public var time: Timestamp
  /// How it travelled.
  public var channel: Channel
  /// The name of the stand-in that took it.
  public var provider: String
  /// To whom, as the request said it.
  public var recipient: String
  /// From whom, when the request said it.
  public var sender: String?
  /// What the code is for, when the request said it.
  public var usageType: String?
  /// The code: as the request named it, else what looks like one in subject or text.
  public var code: String?
  /// A mail's subject.
  public var subject: String?
  /// What the recipient reads.
  public var text: String
  /// A mail's HTML part, as it came.
  public var html: String?
  /// The id that the stand-in's answer gave it.
  public var providerMessageID: String
  /// What names the request through all tries: `Idempotency-Key`, a mail's `Message-ID`, or what the
  /// request gave the provider to echo.
  public var reference: String?
  /// The request that carried it; for SMTP the dialogue's envelope as headers, and the mail as body.
  public var request: IncomingRequest
  /// What the worker made of it, once it told.
  public internal(set) var conclusion: InboxConclusion?

  /// A message that is not in an inbox yet.
  public init(
    time: Timestamp, provider: String, providerMessageID: String, submission: Submission,
    reference: String?, request: IncomingRequest
  ) {
    self.time = time
    channel = submission.channel
    self.provider = provider
    recipient = submission.recipient
    sender = submission.sender
    usageType = submission.usageType
    code = submission.code
    subject = submission.subject
    text = submission.text
    html = submission.html
    self.providerMessageID = providerMessageID
    self.reference = reference
    self.request = request
  }

  /// What a stand-in took.
  init(_ message: SandboxMessage) {
    self.init(
      time: message.takenAt, provider: message.provider, providerMessageID: message.id,
      submission: message.submission,
      reference: message.idempotencyKey ?? message.submission.reference,
      request: message.request)
  }

  /// About how many bytes it holds.
  var weight: Int {
    512 + text.utf8.count + (html?.utf8.count ?? 0) + (subject?.utf8.count ?? 0)
      + request.body.count + request.target.utf8.count
  }
}

/// What the worker made of a request, for the messages that came of it.
public struct InboxConclusion: Sendable, Equatable {
  /// The event's id, which HTTP requests carry as their `Idempotency-Key`.
  public var eventID: String?
  /// The provider's id of the message that was accepted.
  public var providerMessageID: String?
  /// What it came to, such as `delivered` or `failed`.
  public var outcome: String
  /// Why, in the outcome's words.
  public var reason: String?
  /// How many times it was tried.
  public var attempts: Int?
  /// From the event to its outcome, in milliseconds.
  public var latencyMilliseconds: Int?
  /// The connector that it went through.
  public var connector: String?
  /// What the code is for.
  public var usageType: String?

  /// A conclusion; at least one of both ids is needed to find its messages.
  public init(
    eventID: String? = nil, providerMessageID: String? = nil, outcome: String,
    reason: String? = nil, attempts: Int? = nil, latencyMilliseconds: Int? = nil,
    connector: String? = nil, usageType: String? = nil
  ) {
    self.eventID = eventID
    self.providerMessageID = providerMessageID
    self.outcome = outcome
    self.reason = reason
    self.attempts = attempts
    self.latencyMilliseconds = latencyMilliseconds
    self.connector = connector
    self.usageType = usageType
  }
}
