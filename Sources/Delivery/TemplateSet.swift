/// The templates of a connector, and which of them a request gets.
public struct TemplateSet: Sendable {
  /// The templates of one usage type.
  private struct Variants {
    /// The one without a language.
    var plain: MessageTemplate?
    var byLocale: [LocaleTag: MessageTemplate] = [:]
  }

  private var variants: [UsageType: Variants] = [:]

  /// A set in which the first template of a usage type and language counts, as with Logto.
  public init(_ templates: [MessageTemplate]) {
    for template in templates {
      var known = variants[template.usageType, default: Variants()]
      if let tag = template.locale.flatMap(LocaleTag.init) {
        known.byLocale[tag] = known.byLocale[tag] ?? template
      } else {
        known.plain = known.plain ?? template
      }
      variants[template.usageType] = known
    }
  }

  /// The usage types that have a template, in no order.
  public var usageTypes: Set<UsageType> { Set(variants.keys) }

  /// Every template that counts, by usage type and language; the one without a language first.
  public var all: [MessageTemplate] {
    variants.sorted { $0.key.rawValue < $1.key.rawValue }.flatMap { entry in
      [entry.value.plain].compactMap(\.self)
        + entry.value.byLocale.sorted { $0.key.text < $1.key.text }.map(\.value)
    }
  }

  /// The template for a request.
  ///
  /// The usage type goes before the language: its own templates are searched for each of `locales`, then for
  /// `defaultLocale`, each shortened as far as needed (`zh-Hant-TW`, `zh-Hant`, `zh`), then for the one without a language;
  /// after it those of `Generic` in the same way. A template without a language is in the default one.
  /// - Parameters:
  ///   - usageType: what the code is for.
  ///   - locales: the language tags asked for, best first; what is none is passed over.
  ///   - defaultLocale: the connector's language.
  /// - Returns: the template; nil when there is none for the usage type and no `Generic` one either.
  public func template(
    for usageType: UsageType, locales: [String], defaultLocale: String?
  ) -> MessageTemplate? {
    find(usageType, locales, defaultLocale) ?? find(.generic, locales, defaultLocale)
  }

  private func find(
    _ usageType: UsageType, _ locales: [String], _ defaultLocale: String?
  ) -> MessageTemplate? {
    guard let variants = variants[usageType] else { return nil }
    if variants.byLocale.isEmpty { return variants.plain }
    let defaultTag = defaultLocale.flatMap(LocaleTag.init)
    for tag in (locales.compactMap(LocaleTag.init) + [defaultTag].compactMap(\.self)) {
      for candidate in tag.fallbacks {
        if let template = variants.byLocale[candidate] { return template }
        if candidate == defaultTag, let plain = variants.plain { return plain }
      }
    }
    return variants.plain
  }
}
