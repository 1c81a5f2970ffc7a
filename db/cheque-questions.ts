import { sql } from 'kysely';
import { addEvent, cheques, toCheque, type Cheque, type Step } from './cheques.ts';
import type { Database } from './connect.ts';

/** The state of cheques that are not in the post yet. */
const HERE = ['needs-address', 'queued', 'printing'] as const;

/** Cheques not mailed yet that give back what an account paid by mail, bank or transfer, made since then; theirs until the transaction ends. */
export async function lockRefundCheques(trx: Database, accountId: string, since: Date): Promise<Cheque[]> {
  const query = cheques(trx)
    .where('accountId', '=', accountId)
    .where('madeAt', '>=', since)
    // A card's money is not what the bank took back.
    .where('cause', '<>', 'card-declined');
  return (await query.where('state', 'in', HERE).orderBy('id').forNoKeyUpdate().execute()).map(toCheque);
}

/** The cheque to the sender of a payment, if it is not mailed yet; theirs until the transaction ends. */
export async function lockSenderCheque(trx: Database, paymentId: string): Promise<Cheque[]> {
  const posting = trx.selectFrom('paymentEvent').select('postingId').where('paymentId', '=', paymentId);
  const query = cheques(trx).where('postingId', 'in', posting.where('kind', '=', 'sent-back'));
  return (await query.where('state', 'in', HERE).forNoKeyUpdate().execute()).map(toCheque);
}

type Question = Pick<Step, 'byId' | 'at'> & { readonly reason: string; readonly paymentId: string };

/** Puts a cheque, whose row the caller holds, in question. */
export async function questionCheque(trx: Database, cheque: Cheque, question: Question): Promise<void> {
  await trx.updateTable('cheque').set({ inQuestion: true }).where('id', '=', cheque.id).execute();
  await addEvent(trx, cheque, { ...question, kind: 'questioned' });
}

/** What an agent decided about it. The caller holds the cheque's row. */
export async function decideCheque(
  trx: Database,
  cheque: Cheque,
  step: Pick<Step, 'byId' | 'at' | 'postingId'> & { readonly kind: 'gone-on' | 'stopped'; readonly reason: string },
): Promise<void> {
  const end = step.kind === 'stopped' ? { state: 'stopped' as const, batchId: null } : {};
  const decided = { ...end, inQuestion: false };
  await trx.updateTable('cheque').set(decided).where('id', '=', cheque.id).execute();
  await addEvent(trx, cheque, step);
}

/** The last decision about a cheque. */
export async function lastDecision(db: Database, id: string) {
  const events = db.selectFrom('chequeEvent').select(['kind', 'byId', 'reason']).where('chequeId', '=', id);
  return events.where('kind', 'in', ['gone-on', 'stopped']).orderBy('id', 'desc').limit(1).executeTakeFirst();
}

/** What bounced of it, the oldest first, whatever was decided before. */
export async function bouncedOf(db: Database, id: string): Promise<string[]> {
  const events = db.selectFrom('chequeEvent').select('paymentId').where('chequeId', '=', id);
  const rows = await events.where('kind', '=', 'questioned').orderBy('id').execute();
  return rows.flatMap(({ paymentId }) => (paymentId === null ? [] : [paymentId]));
}

/** Cheques that wait for an agent to decide, the oldest first; those after `after`. */
export async function questionedCheques(
  db: Database,
  page: { readonly after?: string; readonly limit?: number } = {},
): Promise<Cheque[]> {
  const query = cheques(db)
    .where(sql<boolean>`in_question`)
    .where('id', '>', page.after ?? '0');
  return (
    await query
      .orderBy('id')
      .limit(page.limit ?? 100)
      .execute()
  ).map(toCheque);
}
