import { useId, useState } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { useAct } from '../ask/use-act.ts';
import { shownMoney } from '../format/money.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Ending } from '../parts/ending.tsx';
import { useSay } from '../parts/said.tsx';
import { useWords } from '../wording/words.tsx';
import { amountOf } from './amount.ts';

interface AttendedPaymentProps {
  readonly id: string;
  readonly onClose: () => void;
}

/** Has the line ask the caller of the agent's talk for a card, of which the agent sees and hears nothing. */
export function AttendedPayment({ id, onClose }: AttendedPaymentProps) {
  const { words, language } = useWords();
  const say = useSay();
  const { busy, failure, run } = useAct();
  const [typed, setTyped] = useState('');
  const [tried, setTried] = useState(false);
  const field = useId();
  const cents = amountOf(typed);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (cents === undefined) return;
    void run(async () => {
      await bodyOf(
        client.POST('/v1/staff/accounts/{id}/attended-payment', { params: { path: { id } }, body: { cents } }),
      );
      say(words.payment.done);
      onClose();
    });
  };
  const wrong = tried && cents === undefined;
  return (
    <Dialog title={words.payment.title} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <p>{words.payment.explain}</p>
        <label for={field}>{words.payment.amount}</label>
        <input
          id={field}
          inputMode="decimal"
          autocomplete="off"
          value={typed}
          aria-invalid={wrong}
          aria-describedby={`${field}h`}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <p class="hint" id={`${field}h`}>
          {words.payment.range}
        </p>
        <div class="effect" aria-live="polite">
          {cents !== undefined && (
            <p>
              <strong>{words.payment.effect(shownMoney(cents, language))}</strong>
            </p>
          )}
        </div>
        <Ending
          missing={wrong ? words.payment.wrongAmount : undefined}
          failure={failure}
          busy={busy}
          submit={words.payment.submit}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
