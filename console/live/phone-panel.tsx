import { useState } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { useAct } from '../ask/use-act.ts';
import { Failed } from '../parts/failed.tsx';
import { useMay, useMe } from '../session/session.tsx';
import { useWords } from '../wording/words.tsx';
import { useDesk } from './use-desk.tsx';

/** Whether calls are given to who is signed in. A phone in the page takes this place later. */
export function PhonePanel() {
  const { words } = useWords();
  const { agentId } = useMe();
  const may = useMay();
  const { desk, refresh } = useDesk();
  const { busy, failure, run } = useAct();
  const [wanted, setWanted] = useState<'ready' | 'away'>();
  if (!may('agent.state') || agentId === undefined) return null;
  const state = desk.value?.agents.find(({ id }) => id === agentId)?.state;
  const turn = (state: 'ready' | 'away') => {
    setWanted(state);
    void run(async () => {
      await bodyOf(client.PUT('/v1/staff/desk/me', { body: { state } }));
      refresh();
    });
  };
  const told =
    state === 'ready'
      ? words.phone.isReady
      : state === 'talking'
        ? words.phone.talking
        : state === 'away' && words.phone.isAway;
  return (
    <section class="phone" aria-label={words.phone.title}>
      <h2>{words.phone.title}</h2>
      <div class="switch" role="group" aria-label={words.phone.title}>
        {(['ready', 'away'] as const).map((one) => (
          <button
            type="button"
            key={one}
            aria-pressed={state === one}
            disabled={busy && wanted === one}
            onClick={() => turn(one)}
          >
            {words.phone[one]}
          </button>
        ))}
      </div>
      <p class="hint" role="status">
        {told} {words.phone.hint}
      </p>
      {failure && <Failed failure={failure} />}
    </section>
  );
}
