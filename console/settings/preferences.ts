import { languageOf, type Language } from '../format/language.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** How somebody wants the page on this machine. */
export interface Preferences {
  /** Undefined: as their account says, or the browser. */
  readonly language: Language | undefined;
  readonly theme: Theme;
  /** Whether single keys do something (WCAG 2.2, 2.1.4). */
  readonly singleKeys: boolean;
}

const NAME = 'homeline-console';

/** What was kept; what cannot be read is as if nothing had been. */
export function readPreferences(text: string | null): Preferences {
  let kept: Record<string, unknown> = {};
  try {
    kept = Object(JSON.parse(text ?? '{}')) as Record<string, unknown>;
  } catch {
    // Somebody else wrote it.
  }
  const { language, theme, singleKeys } = kept;
  return {
    language: language === 'en' || language === 'es' ? language : undefined,
    theme: themes.find((one) => one === theme) ?? 'system',
    singleKeys: singleKeys !== false,
  };
}

export const keptPreferences = (): Preferences => readPreferences(localStorage.getItem(NAME));
export const keepPreferences = (preferences: Preferences): void =>
  localStorage.setItem(NAME, JSON.stringify(preferences));

/** What is spoken: what was chosen here, else what the account says, else the browser. */
export const spokenLanguage = (preferences: Preferences, account: Language | undefined): Language =>
  preferences.language ?? account ?? languageOf(navigator.language);

export function showTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
