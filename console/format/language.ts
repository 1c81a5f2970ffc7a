export type Language = 'en' | 'es';

export const localeOf: Readonly<Record<Language, string>> = { en: 'en-US', es: 'es-US' };

/** The language of a tag of BCP 47; English for those that we do not speak. */
export const languageOf = (tag: string | undefined): Language => (/^es\b/i.test(tag ?? '') ? 'es' : 'en');
