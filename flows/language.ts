export type Language = 'en' | 'es';

export const languages: readonly Language[] = ['en', 'es'];

export const otherLanguage = (language: Language): Language => (language === 'en' ? 'es' : 'en');
