import { useId, useState } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { useAct } from '../ask/use-act.ts';
import { useFacilities } from '../facilities/use-facilities.ts';
import { shownNumber } from '../format/number.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Ending } from '../parts/ending.tsx';
import { Reason } from '../parts/reason.tsx';
import { useSay } from '../parts/said.tsx';
import { useWords } from '../wording/words.tsx';
import { effectOf, missingOf, type Wanted } from './effect.ts';

interface PlaceBlockProps {
  readonly number: string;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Places a block: for whom and why, and what that does, said before it is done. */
export function PlaceBlock({ number, onClose, onDone }: PlaceBlockProps) {
  const { words } = useWords();
  const say = useSay();
  const facilities = useFacilities();
  const { busy, failure, run } = useAct();
  const [wanted, setWanted] = useState<Wanted>({ scope: 'all', facilityId: '', reason: '' });
  const [tried, setTried] = useState(false);
  const id = useId();
  const shown = shownNumber(number);
  const effect = effectOf(words, wanted, facilities, shown);
  const missing = missingOf(words, wanted);
  const facility = wanted.scope === 'one' ? facilities.find(({ id }) => id === wanted.facilityId) : undefined;

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (missing !== undefined) return;
    const body = { number, reason: wanted.reason.trim(), ...(facility && { facilityId: facility.id }) };
    void run(async () => {
      const { result } = await bodyOf(client.POST('/v1/staff/blocks', { body }));
      say(result === 'placed' ? words.place.done(facility?.name, shown) : words.place.already);
      onDone();
    });
  };
  return (
    <Dialog title={words.place.title(shown)} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <fieldset>
          <legend>{words.place.from}</legend>
          {(['all', 'one'] as const).map((scope) => (
            <label class="check" key={scope}>
              <input
                type="radio"
                name={`${id}s`}
                checked={wanted.scope === scope}
                onChange={() => setWanted({ ...wanted, scope })}
              />
              {words.place[scope]}
            </label>
          ))}
          {wanted.scope === 'one' && (
            <select
              aria-label={words.common.facility}
              value={wanted.facilityId}
              onChange={({ currentTarget }) => setWanted({ ...wanted, facilityId: currentTarget.value })}
            >
              <option value="">{words.place.choose}</option>
              {facilities.map(({ id, name, state }) => (
                <option key={id} value={id}>
                  {name} ({state})
                </option>
              ))}
            </select>
          )}
        </fieldset>
        <Reason
          label={words.place.reason}
          hint={words.place.reasonHint}
          offered={words.place.reasons}
          value={wanted.reason}
          onChange={(reason) => setWanted({ ...wanted, reason })}
        />
        <div class="effect" aria-live="polite">
          {effect !== undefined && (
            <p>
              <strong>{effect}</strong> {words.place.talks}
            </p>
          )}
        </div>
        <Ending
          missing={tried ? missing : undefined}
          failure={failure}
          busy={busy}
          submit={words.place.submit}
          danger
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
