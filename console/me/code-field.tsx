import { useId } from 'preact/hooks';
import { useWords } from '../wording/words.tsx';

/** Six digits of an app, or a recovery code in their place. */
export function CodeField() {
  const { words } = useWords();
  const id = useId();
  return (
    <div class="reason">
      <label for={id}>{words.me.code}</label>
      <input
        id={id}
        name="code"
        autocomplete="one-time-code"
        autocapitalize="characters"
        spellcheck={false}
        maxLength={12}
      />
    </div>
  );
}
