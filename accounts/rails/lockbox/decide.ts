import type { Database } from '#db/connect.ts';
import { balanceOf } from '#db/ledger.ts';
import { decideLine, lockLine, type LockboxLine } from '#db/lockbox-lines.ts';
import { findPayment, lockItem } from '#db/payments.ts';
import { enterIn, type PaymentResult } from '../enter-payment.ts';
import type { PaymentItem } from '../item.ts';
import type { RailDeps } from '../ports.ts';
import { refusingReuse } from '../reuse.ts';
import { whose } from '../whose.ts';

/** What an agent decides about a line that was rejected; what is decided stays. */
export interface LineAct {
  readonly fileId: string;
  /** From 1. */
  readonly line: number;
  readonly agentId: string;
  /** Why: kept for good. */
  readonly reason: string;
}

export interface LineEntry extends LineAct {
  /** As the agent reads it off the paper, and itemOf() takes it. The file's own amount and words stay with the line. */
  readonly item: PaymentItem;
  /** The money is at the bank: with 'suspend' it is kept although it belongs to nobody yet. */
  readonly unmatched: 'refuse' | 'suspend';
}

export type LineRefusal =
  /** It was never rejected, or somebody decided otherwise: as it is now. */
  | { readonly kind: 'wrong-state'; readonly line: LockboxLine }
  | { readonly kind: 'refused'; readonly code: 'agent-missing' | 'reason-missing' | 'unknown-line' };

type Entered = Extract<PaymentResult, { kind: 'on-account' | 'in-suspense' }>;
type NotEntered = Exclude<PaymentResult, Entered>;

export type LineEntered =
  { readonly kind: 'entered'; readonly line: LockboxLine; readonly entered: Entered } | LineRefusal | NotEntered;

export type LineDismissed = { readonly kind: 'dismissed'; readonly line: LockboxLine } | LineRefusal;

/**
 * Enters a rejected line of a lockbox file as the agent reads the paper. 'entered-before': the item is in the books already, so the line is to be
 * dismissed. On disk when this returns; the same act again is answered as it was. Throws DatabaseUnavailable.
 */
export async function enterLine(db: Database, deps: RailDeps, order: LineEntry): Promise<LineEntered> {
  const fault = faultOf(order);
  if (fault) return fault;
  const { fileId, line: number, item, agentId, reason } = order;
  return refusingReuse(
    db.transaction().execute(async (trx): Promise<LineEntered> => {
      await lockItem(trx, item);
      // Account, holder, line: in this order whoever takes them.
      const place = await whose(trx, item.memo);
      if (place.kind === 'account') await balanceOf(trx, place.accountId, { lock: true });
      const line = await lockLine(trx, fileId, number);
      if (!line) return { kind: 'refused', code: 'unknown-line' };
      if (line.state !== 'rejected' && !(line.state === 'entered' && isBy(line, order)))
        return { kind: 'wrong-state', line };
      const entry = { key: await keyOf(trx, order, line), item, source: 'lockbox', agentId } as const;
      const entered = await enterIn(trx, deps, { ...entry, unmatched: order.unmatched });
      if (line.state === 'entered')
        return isEntered(entered) ? { kind: 'entered', line, entered } : { kind: 'wrong-state', line };
      if (!isEntered(entered)) return entered;
      await decideLine(trx, { fileId, line: number, paymentId: entered.payment.id }, { byId: agentId, reason, at: deps.now() }); // prettier-ignore
      return { kind: 'entered', line: await asItIs(trx, order), entered };
    }),
  );
}

/** Leaves a rejected line out of the books for good. On disk when this returns; the same act again is answered as it was. Throws DatabaseUnavailable. */
export async function dismissLine(db: Database, { now }: Pick<RailDeps, 'now'>, act: LineAct): Promise<LineDismissed> {
  const fault = faultOf(act);
  if (fault) return fault;
  const { fileId, line: number, agentId: byId, reason } = act;
  return db.transaction().execute(async (trx): Promise<LineDismissed> => {
    const line = await lockLine(trx, fileId, number);
    if (!line) return { kind: 'refused', code: 'unknown-line' };
    if (line.state === 'dismissed' && isBy(line, act)) return { kind: 'dismissed', line };
    if (line.state !== 'rejected') return { kind: 'wrong-state', line };
    await decideLine(trx, { fileId, line: number }, { byId, reason, at: now() });
    return { kind: 'dismissed', line: await asItIs(trx, act) };
  });
}

function faultOf({ agentId, reason }: LineAct): LineRefusal | undefined {
  if (agentId === '') return { kind: 'refused', code: 'agent-missing' };
  return reason.trim() === '' ? { kind: 'refused', code: 'reason-missing' } : undefined;
}

const isBy = ({ decided }: LockboxLine, { agentId, reason }: LineAct): boolean =>
  decided?.byId === agentId && decided.reason === reason;

const isEntered = (result: PaymentResult): result is Entered =>
  result.kind === 'on-account' || result.kind === 'in-suspense';

/** The bank's own key of the line, under which no other file enters it again; one of its own when that is unreadable or another payment's. */
async function keyOf(
  trx: Database,
  { fileId, line: number }: LineAct,
  line: LockboxLine & { readonly itemKey?: string },
): Promise<string> {
  if (line.state === 'entered') return (await findPayment(trx, { id: line.paymentId ?? '' }))?.key ?? '';
  const { itemKey } = line;
  const free = itemKey !== undefined && !(await findPayment(trx, { key: itemKey }));
  return free ? itemKey : `lockbox line ${fileId}/${number}`;
}

async function asItIs(trx: Database, { fileId, line: number }: LineAct): Promise<LockboxLine> {
  const line = await lockLine(trx, fileId, number);
  if (!line) throw new Error('A lockbox line is gone.');
  return line;
}
