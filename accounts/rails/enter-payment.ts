import type { Database } from '#db/connect.ts';
import { balanceOf, findPosting, post, type Posting } from '#db/ledger.ts';
import { addPaymentEvent } from '#db/payment-events.ts';
import { addPayment, findPayment, lockItem, paymentLimits, type Payment, type SuspenseReason } from '#db/payments.ts';
import { dayOf } from '../refunds/due-days.ts';
import { contentOf, type PaymentItem } from './item.ts';
import { rails } from './kinds.ts';
import { hashOf } from './order-hash.ts';
import type { RailDeps } from './ports.ts';
import { refusingReuse } from './reuse.ts';
import { whose } from './whose.ts';

export interface PaymentOrder {
  /** Idempotency key: the same order with the same key is entered once. */
  readonly key: string;
  /** As itemOf() takes it. */
  readonly item: PaymentItem;
  readonly source: 'agent' | 'lockbox';
  /** The agent who enters it, or who imported the file. */
  readonly agentId: string;
  /** What is done with money that cannot be brought to an account: refused while the paper is in the agent's hand, kept when the bank has it. */
  readonly unmatched: 'refuse' | 'suspend';
}

export type PaymentResult =
  | {
      readonly kind: 'on-account';
      readonly payment: Payment;
      /** What is read out: ten digits. */
      readonly reference: string;
      readonly accountId: string;
      readonly balanceCents: number;
    }
  | {
      readonly kind: 'in-suspense';
      readonly payment: Payment;
      readonly reference: string;
      readonly why: SuspenseReason;
    }
  /** The same item was entered under another key; nothing was posted now. `sameAmount`: and for the same amount. */
  | { readonly kind: 'entered-before'; readonly payment: Payment; readonly sameAmount: boolean }
  | { readonly kind: 'refused'; readonly code: SuspenseReason | 'day-in-future' | 'agent-missing' | 'key-reused' };

const DAY_MS = 24 * 3_600_000;

type Refused = Extract<PaymentResult, { kind: 'refused' }>;
const refused = (code: Refused['code']): Refused => ({ kind: 'refused', code });

/**
 * Enters one payment that came by mail, bank or money transfer (guide rows 35, 36): clearing to the holder's account, or to suspense. On disk
 * when this returns. The fee is $0.00. Throws DatabaseUnavailable, after which the same order with the same key may be given again.
 */
export async function enterPayment(db: Database, deps: RailDeps, order: PaymentOrder): Promise<PaymentResult> {
  return refusingReuse(db.transaction().execute((trx) => enterIn(trx, deps, order)));
}

/** The same inside the caller's transaction, which cannot go on when this throws LedgerRefusal 'key-reused'. */
export async function enterIn(trx: Database, deps: RailDeps, order: PaymentOrder): Promise<PaymentResult> {
  const { key, item, source, agentId } = order;
  if (agentId === '') return refused('agent-missing');
  await lockItem(trx, item);
  const requestHash = hashOf(contentOf(item), source);
  const same = await findPayment(trx, { key });
  if (same) return same.requestHash === requestHash ? resultOf(trx, same) : refused('key-reused');
  const there = await findPayment(trx, { item });
  if (there) return { kind: 'entered-before', payment: there, sameAmount: there.cents === item.cents };

  const at = deps.now();
  // Where the lockbox is it may be tomorrow already.
  if (item.receivedOn > dayOf(new Date(at.getTime() + DAY_MS))) return refused('day-in-future');
  const place = await placeOf(trx, item);
  if (place.kind === 'nobody' && order.unmatched === 'refuse') return refused(place.why);
  const posting = await bringIn(trx, order, place, at);
  const whom =
    place.kind === 'account'
      ? { state: 'on-account', accountId: place.accountId, holderPostingId: posting.id }
      : { state: 'in-suspense', suspenseReason: place.why };
  const entered = { ...item, ...whom, key, requestHash, source, postingId: posting.id, enteredAt: at };
  const payment = await addPayment(trx, entered as Omit<Payment, 'id'>);
  await addPaymentEvent(trx, {
    ...{ paymentId: payment.id, key: `entered ${key}`, requestHash, kind: 'entered', byId: agentId },
    ...{ reason: payment.suspenseReason ?? 'account-number', postingId: posting.id, at },
  });
  const result = await resultOf(trx, payment);
  if (result.kind === 'on-account') await deps.onNews?.(trx, { ...result, kind: 'paid-in' });
  return result;
}

type Place =
  { readonly kind: 'account'; readonly accountId: string } | { readonly kind: 'nobody'; readonly why: SuspenseReason };

async function placeOf(trx: Database, { kind, cents, memo, receivedOn }: PaymentItem): Promise<Place> {
  const limits = await paymentLimits(trx, kind, receivedOn);
  if (cents < limits.minCents) return { kind: 'nobody', why: 'below-minimum' };
  if (cents > limits.maxCents) return { kind: 'nobody', why: 'above-maximum' };
  return whose(trx, memo);
}

async function bringIn(trx: Database, { key, item, source }: PaymentOrder, place: Place, at: Date): Promise<Posting> {
  const { kind, cents, serial, receivedOn } = item;
  const { posting, clearing } = rails[kind];
  return post(trx, {
    key: `payment ${key}`,
    kind: place.kind === 'account' ? posting : 'payment-to-suspense',
    at,
    entries: [
      { ledger: place.kind === 'account' ? { holder: place.accountId } : 'suspense', cents },
      { ledger: clearing, cents: -cents },
    ],
    memo: { rail: kind, serial, receivedOn, source },
  });
}

/** A payment as the order that entered it was answered, whatever became of it since. */
async function resultOf(db: Database, payment: Payment): Promise<PaymentResult> {
  const { accountId, postingId, holderPostingId, suspenseReason } = payment;
  const reference = await referenceOf(db, postingId);
  if (accountId !== undefined && holderPostingId === postingId) {
    const { balanceCents } = await balanceOf(db, accountId);
    return { kind: 'on-account', payment, reference, accountId, balanceCents };
  }
  return { kind: 'in-suspense', payment, reference, why: suspenseReason ?? 'unknown-account' };
}

/** What a person reads out of a posting. */
async function referenceOf(db: Database, id: string): Promise<string> {
  return (await findPosting(db, { id }))?.reference ?? '';
}
