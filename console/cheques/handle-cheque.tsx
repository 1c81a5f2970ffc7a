import { useId, useState } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { useAct } from '../ask/use-act.ts';
import { shownMoney } from '../format/money.ts';
import type { Cheque } from '../pages/cheques.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Ending } from '../parts/ending.tsx';
import { Reason } from '../parts/reason.tsx';
import { useSay } from '../parts/said.tsx';
import { useWords } from '../wording/words.tsx';
import type { Wording } from '../wording/wording.ts';
import { actsFor, asks, isChequeNumber, type ChequeAct } from './acts.ts';
import { ChequeMeanwhile } from './cheque-meanwhile.tsx';
import { AddressFields, isWhole, typedAddress, type TypedAddress } from './address.tsx';

const decisions = ['go-on', 'stop'] as const;
type Decision = (typeof decisions)[number];

interface Typed {
  readonly number: string;
  readonly reason: string;
  readonly decision: Decision | undefined;
  readonly address: TypedAddress;
}

interface HandleChequeProps {
  readonly cheque: Cheque;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Says what happened to a check: by its state, what can have. */
export function HandleCheque({ cheque, onClose, onDone }: HandleChequeProps) {
  const { words, language } = useWords();
  const say = useSay();
  const { busy, failure, run } = useAct();
  const acts = actsFor(cheque);
  const [act, setAct] = useState<ChequeAct | undefined>(acts.length === 1 ? acts[0] : undefined);
  const [typed, setTyped] = useState<Typed>({
    ...{ number: cheque.number ?? '', reason: '', decision: undefined, address: typedAddress(cheque.to) },
  });
  const [tried, setTried] = useState(false);
  const id = useId();
  const missing = missingOf(words, act, typed);
  const effect =
    act === 'decision' ? typed.decision && words.cheques.effects[typed.decision] : act && words.cheques.effects[act];
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (act === undefined || missing !== undefined) return;
    void run(async () => {
      await keep(cheque, act, typed);
      say(words.cheques.done);
      onDone();
    });
  };
  const isStale = failure?.code === 'changed-meanwhile';
  const leave = isStale || failure?.status === 409 ? onDone : onClose;
  const asked = act === undefined ? [] : asks[act];
  return (
    <Dialog title={`${words.cheques.handle}: ${shownMoney(cheque.cents, language)}`} onClose={leave}>
      <form onSubmit={submit} noValidate>
        {acts.length > 1 && (
          <fieldset>
            <legend>{words.cheques.chooseAct}</legend>
            {acts.map((one) => (
              <label class="check" key={one}>
                <input type="radio" name={`${id}a`} checked={act === one} onChange={() => setAct(one)} />
                {words.cheques.acts[one]}
              </label>
            ))}
          </fieldset>
        )}
        {asked.includes('address') && (
          <AddressFields address={typed.address} onChange={(address) => setTyped({ ...typed, address })} />
        )}
        {asked.includes('number') && (
          <div class="reason">
            <label for={`${id}n`}>{words.cheques.chequeNumber}</label>
            <input
              id={`${id}n`}
              inputMode="numeric"
              autocomplete="off"
              value={typed.number}
              onInput={({ currentTarget }) => setTyped({ ...typed, number: currentTarget.value })}
            />
          </div>
        )}
        {asked.includes('decision') && (
          <fieldset>
            <legend>{words.cheques.acts.decision}</legend>
            {decisions.map((decision) => (
              <label class="check" key={decision}>
                <input
                  type="radio"
                  name={`${id}d`}
                  checked={typed.decision === decision}
                  onChange={() => setTyped({ ...typed, decision })}
                />
                {words.cheques.decisions[decision]}
              </label>
            ))}
          </fieldset>
        )}
        {asked.includes('reason') && (
          <Reason
            label={words.refunds.reason}
            hint={words.refunds.reasonHint}
            value={typed.reason}
            onChange={(reason) => setTyped({ ...typed, reason })}
          />
        )}
        <div class="effect" aria-live="polite">
          {effect !== undefined && (
            <p>
              <strong>{effect}</strong>
            </p>
          )}
        </div>
        {isStale && <ChequeMeanwhile id={cheque.id} />}
        <Ending
          missing={tried ? missing : undefined}
          failure={isStale ? undefined : failure}
          busy={busy || isStale}
          submit={words.cheques.submit}
          onCancel={leave}
        />
      </form>
    </Dialog>
  );
}

/** What is not said yet, in words; undefined: nothing. */
function missingOf({ cheques, refunds }: Wording, act: ChequeAct | undefined, typed: Typed): string | undefined {
  if (act === undefined) return cheques.needDecision;
  const asked = asks[act];
  if (asked.includes('address') && !isWhole(typed.address)) return cheques.needAddress;
  if (asked.includes('number') && !isChequeNumber(typed.number)) return cheques.needNumber;
  if (asked.includes('decision') && typed.decision === undefined) return cheques.needDecision;
  if (asked.includes('reason') && typed.reason.trim() === '') return refunds.needReason;
  return undefined;
}

function keep({ id, version }: Cheque, act: ChequeAct, typed: Typed): Promise<unknown> {
  const params = { path: { id }, header: { 'If-Match': `"${version}"` } };
  const number = typed.number.trim();
  const reason = typed.reason.trim();
  switch (act) {
    case 'address': {
      const { line1, line2, payee, ...rest } = typed.address;
      const lines = [line1, line2].filter((line) => line !== '');
      const body = { to: { payee, address: { ...rest, lines } } };
      return bodyOf(client.POST('/v1/staff/cheques/{id}/address', { params, body }));
    }
    case 'mailed':
      return bodyOf(client.POST('/v1/staff/cheques/{id}/mailed', { params, body: { number } }));
    case 'cashed':
      return bodyOf(client.POST('/v1/staff/cheques/{id}/cashed', { params, body: {} }));
    case 'returned':
      return bodyOf(client.POST('/v1/staff/cheques/{id}/returned', { params, body: { number } }));
    case 'stale':
      return bodyOf(client.POST('/v1/staff/cheques/{id}/stale', { params, body: { number, reason } }));
    case 'decision': {
      const body = { decision: typed.decision ?? 'go-on', reason };
      return bodyOf(client.POST('/v1/staff/cheques/{id}/decision', { params, body }));
    }
  }
}
