import { useDesk } from '../live/use-desk.tsx';
import { useMe } from '../session/session.tsx';
import { useWords } from '../wording/words.tsx';

/** As the line has them (ivr/desk/README.md). */
const KEYS = { listen: '1', whisper: '2', join: '3' } as const;
const LEAVE = '*';

/** How a supervisor listens to a talk, on the telephone in their page: each way is a key of it. */
export function Listening({ press }: { readonly press: (key: string) => void }) {
  const { words } = useWords();
  const { desk } = useDesk();
  const { agentId } = useMe();
  const heard = (desk.value?.agents ?? [])
    .flatMap(({ name, listening }) => listening.map((one) => ({ ...one, to: name })))
    .find(({ id }) => id === agentId);
  if (!heard) return null;
  return (
    <>
      <p class="hint" role="status">
        {words.phone.listening(heard.to, words.live.ways[heard.mode])}
      </p>
      <div class="buttons" role="group" aria-label={words.live.listenTitle(heard.to)}>
        {(['listen', 'whisper', 'join'] as const).map((mode) => (
          <button type="button" key={mode} aria-pressed={heard.mode === mode} onClick={() => press(KEYS[mode])}>
            {words.live[mode]}
          </button>
        ))}
        <button type="button" onClick={() => press(LEAVE)}>
          {words.phone.leave}
        </button>
      </div>
    </>
  );
}
