import { sql } from 'kysely';
import type { Database } from './connect.ts';

/** As PostgreSQL takes lists that may be empty. */
const oneOf = (what: 'account_id' | 'recipient' | 'lower(email)', values: readonly string[]) =>
  values.length === 0 ? sql`false` : sql`${sql.raw(what)} in (${sql.join(values)})`;

/** Nobody signs in, nothing is written down for this identity until the transaction ends. False: there is none any more. */
export async function holdIdentity(trx: Database, id: string): Promise<boolean> {
  const query = trx.selectFrom('identity').select('id').where('id', '=', id).forUpdate();
  return (await query.executeTakeFirst()) !== undefined;
}

/** Whether money is on its way to or from one of these accounts, or lies with the house for their holder. */
export async function moneyOnItsWay(db: Database, accountIds: readonly string[]): Promise<boolean> {
  const among = oneOf('account_id', accountIds);
  const { rows } = await sql<{ some: boolean }>`
    select exists (select from card_refund where ${among} and state in ('due', 'asking', 'in-question'))
      or exists (select from cheque where ${among} and state <> 'cashed')
      or exists (select from deposit where ${among} and state = 'intended')
      or exists (select from funding_charge where ${among} and state = 'charging')
      or exists (select from unclaimed_fund where ${among} and claimed_at is null) as some`.execute(db);
  return rows[0]?.some ?? false;
}

/** Of closed accounts, what was for their holder alone: the passcode, saved cards, where AutoPay's news went. */
export async function forgetHolder(trx: Database, accountIds: readonly string[], at: Date): Promise<void> {
  if (accountIds.length === 0) return;
  await trx.deleteFrom('passcodeLock').where('accountId', 'in', accountIds).execute();
  await trx.deleteFrom('passcode').where('accountId', 'in', accountIds).execute();
  const cards = trx.updateTable('savedCard').set({ removedAt: at }).where('accountId', 'in', accountIds);
  await cards.where('removedAt', 'is', null).execute();
  await trx.deleteFrom('fundingPlan').where('accountId', 'in', accountIds).execute();
  const confirmed = trx.updateTable('fundingChange').set({ mobile: null, email: null });
  await confirmed.where('accountId', 'in', accountIds).execute();
}

export interface Removal {
  readonly identityId: string;
  readonly emailKey: string;
  readonly accountIds: readonly string[];
  /** Addresses and numbers at which they were told things. */
  readonly contacts: readonly string[];
  readonly at: Date;
}

/**
 * Deletes an identity: with it go questions and answers, sessions and tokens, proofs, consents and reviews; its pictures are nobody's, which the sweeper of
 * pictures removes. What stays is its number. The caller holds it.
 */
export async function removeIdentity(trx: Database, removal: Removal): Promise<void> {
  const { identityId, emailKey, accountIds, contacts, at } = removal;
  await trx
    .insertInto('identityRemoval')
    .values({
      identityId,
      accountIds: JSON.stringify(accountIds),
      removedAt: at,
      contacts: JSON.stringify([...new Set(contacts)]),
    })
    .execute();
  await trx.deleteFrom('signUp').where('emailKey', '=', emailKey).execute();
  await trx.deleteFrom('identityAccount').where('identityId', '=', identityId).execute();
  await trx.deleteFrom('identity').where('id', '=', identityId).execute();
}

/** Whose removal is not at its end, the oldest first. */
const unfinished = (db: Database, most: number) =>
  db
    .selectFrom('identityRemoval')
    .selectAll()
    .where('contacts', 'is not', null)
    .orderBy('removedAt')
    .limit(most)
    .execute();

/**
 * Forgets what somebody who was removed was told and what they asked, once it is sent and answered, and then where they were told it. Nothing that came after
 * the removal is theirs: the address may be somebody's again. May die anywhere and be done again. Returns how many rows.
 */
export async function forgetRemoved(db: Database): Promise<number> {
  let forgotten = 0;
  for (const { identityId, accountIds, contacts, removedAt } of await unfinished(db, 100)) {
    if (!contacts) continue;
    const theirs = sql`(${oneOf('account_id', accountIds)} or account_id is null and ${oneOf('recipient', contacts)}) and written_at <= ${removedAt}::timestamptz`;
    const asked = sql`${oneOf(
      'lower(email)',
      contacts.map((place) => place.toLowerCase()),
    )} and asked_at <= ${removedAt}::timestamptz`;
    const notices =
      await sql`delete from notice where ${theirs} and (state in ('sent', 'failed') or ended_at is not null)`.execute(
        db,
      );
    const questions = await sql`
      update question set name = '-', email = 'removed@invalid', body = '-', answer = case when answer is not null then '-' end,
        account_number = null, number = null
      where ${asked} and state in ('answered', 'closed')`.execute(db);
    forgotten += Number(notices.numAffectedRows ?? 0n) + Number(questions.numAffectedRows ?? 0n);
    await sql`
      update identity_removal set contacts = null where identity_id = ${identityId}
        and not exists (select from notice where ${theirs}) and not exists (select from question where ${asked})`.execute(
      db,
    );
  }
  return forgotten;
}
