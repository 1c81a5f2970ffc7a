import type { Database } from '#db/connect.ts';
import { changePlan, endPlan, fundingPlan, plansOfMobile, type FundingPlan } from '#db/funding.ts';
import { beginCharge, findCharge, type FundingCharge } from '#db/funding-charges.ts';
import { balanceOf } from '#db/ledger.ts';
import {
  findAlert,
  hasAgreed,
  newestAlert,
  settleAlert,
  takeAlert,
  TEXT_PAY,
  type TextPayAlert,
} from '#db/low-balance.ts';
import { addToOutbox } from '#db/outbox.ts';
import { makeCharge, type Charged, type Settled } from './charge.ts';
import { endingOf, type FundingNews } from './notices.ts';
import type { FundingDeps } from './ports.ts';

/** A text that came in, read: opt-out words first, then HELP, then the pay keyword; anything else is unknown. */
export interface InboundText {
  /** The carrier's id of the message. */
  readonly id: string;
  /** E.164. */
  readonly from: string;
  readonly kind: 'stop' | 'help' | 'pay' | 'unknown';
  readonly at: Date;
}

export type Answer =
  | { readonly kind: 'paying'; readonly alertId: string; readonly accountId: string; readonly cents: number }
  | { readonly kind: 'stopped'; readonly accountIds: readonly string[] }
  | {
      readonly kind:
        | 'nothing-to-stop'
        | 'nothing-to-pay'
        | 'question-expired'
        | 'already-paid'
        | 'card-missing'
        | 'not-understood'
        | 'help';
    };

/**
 * Does what a text asks, and answers it with one text. Only PAY pays, and only the last question sent to this mobile, once, while it is
 * open. The same text again (same id) does and says nothing new. Throws DatabaseUnavailable; may be tried again.
 */
export async function answerText(db: Database, deps: FundingDeps, text: InboundText): Promise<Answer> {
  return db.transaction().execute(async (trx): Promise<Answer> => {
    if (text.kind === 'stop') return stop(trx, deps, text);
    if (text.kind === 'pay') return pay(trx, deps, text);
    const kind = text.kind === 'help' ? 'help' : 'not-understood';
    await answer(trx, deps, text, (await plansOfMobile(trx, text.from))[0], { kind });
    return { kind };
  });
}

type Known = Pick<FundingPlan, 'accountId' | 'language'> | undefined;

async function answer(
  trx: Database,
  { notify }: FundingDeps,
  text: Pick<InboundText, 'id' | 'from'>,
  plan: Known,
  news: FundingNews,
): Promise<void> {
  const account = plan && { accountId: plan.accountId, accountEnding: endingOf(plan.accountId) };
  const to = { mobile: text.from };
  await notify(trx, { key: `text:${text.id}`, ...account, language: plan?.language ?? 'en', to, news });
}

async function pay(trx: Database, deps: FundingDeps, text: InboundText): Promise<Answer> {
  const { from, at } = text;
  const newest = await newestAlert(trx, from);
  if (newest) await balanceOf(trx, newest.accountId, { lock: true });
  const alert = newest && (await findAlert(trx, newest.id));
  const plan = alert && (await fundingPlan(trx, alert.accountId));
  const say = async (
    kind: 'nothing-to-pay' | 'question-expired' | 'already-paid' | 'card-missing',
  ): Promise<Answer> => {
    await answer(trx, deps, text, plan, { kind });
    return { kind };
  };
  if (await hasAgreed(trx, text.id)) return { kind: 'already-paid' };
  // The question was put to a plan that is no more, or moved to another mobile.
  if (!alert || plan?.mobile !== from || plan.mode === 'autopay') return say('nothing-to-pay');
  if (alert.state === 'declined') return say('nothing-to-pay');
  if (alert.state !== 'open') return say('already-paid');
  if (alert.expiresAt <= at) return say('question-expired');
  const card = await deps.cardOf(trx, alert.accountId, at);
  if (card.kind !== 'card') return say('card-missing');

  const { accountId, cents, id: alertId } = alert;
  const order = { accountId, cause: { textPayAlertId: alertId }, cents, card: card.card, at };
  if (!(await beginCharge(trx, order)) || !(await takeAlert(trx, alertId, text.id))) return say('already-paid');
  await addToOutbox(trx, TEXT_PAY, { alertId });
  await answer(trx, deps, text, plan, { kind: 'textpay-paying', cents });
  return { kind: 'paying', alertId, accountId, cents };
}

/** Opt-out: TextPay ends, AutoPay goes on without texts; every account of this mobile, one confirming text. */
async function stop(trx: Database, deps: FundingDeps, text: InboundText): Promise<Answer> {
  const { from, at } = text;
  const by = { kind: 'text', id: text.id } as const;
  const stopped: FundingPlan[] = [];
  for (const { accountId } of await plansOfMobile(trx, from)) {
    await balanceOf(trx, accountId, { lock: true });
    const plan = await fundingPlan(trx, accountId);
    if (plan?.mobile !== from) continue;
    const notices = plan.email === undefined ? 'none' : 'e-mail';
    if (plan.mode === 'textpay') await endPlan(trx, plan, by, at);
    else {
      const terms = { ...plan, mode: 'autopay', mobile: undefined, notices } as const;
      await changePlan(trx, plan, terms, { by, at, resumes: false });
    }
    stopped.push(plan);
  }
  if (stopped.length === 0) return { kind: 'nothing-to-stop' };
  await answer(trx, deps, text, stopped[0], { kind: 'texts-stopped' });
  return { kind: 'stopped', accountIds: stopped.map(({ accountId }) => accountId) };
}

/** Charges what a text agreed to. May be done again at any time, and charges and tells once. 'served-before': nothing was left to do. */
export async function serveTextPay(
  db: Database,
  deps: FundingDeps,
  alertId: string,
): Promise<Charged | { readonly kind: 'served-before' }> {
  deps.onStep?.('look', alertId);
  const alert = await findAlert(db, alertId);
  const charge = await findCharge(db, { textPayAlertId: alertId });
  if (!alert || charge?.state !== 'charging') return { kind: 'served-before' };
  return makeCharge(db, deps, charge, (trx, outcome) => settle(trx, deps, alert, charge, outcome));
}

async function settle(
  trx: Database,
  deps: FundingDeps,
  alert: TextPayAlert,
  charge: FundingCharge,
  outcome: Settled,
): Promise<void> {
  const { id, accountId, mobile, cents } = alert;
  const plan = await fundingPlan(trx, accountId);
  const text = { id: `alert:${id}:settled`, from: mobile };
  if (outcome.kind === 'declined') {
    await settleAlert(trx, id, { state: 'declined' });
    return answer(trx, deps, text, plan, { kind: 'textpay-declined', cents, reason: outcome.reason });
  }
  const { depositId, reference, balanceCents } = outcome;
  await settleAlert(trx, id, { state: 'paid', paidDepositId: depositId });
  if (outcome.afterClosing) return;
  const news = { cents, reference, balanceCents, cardLastFour: charge.card.lastFour };
  await answer(trx, deps, text, plan, { kind: 'textpay-paid', ...news });
}
