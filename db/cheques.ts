import { sql } from 'kysely';
import type { DueDays, RefundCause } from './card-refunds.ts';
import type { Database } from './connect.ts';
import { storableJson } from './json.ts';

export interface PostalAddress {
  /** One or two. */
  readonly lines: readonly string[];
  readonly city: string;
  readonly state: string;
  readonly postalCode: string;
  readonly country: string;
}

/** Who a cheque is made out to, and where it goes. */
export interface Payee {
  readonly payee: string;
  readonly address: PostalAddress;
}

/** A cheque that came back needs an address again. */
export type ChequeState = 'needs-address' | 'queued' | 'printing' | 'mailed' | 'cashed' | 'stale' | 'stopped';
export type ChequeEventKind =
  | 'queued'
  | 'needs-address'
  | 'addressed'
  | 'claimed'
  | 'mailed'
  | 'cashed'
  | 'returned'
  | 'stale'
  | 'questioned'
  | 'gone-on'
  | 'stopped';
export type ChequeCause = Exclude<RefundCause, 'after-closing'> | 'card-declined' | 'to-sender';

export interface Cheque {
  readonly id: string;
  /** Absent: it goes to the sender of money that belongs to no account. */
  readonly accountId?: string;
  readonly cause: ChequeCause;
  readonly postingId: string;
  readonly cents: number;
  readonly state: ChequeState;
  readonly to?: Payee;
  readonly due: DueDays;
  /** Grows each time it is printed anew. */
  readonly attempt: number;
  readonly batchId?: string;
  /** The bank took back what it gives back: it is neither printed nor mailed until an agent decides. */
  readonly inQuestion: boolean;
  readonly number?: string;
  readonly madeAt: Date;
}

export interface NewCheque extends Pick<Cheque, 'accountId' | 'cause' | 'postingId' | 'cents' | 'due' | 'madeAt'> {
  readonly cardRefundId?: string;
  readonly to: Payee | undefined;
  readonly byId: string;
}

const addressed = (to: Payee | undefined) => ({
  state: to ? ('queued' as const) : ('needs-address' as const),
  payee: to?.payee ?? null,
  address: to ? storableJson(to.address) : null,
});

