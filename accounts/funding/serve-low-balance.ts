import type { Database } from '#db/connect.ts';
import { fundingPlan, latestPlan, noteDeclined, type FundingPlan } from '#db/funding.ts';
import { beginCharge, findCharge, isCharging, type FundingCharge } from '#db/funding-charges.ts';
import { balanceOf } from '#db/ledger.ts';
import { addAlert, beginServing, findLowBalance, settleLowBalance, type LowBalance } from '#db/low-balance.ts';
import { makeCharge, type Charged, type Settled } from './charge.ts';
import { askByText, mail, tell } from './notices.ts';
import type { FundingDeps } from './ports.ts';

/** After so many declines in a row AutoPay is suspended (decision 0010). */
export const DECLINES_IN_A_ROW = 3;
/** How long a question can be answered (decision 0010). */
export const ALERT_HOURS = 72;

export type Dropped = 'plan-ended' | 'not-low' | 'suspended' | 'text-limit';

export type Served =
  | Charged
  /** The text that asks is written down to be sent. */
  | { readonly kind: 'asked' }
  | { readonly kind: 'dropped'; readonly reason: Dropped }
  | { readonly kind: 'served-before' }
  /** Another charge of this account is under way. To be done again. */
  | { readonly kind: 'wait' };

/**
 * Serves a fall to the threshold: AutoPay charges the saved card, TextPay asks by text; with both, TextPay asks when AutoPay was declined.
 * May be done again at any time, by any number of processes at once, and charges and tells once. Throws what `deps` throw, and
 * DatabaseUnavailable; to be done again then.
 */
export async function serveLowBalance(db: Database, deps: FundingDeps, lowBalanceId: string): Promise<Served> {
  deps.onStep?.('look', lowBalanceId);
  const next = await db.transaction().execute((trx) => begin(trx, deps, lowBalanceId));
  if (next.kind !== 'charge') return next;
  const { charge, low } = next;
  return makeCharge(db, deps, charge, (trx, outcome, at) => settle(trx, deps, { charge, low, outcome, at }));
}

type Begun = Served | { readonly kind: 'charge'; readonly charge: FundingCharge; readonly low: LowBalance };

async function begin(trx: Database, deps: FundingDeps, id: string): Promise<Begun> {
  const accountId = (await findLowBalance(trx, id))?.accountId;
  if (accountId === undefined) return { kind: 'served-before' };
  const { balanceCents } = await balanceOf(trx, accountId, { lock: true });
  const low = await findLowBalance(trx, id);
  if (low?.state === 'charging') {
    const charge = await findCharge(trx, { lowBalanceId: id });
    if (charge) return { kind: 'charge', charge, low };
  }
  if (low?.state !== 'waiting') return { kind: 'served-before' };

  const at = deps.now();
  const drop = async (reason: Dropped) => {
    await settleLowBalance(trx, id, { state: 'dropped', reason }, at);
    return { kind: 'dropped', reason } as const;
  };
  const plan = await fundingPlan(trx, accountId);
  if (!plan) return drop('plan-ended');
  if (balanceCents > plan.thresholdCents) return drop('not-low');
  if (await isCharging(trx, accountId)) return { kind: 'wait' };
  if (plan.mode === 'autopay' && plan.suspendedAt) return drop('suspended');
  if (plan.mode === 'textpay' || plan.suspendedAt) return ask(trx, deps, { plan, low, balanceCents, at });

  const card = await deps.cardOf(trx, accountId, at);
  if (card.kind !== 'card') {
    const reason = card.kind === 'none' ? 'no-card' : 'card-expired';
    await declined(trx, deps, { plan, low, balanceCents, cents: plan.amountCents, reason, at });
    return { kind: 'declined', reason };
  }
  const order = { accountId, cause: { lowBalanceId: id }, cents: plan.amountCents, card: card.card, at };
  const charge = await beginCharge(trx, order);
  if (!charge) return { kind: 'wait' };
  await beginServing(trx, id);
  return { kind: 'charge', charge, low };
}

async function settle(
  trx: Database,
  deps: FundingDeps,
  end: { readonly charge: FundingCharge; readonly low: LowBalance; readonly outcome: Settled; readonly at: Date },
): Promise<void> {
  const { charge, low, outcome, at } = end;
  const { cents, accountId, card } = charge;
  if (outcome.kind === 'declined') {
    const { reason } = outcome;
    const plan = await fundingPlan(trx, accountId);
    if (!plan) return settleLowBalance(trx, low.id, { state: 'declined', reason }, at);
    const { balanceCents } = await balanceOf(trx, accountId);
    return declined(trx, deps, { plan, low, balanceCents, cents, reason, at });
  }
  await settleLowBalance(trx, low.id, { state: 'charged' }, at);
  if (outcome.afterClosing) return;
  // Whoever left while the charge was under way hears of it all the same.
  const plan = await latestPlan(trx, accountId);
  const { reference, balanceCents } = outcome;
  const news = { kind: 'autopay-paid', cents, reference, balanceCents, cardLastFour: card.lastFour } as const;
  if (plan) await tell(trx, deps, plan, { key: `low-balance:${low.id}:paid`, news }, at);
}

interface Fall {
  readonly plan: FundingPlan;
  readonly low: LowBalance;
  readonly balanceCents: number;
  readonly at: Date;
}

async function declined(
  trx: Database,
  deps: FundingDeps,
  fall: Fall & { readonly cents: number; readonly reason: string },
): Promise<void> {
  const { plan, low, cents, reason, at } = fall;
  const suspended = await noteDeclined(trx, plan, DECLINES_IN_A_ROW, at);
  const news = { kind: 'autopay-declined', cents, reason, suspended } as const;
  await tell(trx, deps, plan, { key: `low-balance:${low.id}:declined`, news }, at);
  if (plan.mode === 'both') await ask(trx, deps, fall);
  else await settleLowBalance(trx, low.id, { state: 'declined', reason }, at);
}

async function ask(trx: Database, deps: FundingDeps, { plan, low, balanceCents, at }: Fall): Promise<Served> {
  const { mobile, accountId, amountCents: cents } = plan;
  const expiresAt = new Date(at.getTime() + ALERT_HOURS * 3_600_000);
  const news = { kind: 'textpay-asked', cents, balanceCents, expiresAt } as const;
  const question = { key: `low-balance:${low.id}:asked`, news };
  if (mobile === undefined || !(await askByText(trx, deps, { ...plan, mobile }, question, at))) {
    const instead = { key: `low-balance:${low.id}:not-asked`, news: { kind: 'balance-low', balanceCents } } as const;
    await mail(trx, deps, plan, instead);
    await settleLowBalance(trx, low.id, { state: 'dropped', reason: 'text-limit' }, at);
    return { kind: 'dropped', reason: 'text-limit' };
  }
  await addAlert(trx, { lowBalanceId: low.id, accountId, mobile, cents, sentAt: at, expiresAt });
  await settleLowBalance(trx, low.id, { state: 'asked' }, at);
  return { kind: 'asked' };
}
