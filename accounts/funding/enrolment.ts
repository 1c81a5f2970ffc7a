import type { Database } from '#db/connect.ts';
import {
  beginPlan,
  changePlan,
  endPlan,
  fundingPlan,
  fundingVersion,
  isOpenAccount,
  type FundingActor,
  type FundingPlan,
} from '#db/funding.ts';
import { balanceOf, LedgerRefusal } from '#db/ledger.ts';
import { reachLowBalance } from '#db/low-balance.ts';
import { confirm } from './notices.ts';
import type { FundingDeps } from './ports.ts';
import { termsOf, type FundingChoice, type TermsRefusal } from './terms.ts';

export type EnrolmentRefusal =
  | TermsRefusal
  | 'unknown-account'
  | 'account-closed'
  | 'no-card'
  | 'card-expired'
  | 'already-enrolled'
  | 'not-enrolled'
  /** Somebody else changed it since it was seen. */
  | 'changed-meanwhile';

type Refused = { readonly kind: 'refused'; readonly reason: EnrolmentRefusal };

/** What is shown on the screen. `lowBalanceId`: the balance is low already, so the card is charged, or the text sent, now. */
export type Enrolment =
  | {
      readonly kind: 'joined' | 'changed';
      readonly plan: FundingPlan;
      readonly feeCents: 0;
      readonly lowBalanceId?: string;
    }
  | { readonly kind: 'left'; readonly plan: FundingPlan }
  | Refused;

type Deps = Pick<FundingDeps, 'now' | 'cardOf' | 'notify'>;

export interface FundingRequest {
  readonly accountId: string;
  readonly by: FundingActor;
  /** Names this request: the notice that confirms it is sent once. */
  readonly key: string;
  /** Those of what was seen (fundingVersion()): another one is there, nothing is done. Absent: whatever is there. */
  readonly seen?: readonly string[];
}

const refused = (reason: EnrolmentRefusal): Refused => ({ kind: 'refused', reason });

/** One after the other for each account, and none while money moves on it. */
async function inTurn(
  db: Database,
  { accountId, seen }: Pick<FundingRequest, 'accountId' | 'seen'>,
  options: { readonly needsOpen: boolean },
  work: (trx: Database, balanceCents: number) => Promise<Enrolment>,
): Promise<Enrolment> {
  return db
    .transaction()
    .execute(async (trx) => {
      const closed = options.needsOpen && !(await isOpenAccount(trx, accountId));
      const { balanceCents } = await balanceOf(trx, accountId, { lock: true });
      if (closed) return refused('account-closed');
      if (seen && !seen.includes(await fundingVersion(trx, accountId))) return refused('changed-meanwhile');
      return work(trx, balanceCents);
    })
    .catch((error: unknown) => {
      if (error instanceof LedgerRefusal && error.code === 'unknown-account') return refused('unknown-account');
      throw error;
    });
}

async function cardRefusal(trx: Database, { cardOf }: Deps, accountId: string, at: Date): Promise<Refused | undefined> {
  const card = await cardOf(trx, accountId, at);
  if (card.kind === 'none') return refused('no-card');
  return card.kind === 'expired' ? refused('card-expired') : undefined;
}

/** Joins AutoPay, TextPay or both; confirmed by notice. A balance that is low already is served now. Throws DatabaseUnavailable. */
export async function joinFunding(
  db: Database,
  deps: Deps,
  request: FundingRequest & { readonly choice: FundingChoice },
): Promise<Enrolment> {
  const { accountId, by, choice, key } = request;
  const at = deps.now();
  const chosen = termsOf(choice, at);
  if (chosen.kind === 'refused') return chosen;
  return inTurn(db, request, { needsOpen: true }, async (trx, balanceCents) => {
    if (await fundingPlan(trx, accountId)) return refused('already-enrolled');
    const refusal = await cardRefusal(trx, deps, accountId, at);
    if (refusal) return refusal;
    await beginPlan(trx, accountId, chosen.terms, by, at);
    return shown(trx, deps, { accountId, key, kind: 'joined', balanceCents, at });
  });
}

/**
 * Changes amount, mode or where notices go; confirmed by notice. AutoPay that was suspended goes on, and serves a low balance now; any
 * other change charges nothing by itself.
 */
export async function changeFunding(
  db: Database,
  deps: Deps,
  request: FundingRequest & { readonly choice: FundingChoice },
): Promise<Enrolment> {
  const { accountId, by, choice, key } = request;
  const at = deps.now();
  const chosen = termsOf(choice, at);
  if (chosen.kind === 'refused') return chosen;
  return inTurn(db, request, { needsOpen: true }, async (trx, balanceCents) => {
    const plan = await fundingPlan(trx, accountId);
    if (!plan) return refused('not-enrolled');
    const refusal = await cardRefusal(trx, deps, accountId, at);
    if (refusal) return refusal;
    await changePlan(trx, plan, chosen.terms, { by, at, resumes: true });
    const now = plan.suspendedAt ? balanceCents : undefined;
    return shown(trx, deps, { accountId, key, kind: 'changed', balanceCents: now, at });
  });
}

async function shown(
  trx: Database,
  deps: Deps,
  change: {
    readonly accountId: string;
    readonly key: string;
    readonly kind: 'joined' | 'changed';
    /** Undefined: what is low already is not served. */
    readonly balanceCents: number | undefined;
    readonly at: Date;
  },
): Promise<Enrolment> {
  const { accountId, key, kind, balanceCents, at } = change;
  const lowBalanceId = balanceCents === undefined ? undefined : await reachLowBalance(trx, accountId, balanceCents, at);
  const plan = await fundingPlan(trx, accountId);
  if (!plan) throw new Error('The plan is not there.');
  const { mode, amountCents } = plan;
  await confirm(trx, deps, plan, { key: `funding:${key}`, news: { kind, mode, amountCents } });
  return { kind, plan, feeCents: 0, ...(lowBalanceId !== undefined && { lowBalanceId }) };
}

/** Opts out; confirmed by notice. What waited to be charged or answered is dropped; a charge that is under way is not called back. */
export async function leaveFunding(db: Database, deps: Deps, request: FundingRequest): Promise<Enrolment> {
  const { accountId, by, key } = request;
  return inTurn(db, request, { needsOpen: false }, async (trx) => {
    const plan = await fundingPlan(trx, accountId);
    if (!plan) return refused('not-enrolled');
    await endPlan(trx, plan, by, deps.now());
    await confirm(trx, deps, plan, { key: `funding:${key}`, news: { kind: 'left', mode: plan.mode } });
    return { kind: 'left', plan };
  });
}
