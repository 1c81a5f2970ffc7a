import { useId, useState } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { useAct } from '../ask/use-act.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Failed } from '../parts/failed.tsx';
import { useSay } from '../parts/said.tsx';
import { useWords } from '../wording/words.tsx';

const ways = ['listen', 'whisper', 'join'] as const;
type Way = (typeof ways)[number];

interface ListenProps {
  /** Of the talk at the desk. */
  readonly entryId: string;
  /** Whose talk, by name. */
  readonly agent: string;
  readonly onClose: () => void;
}

/** Has the supervisor's phone ring, to hear a talk in one of three ways. */
export function Listen({ entryId, agent, onClose }: ListenProps) {
  const { words } = useWords();
  const say = useSay();
  const { busy, failure, run } = useAct();
  const [mode, setMode] = useState<Way>('listen');
  const name = useId();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const params = { path: { id: entryId } };
    void run(async () => {
      await bodyOf(client.POST('/v1/staff/live/{id}/listen', { params, body: { mode } }));
      say(words.live.ringing);
      onClose();
    });
  };
  return (
    <Dialog title={words.live.listenTitle(agent)} onClose={onClose}>
      <form onSubmit={submit}>
        <fieldset>
          <legend class="unseen">{words.live.listenTitle(agent)}</legend>
          {ways.map((way) => (
            <label class="check" key={way}>
              <input type="radio" name={name} checked={mode === way} onChange={() => setMode(way)} />
              <span>
                {words.live[way]}
                <small>{words.live.ways[way]}</small>
              </span>
            </label>
          ))}
        </fieldset>
        <p class="hint">{words.live.rings}</p>
        {failure && <Failed failure={failure} />}
        <div class="acts">
          <button type="button" onClick={onClose}>
            {words.common.cancel}
          </button>
          <button type="submit" class="primary" disabled={busy}>
            {words.live[mode]}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
