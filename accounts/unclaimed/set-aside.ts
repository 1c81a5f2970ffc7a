import { accountStatus } from '#db/closing.ts';
import type { Database } from '#db/connect.ts';
import { balanceOf, post } from '#db/ledger.ts';
import { refundTermsOn } from '#db/refund-terms.ts';
import {
  addUnclaimedFund,
  claimUnclaimedFund,
  dormantAccounts,
  findUnclaimedFund,
  lastUsedAt,
  type DormantAccount,
  type UnclaimedFund,
} from '#db/unclaimed.ts';
import { dayOf } from '../refunds/due-days.ts';
import { autoPayWouldCharge } from '../refunds/autopay.ts';
import { giveBack } from '../refunds/give-back.ts';
import type { HolderDeps } from '../refunds/ports.ts';
import { dormantBefore, isDormant } from './clock.ts';

const inactiveDays = async (db: Database, at: Date): Promise<number> =>
  (await refundTermsOn(db, dayOf(at))).terms.inactiveDays;

/** Accounts whose funds an agent may set aside. Looking at them moves nothing. */
export async function accountsToSetAside(
  db: Database,
  { now }: Pick<HolderDeps, 'now'>,
  page: { readonly after?: string; readonly limit?: number } = {},
): Promise<DormantAccount[]> {
  return dormantAccounts(db, dormantBefore(now(), await inactiveDays(db, now())), page);
}

/** Who sets funds aside or gives them back. */
export interface UnclaimedAct {
  readonly key: string;
  readonly accountId: string;
  readonly agentId: string;
  readonly reason: string;
}

export type SettingAside =
  | { readonly kind: 'set-aside'; readonly fund: UnclaimedFund }
  | {
      readonly kind: 'refused';
      readonly code:
        | 'reason-missing'
        | 'unknown-account'
        | 'in-use'
        | 'call-in-progress'
        | 'autopay-on'
        | 'nothing-there'
        | 'key-reused';
    };

/**
 * Puts the funds of an account that nobody used for the time of 47 CFR 64.6130 among the unclaimed ones: an agent's act alone, and undone by
 * claimBack() at any time. 'in-use': it was used since. Throws DatabaseUnavailable; may be tried again with the same key.
 */
export async function setAside(
  db: Database,
  { now }: Pick<HolderDeps, 'now'>,
  act: UnclaimedAct,
): Promise<SettingAside> {
  const { key, accountId, agentId, reason } = act;
  const refused = (code: Extract<SettingAside, { kind: 'refused' }>['code']) => ({ kind: 'refused', code }) as const;
  if (reason.trim() === '' || agentId === '') return refused('reason-missing');
  return db.transaction().execute(async (trx) => {
    if (!(await accountStatus(trx, accountId, { lock: true }))) return refused('unknown-account');
    const before = await findUnclaimedFund(trx, { key });
    if (before) return before.accountId === accountId ? { kind: 'set-aside', fund: before } : refused('key-reused');
    const { balanceCents, heldCents } = await balanceOf(trx, accountId, { lock: true });
    if (heldCents > 0) return refused('call-in-progress');
    if (balanceCents === 0) return refused('nothing-there');
    if (await autoPayWouldCharge(trx, accountId, 0)) return refused('autopay-on');
    const at = now();
    const lastActiveAt = await lastUsedAt(trx, accountId);
    if (!lastActiveAt || !isDormant(lastActiveAt, at, await inactiveDays(trx, at))) return refused('in-use');
    const entries = [
      { ledger: { holder: accountId }, cents: -balanceCents },
      { ledger: 'unclaimed', cents: balanceCents },
    ] as const;
    const posting = await post(trx, { key: `unclaimed ${key}`, kind: 'unclaimed', at, entries, memo: { accountId } });
    const fund = { accountId, idempotencyKey: key, cents: balanceCents, postingId: posting.id, lastActiveAt, at };
    return { kind: 'set-aside', fund: await addUnclaimedFund(trx, { ...fund, byId: agentId, reason }) };
  });
}

/**
 * Gives unclaimed funds back to who they belong to, whenever that is: onto the account, or by cheque when it is closed. Once; the same again finds
 * it done. Its posting counts as a use of the account.
 */
export async function claimBack(
  db: Database,
  deps: Pick<HolderDeps, 'now' | 'payeeOf'>,
  claim: { readonly fundId: string; readonly agentId: string },
): Promise<'on-account' | 'by-cheque' | 'claimed-before' | 'unknown-fund'> {
  const { fundId, agentId } = claim;
  return db.transaction().execute(async (trx) => {
    const found = await findUnclaimedFund(trx, { id: fundId });
    if (!found) return 'unknown-fund';
    const { accountId, cents } = found;
    const open = (await accountStatus(trx, accountId, { lock: true })) === 'open';
    if ((await findUnclaimedFund(trx, { id: fundId }, { lock: true }))?.claimedAt) return 'claimed-before';
    const at = deps.now();
    const entries = [
      { ledger: 'unclaimed', cents: -cents },
      { ledger: open ? { holder: accountId } : 'refunds-payable', cents },
    ] as const;
    const posting = await post(trx, { key: `claimed ${fundId}`, kind: 'claimed', at, entries, memo: { accountId } });
    await claimUnclaimedFund(trx, fundId, { claimedAt: at, claimedById: agentId, claimPostingId: posting.id });
    if (open) return 'on-account';
    const split = { cards: [], chequeCents: cents };
    await giveBack(trx, deps, { accountId, cause: 'claimed', postingId: posting.id, split, byId: agentId });
    return 'by-cheque';
  });
}
