import { useWords } from '../wording/words.tsx';
import type { TelephoneInPage } from './use-telephone.ts';

/** As the line has them (ivr/desk/README.md). */
const KEYS = { done: '1', again: '2', leave: '3' } as const;

/** Voice messages, heard one after the other: what their keys do stands on buttons. */
export function Messages({ phone: { telephone, press, hangUp } }: { readonly phone: TelephoneInPage }) {
  const { words } = useWords();
  const isHeard = telephone.kind === 'talking';
  return (
    <>
      <p class="head" role="status">
        {isHeard ? words.phone.messages.heard : words.phone.messages.dialling}
      </p>
      {isHeard && (
        <div class="buttons" role="group" aria-label={words.phone.messages.heard}>
          {(['done', 'again', 'leave'] as const).map((what) => (
            <button type="button" key={what} onClick={() => press(KEYS[what])}>
              {words.phone.messages[what]}
            </button>
          ))}
        </div>
      )}
      <button type="button" class="danger" onClick={hangUp}>
        {words.phone.end}
      </button>
    </>
  );
}
