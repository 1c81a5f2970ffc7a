import { useId, useState } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { useAct } from '../ask/use-act.ts';
import { shownNumber } from '../format/number.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Ending } from '../parts/ending.tsx';
import { Reason } from '../parts/reason.tsx';
import { useSay } from '../parts/said.tsx';
import { useWords } from '../wording/words.tsx';

const ways = ['passcode', 'call-back', 'documents'] as const;
type Way = (typeof ways)[number];

interface LiftBlockProps {
  readonly number: string;
  readonly id: string;
  /** Its name; undefined: all. */
  readonly facility: string | undefined;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Lifts a block, once the agent says how they made sure who asks: caller ID can be forged. */
export function LiftBlock({ number, id, facility, onClose, onDone }: LiftBlockProps) {
  const { words } = useWords();
  const say = useSay();
  const { busy, failure, run } = useAct();
  const [verifiedBy, setVerifiedBy] = useState<Way>();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const name = useId();
  const shown = shownNumber(number);
  const { liftDialog } = words;
  const missing =
    verifiedBy === undefined ? liftDialog.needWay : reason.trim() === '' ? liftDialog.needReason : undefined;

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (verifiedBy === undefined || missing !== undefined) return;
    const body = { reason: reason.trim(), verifiedBy };
    void run(async () => {
      await bodyOf(client.POST('/v1/staff/blocks/{id}/lift', { params: { path: { id } }, body }));
      say(liftDialog.done(facility, shown));
      onDone();
    });
  };
  return (
    <Dialog title={liftDialog.title(shown)} onClose={failure?.status === 409 ? onDone : onClose}>
      <form onSubmit={submit} noValidate>
        <fieldset>
          <legend>{liftDialog.verifiedBy}</legend>
          {ways.map((way) => (
            <label class="check" key={way}>
              <input type="radio" name={name} checked={verifiedBy === way} onChange={() => setVerifiedBy(way)} />
              {liftDialog.ways[way]}
            </label>
          ))}
          <p class="hint">{liftDialog.caution}</p>
        </fieldset>
        <Reason label={liftDialog.reason} hint={liftDialog.reasonHint} value={reason} onChange={setReason} />
        <div class="effect">
          <p>
            <strong>
              {facility === undefined ? liftDialog.effectAll(shown) : liftDialog.effectOne(facility, shown)}
            </strong>
          </p>
        </div>
        <Ending
          missing={tried ? missing : undefined}
          failure={failure}
          busy={busy}
          submit={liftDialog.submit}
          onCancel={failure?.status === 409 ? onDone : onClose}
        />
      </form>
    </Dialog>
  );
}
