import { accountStatus } from '#db/closing.ts';
import type { Database } from '#db/connect.ts';
import { autoPayWouldCharge } from './autopay.ts';
import { balanceOf, findPosting, post } from '#db/ledger.ts';
import { refundSources } from '#db/refund-sources.ts';
import { giveBack, givenBackBy, type GivenBack } from './give-back.ts';
import type { HolderDeps } from './ports.ts';
import { split } from './split.ts';

export interface AgentRefund {
  /** Idempotency key: the same order again gives what is there. */
  readonly key: string;
  readonly accountId: string;
  readonly cents: number;
  readonly agentId: string;
  /** Most purchases are not refundable (guide row 52): why this one is. */
  readonly reason: string;
}

export type AgentRefundResult =
  | { readonly kind: 'given-back'; readonly reference: string; readonly givenBack: GivenBack }
  | {
      readonly kind: 'refused';
      readonly code:
        | 'not-an-amount'
        | 'reason-missing'
        | 'unknown-account'
        | 'account-closed'
        | 'insufficient-funds'
        | 'autopay-on'
        | 'key-reused';
    };

const refused = (code: Extract<AgentRefundResult, { kind: 'refused' }>['code']): AgentRefundResult => ({
  kind: 'refused',
  code,
});

/**
 * A part of an open account's money back to the source last used (row 50), as an agent decides. On disk when this returns. Throws
 * DatabaseUnavailable; may be tried again with the same key.
 */
export async function refundByAgent(db: Database, deps: HolderDeps, order: AgentRefund): Promise<AgentRefundResult> {
  const { accountId, cents, agentId, reason } = order;
  if (!Number.isSafeInteger(cents) || cents <= 0) return refused('not-an-amount');
  if (reason.trim() === '' || agentId === '') return refused('reason-missing');
  const key = `agent-refund ${order.key}`;
  const content = { accountId, cents, agentId, reason };
  return db.transaction().execute(async (trx) => {
    const status = await accountStatus(trx, accountId, { lock: true });
    if (!status) return refused('unknown-account');
    const before = await findPosting(trx, { key });
    if (before) {
      const same = Object.entries(content).every(([name, value]) => before.memo[name] === value);
      if (!same) return refused('key-reused');
      return { kind: 'given-back', reference: before.reference, givenBack: await givenBackBy(trx, before.id) };
    }
    if (status === 'closed') return refused('account-closed');
    const { availableCents } = await balanceOf(trx, accountId, { lock: true });
    if (availableCents < cents) return refused('insufficient-funds');
    // What is left would make AutoPay charge the card anew for what it is just given back: it has to end first.
    if (await autoPayWouldCharge(trx, accountId, availableCents - cents)) return refused('autopay-on');
    const shares = split(cents, await refundSources(trx, accountId));
    const entries = [
      { ledger: { holder: accountId }, cents: -cents },
      { ledger: 'refunds-payable', cents },
    ] as const;
    const posting = await post(trx, { key, kind: 'refund', at: deps.now(), entries, memo: content });
    const given = { accountId, cause: 'agent', postingId: posting.id, split: shares, byId: agentId } as const;
    return { kind: 'given-back', reference: posting.reference, givenBack: await giveBack(trx, deps, given) };
  });
}