export async function addCheque(trx: Database, cheque: NewCheque): Promise<string> {
  const { due, to, cents, byId, accountId, cardRefundId, ...rest } = cheque;
  const { id } = await trx
    .insertInto('cheque')
    .values({
      ...rest,
      ...addressed(to),
      accountId: accountId ?? null,
      cardRefundId: cardRefundId ?? null,
      cents: String(cents),
      dueFrom: due.from,
      dueUntil: due.until,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await addEvent(trx, { id, attempt: 1 }, { kind: to ? 'queued' : 'needs-address', byId, at: cheque.madeAt });
  return id;
}

export interface Step {
  readonly kind: ChequeEventKind;
  readonly byId: string;
  readonly at: Date;
  readonly number?: string;
  readonly postingId?: string;
  readonly reason?: string;
  /** What bounced. */
  readonly paymentId?: string;
}

/** Writes down what was done with a cheque. */
export async function addEvent(trx: Database, cheque: Pick<Cheque, 'id' | 'attempt'>, step: Step): Promise<void> {
  const { kind, byId, at, number = null, postingId = null, paymentId = null, reason = null } = step;
  const event = {
    chequeId: cheque.id,
    attempt: cheque.attempt,
    kind,
    byId,
    at,
    chequeNumber: number,
    postingId,
    paymentId,
    reason,
  };
  await trx.insertInto('chequeEvent').values(event).execute();
}

/** Cheques as toCheque() reads them. */
export const cheques = (db: Database) =>
  db
    .selectFrom('cheque')
    .select([
      ...(['id', 'accountId', 'cause', 'postingId', 'cents', 'state', 'payee', 'address'] as const),
      ...(['attempt', 'batchId', 'inQuestion', 'chequeNumber', 'madeAt'] as const),
      sql<string>`to_char(due_from, 'YYYY-MM-DD')`.as('dueFrom'),
      sql<string>`to_char(due_until, 'YYYY-MM-DD')`.as('dueUntil'),
    ]);

export function toCheque(row: Awaited<ReturnType<ReturnType<typeof cheques>['executeTakeFirstOrThrow']>>): Cheque {
  const { accountId, cents, payee, address, dueFrom, dueUntil, batchId, chequeNumber, ...cheque } = row;
  return {
    ...cheque,
    cents: Number(cents),
    due: { from: dueFrom, until: dueUntil },
    ...(accountId !== null && { accountId }),
    ...(payee !== null && address !== null && { to: { payee, address } }),
    ...(batchId !== null && { batchId }),
    ...(chequeNumber !== null && { number: chequeNumber }),
  };
}

export async function findCheque(db: Database, id: string): Promise<Cheque | undefined> {
  const row = await cheques(db).where('id', '=', id).executeTakeFirst();
  return row && toCheque(row);
}

export async function lockCheque(trx: Database, id: string): Promise<Cheque | undefined> {
  const row = await cheques(trx).where('id', '=', id).forNoKeyUpdate().executeTakeFirst();
  return row && toCheque(row);
}

export type ChequeSearch =
  | { readonly state: ChequeState; readonly after?: string; readonly limit?: number }
  | { readonly batchId: string }
  | { readonly postingId: string }
  | { readonly accountId: string };

/** The oldest first. */
export async function findCheques(db: Database, search: ChequeSearch): Promise<Cheque[]> {
  let query = cheques(db).orderBy('id');
  if ('batchId' in search) query = query.where('batchId', '=', search.batchId);
  else if ('postingId' in search) query = query.where('postingId', '=', search.postingId);
  else if ('accountId' in search) query = query.where('accountId', '=', search.accountId);
  else {
    query = query.where('state', '=', search.state).limit(search.limit ?? 100);
    if (search.after !== undefined) query = query.where('id', '>', search.after);
  }
  return (await query.execute()).map(toCheque);
}

/** Nobody else claims under this batch until the transaction ends. */
export async function lockBatch(trx: Database, batchId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('cheque batch ' || ${batchId}::text, 0))`.execute(trx);
}

/** Takes the oldest queued ones for printing, but for those in question; of several at once none takes what another has. */
export async function takeForPrinting(
  trx: Database,
  batch: { readonly id: string; readonly limit: number; readonly byId: string; readonly at: Date },
): Promise<void> {
  const free = cheques(trx)
    .where('state', '=', 'queued')
    .where('inQuestion', '=', false)
    .orderBy('id')
    .limit(batch.limit);
  for (const { id, attempt } of await free.forNoKeyUpdate().skipLocked().execute()) {
    await trx.updateTable('cheque').set({ state: 'printing', batchId: batch.id }).where('id', '=', id).execute();
    await addEvent(trx, { id, attempt }, { kind: 'claimed', byId: batch.byId, at: batch.at });
  }
}

export async function hasChequeNumber(db: Database, number: string): Promise<boolean> {
  const query = db.selectFrom('cheque').select('id').where('chequeNumber', '=', number);
  return (await query.executeTakeFirst()) !== undefined;
}

export async function chequeMailed(trx: Database, cheque: Cheque, step: Omit<Step, 'kind'>): Promise<void> {
  const mailed = { state: 'mailed' as const, chequeNumber: step.number ?? null };
  await trx.updateTable('cheque').set(mailed).where('id', '=', cheque.id).execute();
  await addEvent(trx, cheque, { ...step, kind: 'mailed' });
}

export async function chequeCashed(trx: Database, cheque: Cheque, step: Omit<Step, 'kind'>): Promise<void> {
  await trx.updateTable('cheque').set({ state: 'cashed' }).where('id', '=', cheque.id).execute();
  await addEvent(trx, cheque, { ...step, kind: 'cashed' });
}

/** Mailed, never cashed, and stopped. */
export async function chequeStale(trx: Database, cheque: Cheque, step: Omit<Step, 'kind'>): Promise<void> {
  await trx.updateTable('cheque').set({ state: 'stale' }).where('id', '=', cheque.id).execute();
  await addEvent(trx, cheque, { ...step, kind: 'stale' });
}

/** When the cheque was mailed as it is now; undefined: it was not. */
export async function mailedAt(db: Database, { id, attempt }: Cheque): Promise<Date | undefined> {
  const mailings = db.selectFrom('chequeEvent').select('at').where('kind', '=', 'mailed');
  const query = mailings.where('chequeId', '=', id).where('attempt', '=', attempt);
  return (await query.executeTakeFirst())?.at;
}

/** Those of accounts, still in the post, that were mailed at `before` or earlier; by id, those after `after`. */
export async function mailedBefore(
  db: Database,
  before: Date,
  page: { readonly after?: string; readonly limit?: number } = {},
): Promise<Cheque[]> {
  const mailed = sql<boolean>`exists (select from cheque_event event where event.cheque_id = cheque.id
    and event.kind = 'mailed' and event.attempt = cheque.attempt and event.at <= ${before}::timestamptz)`;
  const rows = cheques(db)
    .where('state', '=', 'mailed')
    .where('accountId', 'is not', null)
    .where('id', '>', page.after ?? '0')
    .where(mailed)
    .orderBy('id')
    .limit(page.limit ?? 100);
  return (await rows.execute()).map(toCheque);
}

/** Came back: printed anew, under another number, when there is an address that is right. */
export async function chequeReturned(trx: Database, cheque: Cheque, step: Omit<Step, 'kind'>): Promise<void> {
  const again = { state: 'needs-address' as const, batchId: null, chequeNumber: null, attempt: cheque.attempt + 1 };
  await trx.updateTable('cheque').set(again).where('id', '=', cheque.id).execute();
  await addEvent(trx, cheque, { ...step, kind: 'returned' });
}

export async function addressCheque(trx: Database, cheque: Cheque, to: Payee, step: Omit<Step, 'kind'>): Promise<void> {
  await trx.updateTable('cheque').set(addressed(to)).where('id', '=', cheque.id).execute();
  await addEvent(trx, cheque, { ...step, kind: 'addressed' });
}

/** What became of it, the oldest first. */
export async function chequeHistory(db: Database, id: string) {
  const query = db.selectFrom('chequeEvent').selectAll().where('chequeId', '=', id);
  return query.orderBy('id').execute();
}
