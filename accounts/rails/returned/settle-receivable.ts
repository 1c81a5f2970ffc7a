import type { Database } from '#db/connect.ts';
import { accountStatus } from '#db/closing.ts';
import { balanceOf, post } from '#db/ledger.ts';
import { findReceivable, findReceivableEvent, settleReceivable, type Receivable } from '#db/receivables.ts';
import { autoPayWouldCharge } from '../../refunds/autopay.ts';
import { hashOf } from '../order-hash.ts';
import { refusingReuse } from '../reuse.ts';

/** What an agent does about what is owed. */
export interface ReceivableAct {
  /** Idempotency key. */
  readonly key: string;
  readonly receivableId: string;
  readonly agentId: string;
  readonly reason: string;
}

export type SettleResult =
  | { readonly kind: 'recovered' | 'waived'; readonly cents: number; readonly receivable: Receivable }
  | {
      readonly kind: 'refused';
      readonly code:
        | 'agent-missing'
        | 'reason-missing'
        | 'unknown-receivable'
        | 'nothing-owed'
        /** There is nothing on the account that may be spent. */
        | 'nothing-there'
        /** AutoPay or TextPay would fill the account anew for it: it has to end first. */
        | 'autopay-on'
        | 'key-reused';
    };

const refused = (code: Extract<SettleResult, { kind: 'refused' }>['code']): SettleResult => ({ kind: 'refused', code });

/**
 * Takes what is owed from the account it is owed by, as much as may be spent there; with the holder's word only, which is the reason. On disk
 * when this returns. Throws DatabaseUnavailable; may be given again with the same key.
 */
export async function recover(
  db: Database,
  deps: { readonly now: () => Date },
  act: ReceivableAct,
): Promise<SettleResult> {
  return settling(db, deps, 'recovered', act);
}

/** Gives up what is owed: it was written off when it came to be. */
export async function waive(
  db: Database,
  deps: { readonly now: () => Date },
  act: ReceivableAct,
): Promise<SettleResult> {
  return settling(db, deps, 'waived', act);
}

async function settling(
  db: Database,
  { now }: { readonly now: () => Date },
  kind: 'recovered' | 'waived',
  act: ReceivableAct,
): Promise<SettleResult> {
  const { receivableId, agentId, reason } = act;
  if (agentId === '') return refused('agent-missing');
  if (reason.trim() === '') return refused('reason-missing');
  const key = `receivable ${act.key}`;
  const requestHash = hashOf(kind, receivableId, agentId, reason);
  return refusingReuse(
    db.transaction().execute(async (trx): Promise<SettleResult> => {
      const accountId = (await findReceivable(trx, { id: receivableId }))?.accountId;
      const spendable = kind === 'waived' || accountId === undefined ? 0 : await spendableOf(trx, accountId);
      const owed = await findReceivable(trx, { id: receivableId }, { lock: true });
      if (!owed) return refused('unknown-receivable');
      const before = await findReceivableEvent(trx, key);
      if (before)
        return before.requestHash === requestHash
          ? { kind: before.kind, cents: before.cents, receivable: owed }
          : refused('key-reused');
      const openCents = owed.cents - owed.settledCents;
      if (openCents === 0) return refused('nothing-owed');
      const cents = kind === 'waived' ? openCents : Math.min(openCents, spendable);
      if (cents === 0) return refused('nothing-there');
      const event = { receivableId, key, requestHash, kind, cents, byId: agentId, reason, at: now() };
      if (kind === 'waived' || accountId === undefined) await settleReceivable(trx, event);
      else {
        if (await autoPayWouldCharge(trx, accountId, spendable - cents)) return refused('autopay-on');
        await settleReceivable(trx, { ...event, postingId: await take(trx, accountId, event) });
      }
      return { kind, cents, receivable: { ...owed, settledCents: owed.settledCents + cents } };
    }),
  );
}

/** The account's row, then the holder's. */
async function spendableOf(trx: Database, accountId: string): Promise<number> {
  await accountStatus(trx, accountId, { lock: true });
  return (await balanceOf(trx, accountId, { lock: true })).availableCents;
}

async function take(
  trx: Database,
  holder: string,
  { key, cents, receivableId, at }: { key: string; cents: number; receivableId: string; at: Date },
): Promise<string> {
  const entries = [
    { ledger: { holder }, cents: -cents },
    { ledger: 'write-off', cents },
  ] as const;
  return (await post(trx, { key, kind: 'receivable-recovered', at, entries, memo: { receivableId } })).id;
}
