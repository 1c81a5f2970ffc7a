import { useId } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { useAct } from '../ask/use-act.ts';
import { useDesk, type MyDesk } from '../live/use-desk.tsx';
import { Failed } from '../parts/failed.tsx';
import { useWords, wordFor } from '../wording/words.tsx';

interface CodesProps {
  readonly call: NonNullable<MyDesk['call']>;
  readonly codes: MyDesk['codes'];
}

/** What the talk was about: one click. */
export function Codes({ call: { entryId, code: said }, codes }: CodesProps) {
  const { words } = useWords();
  const { refresh } = useDesk();
  const id = useId();
  const { failure, run } = useAct();
  const keep = (code: string) =>
    void run(async () => {
      await bodyOf(client.PUT('/v1/staff/desk/me/talk', { body: { entryId, code } }));
      refresh();
    });
  if (codes.length === 0) return null;
  return (
    <>
      <p id={id} class="hint">
        {words.phone.about}
      </p>
      <div class="codes" role="group" aria-labelledby={id}>
        {codes.map(({ code, name }) => (
          <button type="button" key={code} aria-pressed={said === code} onClick={() => keep(code)}>
            {wordFor(words.phone.codes, name)}
          </button>
        ))}
      </div>
      {failure && <Failed failure={failure} />}
    </>
  );
}
