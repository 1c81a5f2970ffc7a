import { useId } from 'preact/hooks';
import type { Language } from '../format/language.ts';
import { useWords } from '../wording/words.tsx';
import { themes, type Theme } from './preferences.ts';
import { usePreferences } from './use-preferences.tsx';

/** Language and appearance, each in its own words. */
export function Settings() {
  const { language, words } = useWords();
  const { preferences, change } = usePreferences();
  const id = useId();
  return (
    <section class="settings" aria-label={words.settings.menu}>
      <label for={`${id}l`}>{words.settings.language}</label>
      <select
        id={`${id}l`}
        value={language}
        onChange={({ currentTarget }) => change({ language: currentTarget.value as Language })}
      >
        <option value="en" lang="en">
          English
        </option>
        <option value="es" lang="es">
          Español
        </option>
      </select>
      <label for={`${id}t`}>{words.settings.theme}</label>
      <select
        id={`${id}t`}
        value={preferences.theme}
        onChange={({ currentTarget }) => change({ theme: currentTarget.value as Theme })}
      >
        {themes.map((theme) => (
          <option key={theme} value={theme}>
            {words.settings.themes[theme]}
          </option>
        ))}
      </select>
    </section>
  );
}
