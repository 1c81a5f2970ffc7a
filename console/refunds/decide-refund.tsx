import { useId, useState } from 'preact/hooks';
import { bodyOf, client } from '../ask/client.ts';
import { useAct } from '../ask/use-act.ts';
import { shownMoney } from '../format/money.ts';
import type { Refund } from '../pages/refunds.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Ending } from '../parts/ending.tsx';
import { Reason } from '../parts/reason.tsx';
import { useSay } from '../parts/said.tsx';
import { useWords } from '../wording/words.tsx';
import { RefundMeanwhile } from './refund-meanwhile.tsx';

const decisions = ['refunded', 'not-refunded', 'charged-back'] as const;
type Decision = (typeof decisions)[number];

interface DecideRefundProps {
  readonly refund: Refund;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Says what became of a refund that our books and the gateway's tell differently. */
export function DecideRefund({ refund, onClose, onDone }: DecideRefundProps) {
  const { words, language } = useWords();
  const say = useSay();
  const { busy, failure, run } = useAct();
  const [decision, setDecision] = useState<Decision>();
  const [gatewayRefundId, setGatewayRefundId] = useState('');
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const id = useId();
  const amount = shownMoney(refund.cents, language);
  const missing =
    decision === undefined
      ? words.refunds.needDecision
      : decision === 'refunded' && gatewayRefundId.trim() === ''
        ? words.refunds.needGatewayId
        : reason.trim() === ''
          ? words.refunds.needReason
          : undefined;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (decision === undefined || missing !== undefined) return;
    const body = {
      decision,
      reason: reason.trim(),
      ...(decision === 'refunded' && { gatewayRefundId: gatewayRefundId.trim() }),
    };
    void run(async () => {
      const params = { path: { id: refund.id }, header: { 'If-Match': `"${refund.version}"` } };
      await bodyOf(client.POST('/v1/staff/refunds/{id}/decision', { params, body }));
      say(words.refunds.done);
      onDone();
    });
  };
  const isStale = failure?.code === 'changed-meanwhile';
  const leave = isStale || failure?.status === 409 ? onDone : onClose;
  return (
    <Dialog title={words.refunds.decideTitle(amount)} onClose={leave}>
      <form onSubmit={submit} noValidate>
        <p>{words.refunds.question}</p>
        <fieldset>
          <legend>{words.refunds.decision}</legend>
          {decisions.map((one) => (
            <label class="check" key={one}>
              <input type="radio" name={id} checked={decision === one} onChange={() => setDecision(one)} />
              <span>
                {words.refunds.decisions[one]}
                <small>{words.refunds.effects[one](amount)}</small>
              </span>
            </label>
          ))}
        </fieldset>
        {decision === 'refunded' && (
          <div class="reason">
            <label for={`${id}g`}>{words.refunds.gatewayId}</label>
            <input
              id={`${id}g`}
              autocomplete="off"
              value={gatewayRefundId}
              onInput={({ currentTarget }) => setGatewayRefundId(currentTarget.value)}
            />
          </div>
        )}
        <Reason label={words.refunds.reason} hint={words.refunds.reasonHint} value={reason} onChange={setReason} />
        {isStale && <RefundMeanwhile id={refund.id} />}
        <Ending
          missing={tried ? missing : undefined}
          failure={isStale ? undefined : failure}
          busy={busy || isStale}
          submit={words.refunds.submit}
          onCancel={leave}
        />
      </form>
    </Dialog>
  );
}
