import { useId, useState } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { useAct } from '../ask/use-act.ts';
import { useDesk } from '../live/use-desk.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Ending } from '../parts/ending.tsx';
import { useSay } from '../parts/said.tsx';
import { useMe } from '../session/session.tsx';
import { useWords } from '../wording/words.tsx';

/** As the API takes. */
const LONGEST = 500;
const QUEUE = '';

/** Passes the caller on: to another agent who can be rung, or back to the queue, with a word for whoever takes it. */
export function Transfer({ onClose }: { readonly onClose: () => void }) {
  const { words } = useWords();
  const { agentId } = useMe();
  const say = useSay();
  const { desk, refresh } = useDesk();
  const { busy, failure, run } = useAct();
  const [to, setTo] = useState(QUEUE);
  const [note, setNote] = useState('');
  const id = useId();
  const others = (desk.value?.agents ?? []).filter((agent) => agent.id !== agentId);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const written = note.trim();
    const body = { ...(to !== QUEUE && { to }), ...(written !== '' && { note: written }) };
    void run(async () => {
      await bodyOf(client.POST('/v1/staff/desk/me/talk/transfer', { body }));
      say(words.transfer.done);
      refresh();
      onClose();
    });
  };
  return (
    <Dialog title={words.transfer.title} onClose={onClose}>
      <form onSubmit={submit}>
        <fieldset>
          <legend>{words.transfer.to}</legend>
          <label class="check">
            <input type="radio" name={id} checked={to === QUEUE} onChange={() => setTo(QUEUE)} />
            <span>
              {words.transfer.queue}
              <small>{words.transfer.queueHint}</small>
            </span>
          </label>
          {others.map(({ name, extension, state, reachable, languages }) => (
            <label class="check" key={extension}>
              <input
                type="radio"
                name={id}
                checked={to === extension}
                disabled={!reachable || (state !== 'ready' && state !== 'away')}
                onChange={() => setTo(extension)}
              />
              <span>
                {name} · {extension}
                <small>
                  {reachable ? words.desk.states[state] : words.transfer.unreachable} ·{' '}
                  {languages.map((one) => words.common.languages[one]).join(', ')}
                </small>
              </span>
            </label>
          ))}
        </fieldset>
        <label for={`${id}n`}>{words.transfer.note}</label>
        <textarea
          id={`${id}n`}
          rows={2}
          maxLength={LONGEST}
          aria-describedby={`${id}h`}
          value={note}
          onInput={({ currentTarget }) => setNote(currentTarget.value)}
        />
        <p class="hint" id={`${id}h`}>
          {words.transfer.noteHint}
        </p>
        <Ending failure={failure} busy={busy} submit={words.transfer.submit} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
