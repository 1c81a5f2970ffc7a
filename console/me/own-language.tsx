import { useId } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { useAct } from '../ask/use-act.ts';
import type { Language } from '../format/language.ts';
import { Failed } from '../parts/failed.tsx';
import { useSay } from '../parts/said.tsx';
import { useMe, useSession } from '../session/session.tsx';
import { usePreferences } from '../settings/use-preferences.tsx';
import { useWords } from '../wording/words.tsx';

/** The language of the account: spoken on every machine where none was chosen. */
export function OwnLanguage() {
  const { words } = useWords();
  const { language } = useMe();
  const { enter } = useSession();
  const { change } = usePreferences();
  const { busy, failure, run } = useAct();
  const say = useSay();
  const id = useId();
  const choose = (chosen: Language) =>
    void run(async () => {
      enter(await bodyOf(client.PUT('/v1/staff/me', { body: { language: chosen } })));
      // What was chosen on this machine would hide it.
      change({ language: undefined });
      say(words.me.languageSaved);
    });
  return (
    <section class="card">
      <h2>{words.me.language}</h2>
      <div class="reason">
        <label for={id}>{words.me.languageHint}</label>
        <select
          id={id}
          value={language}
          disabled={busy}
          onChange={({ currentTarget }) => choose(currentTarget.value as Language)}
        >
          <option value="en" lang="en">
            English
          </option>
          <option value="es" lang="es">
            Español
          </option>
        </select>
      </div>
      {failure && <Failed failure={failure} />}
    </section>
  );
}
