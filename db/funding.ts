import { sql, type Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { Language } from './people.ts';
import type { FundingChangeTable, FundingMode, FundingPlanTable, NoticeChannels } from './schema/funding.ts';

export type { FundingMode, NoticeChannels };

/** Who changes a plan: the holder by one of these ways, an agent, or the house's own rules. */
export interface FundingActor {
  readonly kind: FundingChangeTable['byKind'];
  /** The web user, the agent, the call. */
  readonly id?: string;
}

/** What a holder chooses. */
export interface FundingTerms {
  readonly mode: FundingMode;
  /** Whole dollars, 500 to 10000. */
  readonly amountCents: number;
  /** E.164, US. */
  readonly mobile?: string | undefined;
  readonly email?: string | undefined;
  readonly notices: NoticeChannels;
  readonly language: Language;
  readonly agreement: { readonly version: string; readonly at: Date };
}

/** A plan that has not ended. */
export interface FundingPlan extends FundingTerms {
  readonly accountId: string;
  readonly thresholdCents: number;
  /** Whether the next fall to the threshold is still to come. */
  readonly armed: boolean;
  readonly declines: number;
  /** Since when AutoPay charges nothing, because the card was declined too often. */
  readonly suspendedAt?: Date;
  readonly enrolledAt: Date;
}

const toPlan = (row: Selectable<FundingPlanTable>): FundingPlan => ({
  accountId: row.accountId,
  mode: row.mode,
  amountCents: row.amountCents,
  thresholdCents: row.thresholdCents,
  ...(row.mobile !== null && { mobile: row.mobile }),
  ...(row.email !== null && { email: row.email }),
  notices: row.notices,
  language: row.language,
  agreement: { version: row.agreementVersion, at: row.agreedAt },
  armed: row.armed,
  declines: row.declines,
  ...(row.suspendedAt && { suspendedAt: row.suspendedAt }),
  enrolledAt: row.enrolledAt,
});

const toColumns = (terms: FundingTerms) => ({
  mode: terms.mode,
  amountCents: terms.amountCents,
  mobile: terms.mobile ?? null,
  email: terms.email ?? null,
  notices: terms.notices,
  language: terms.language,
  agreementVersion: terms.agreement.version,
  agreedAt: terms.agreement.at,
});

/** `trx` is a transaction: the account does not close until it ends. */
export async function isOpenAccount(trx: Database, accountId: string): Promise<boolean> {
  const query = trx.selectFrom('account').select('id').where('id', '=', accountId).where('status', '=', 'open');
  return (await query.forShare().executeTakeFirst()) !== undefined;
}

/** Undefined: does not take part (any more). */
export async function fundingPlan(db: Database, accountId: string): Promise<FundingPlan | undefined> {
  const query = db.selectFrom('fundingPlan').selectAll().where('accountId', '=', accountId);
  const row = await query.where('endedAt', 'is', null).executeTakeFirst();
  return row && toPlan(row);
}

/** The plan an account has or, if it ended, had: whom to tell of what was still under way then. */
export async function latestPlan(db: Database, accountId: string): Promise<FundingPlan | undefined> {
  const query = db.selectFrom('fundingPlan').selectAll().where('accountId', '=', accountId);
  const row = await query.executeTakeFirst();
  return row && toPlan(row);
}

/** Plans that send texts to this mobile, or would. */
export async function plansOfMobile(db: Database, mobile: string): Promise<FundingPlan[]> {
  const query = db.selectFrom('fundingPlan').selectAll().where('mobile', '=', mobile);
  return (await query.where('endedAt', 'is', null).orderBy('accountId').execute()).map(toPlan);
}

async function note(
  trx: Database,
  plan: FundingTerms & { readonly accountId: string },
  kind: FundingChangeTable['kind'],
  by: FundingActor,
  at: Date,
): Promise<void> {
  const { mode, amountCents, mobile, email, notices, agreementVersion } = toColumns(plan);
  const who = { byKind: by.kind, byId: by.id ?? null, at };
  const what = { accountId: plan.accountId, kind, mode, amountCents, mobile, email, notices, agreementVersion };
  await trx
    .insertInto('fundingChange')
    .values({ ...what, ...who })
    .execute();
}

/** Begins a plan, armed. The caller holds the holder's row (`balanceOf` with lock) and knows that none is live. */
export async function beginPlan(
  trx: Database,
  accountId: string,
  terms: FundingTerms,
  by: FundingActor,
  at: Date,
): Promise<void> {
  const fresh = { armed: true, declines: 0, suspendedAt: null, enrolledAt: at, endedAt: null };
  const row = { ...toColumns(terms), ...fresh };
  await trx
    .insertInto('fundingPlan')
    .values({ accountId, ...row })
    .onConflict((conflict) => conflict.column('accountId').doUpdateSet(row))
    .execute();
  await note(trx, { accountId, ...terms }, 'enrolled', by, at);
}

/** Changes a live plan. `resumes`: AutoPay that was suspended goes on, armed. The caller holds the holder's row. */
export async function changePlan(
  trx: Database,
  plan: FundingPlan,
  terms: FundingTerms,
  change: { readonly by: FundingActor; readonly at: Date; readonly resumes: boolean },
): Promise<void> {
  const { by, at, resumes } = change;
  const goesOn = resumes && plan.suspendedAt && { suspendedAt: null, declines: 0, armed: true };
  const update = trx.updateTable('fundingPlan').where('accountId', '=', plan.accountId).where('endedAt', 'is', null);
  await update.set({ ...toColumns(terms), ...goesOn }).execute();
  await note(trx, { ...terms, accountId: plan.accountId }, goesOn ? 'resumed' : 'changed', by, at);
}

/** Ends a live plan; what waited to be charged or asked because of it is dropped. The caller holds the holder's row. */
export async function endPlan(trx: Database, plan: FundingPlan, by: FundingActor, at: Date): Promise<void> {
  const update = trx.updateTable('fundingPlan').where('accountId', '=', plan.accountId).where('endedAt', 'is', null);
  await update.set({ endedAt: at }).execute();
  await trx
    .updateTable('lowBalance')
    .set({ state: 'dropped', reason: 'plan-ended', settledAt: at })
    .where('accountId', '=', plan.accountId)
    .where('state', '=', 'waiting')
    .execute();
  await note(trx, plan, 'ended', by, at);
}

/** A payment came: the next fall is a new one, unless one is being served already. */
export async function noteCaptured(trx: Database, accountId: string): Promise<void> {
  const unserved = sql<boolean>`not exists (
    select from low_balance where low_balance.account_id = ${accountId} and low_balance.settled_at is null)`;
  const update = trx.updateTable('fundingPlan').where('accountId', '=', accountId).where('endedAt', 'is', null);
  await update.set({ declines: 0, armed: sql<boolean>`armed or ${unserved}` }).execute();
}

/** A card was declined; at `limit` in a row AutoPay is suspended. Tells whether that happened now. */
export async function noteDeclined(trx: Database, plan: FundingPlan, limit: number, at: Date): Promise<boolean> {
  const declines = plan.declines + 1;
  const suspends = declines >= limit && !plan.suspendedAt;
  const update = trx.updateTable('fundingPlan').where('accountId', '=', plan.accountId).where('endedAt', 'is', null);
  await update.set({ declines, ...(suspends && { suspendedAt: at }) }).execute();
  if (suspends) await note(trx, plan, 'suspended', { kind: 'house' }, at);
  return suspends;
}

/** Changes with everything that happens to an account's plans; '0': nothing has. */
export async function fundingVersion(db: Database, accountId: string): Promise<string> {
  const query = db.selectFrom('fundingChange').select((eb) => eb.fn.max('id').as('version'));
  return (await query.where('accountId', '=', accountId).executeTakeFirst())?.version ?? '0';
}

export type FundingChange = Selectable<FundingChangeTable>;

/** Everything that happened to an account's plans, the newest first. */
export async function fundingHistory(db: Database, accountId: string, limit = 100): Promise<FundingChange[]> {
  const query = db.selectFrom('fundingChange').selectAll().where('accountId', '=', accountId);
  return query.orderBy('id', 'desc').limit(limit).execute();
}

/** Texts to a mobile in a month that are no answers: "up to 5 messages per month" (guide row 45). */
export const TEXTS_A_MONTH = 5;

/** Counts one more text of this month to a mobile. False: that would be one too many, and is not counted. */
export async function countText(trx: Database, mobile: string, at: Date): Promise<boolean> {
  const { rows } = await sql`
    insert into funding_text_month as counted (mobile, month, sent)
    values (${mobile}, date_trunc('month', ${at}::timestamptz at time zone 'America/Los_Angeles')::date, 1)
    on conflict (mobile, month) do update set sent = counted.sent + 1 where counted.sent < ${TEXTS_A_MONTH}
    returning sent`.execute(trx);
  return rows.length === 1;
}
