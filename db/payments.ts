import { sql } from 'kysely';
import type { PostalAddress } from './cheques.ts';
import type { Database } from './connect.ts';
import { storableJson } from './json.ts';

/** A payment that comes by mail, bank or money transfer: guide rows 35 and 36. */
export type PaymentKind =
  'personal-cheque' | 'money-order' | 'cashiers-cheque' | 'bank-bill-pay' | 'moneygram' | 'western-union';

/** Who sent it, as far as that is known. */
export interface Sender {
  readonly name: string;
  readonly address?: PostalAddress;
}

/** Sent back: to its sender. Returned: by the bank, unpaid. */
export type PaymentState = 'on-account' | 'in-suspense' | 'sent-back' | 'returned';
export type PaymentEventKind = 'entered' | 'assigned' | 'sent-back' | 'returned';
export type SuspenseReason =
  | 'no-account-number'
  | 'not-an-account-number'
  | 'wrong-check-digit'
  | 'unknown-account'
  | 'account-closed'
  | 'below-minimum'
  | 'above-maximum';

export interface Payment {
  readonly id: string;
  readonly key: string;
  readonly requestHash: string;
  readonly kind: PaymentKind;
  readonly issuer: string;
  readonly serial: string;
  /** ISO day. */
  readonly receivedOn: string;
  readonly cents: number;
  /** What it said the account is. */
  readonly memo: string;
  readonly sender?: Sender;
  readonly source: 'agent' | 'lockbox';
  readonly state: PaymentState;
  readonly accountId?: string;
  /** Why it was in suspense, if it ever was. */
  readonly suspenseReason?: SuspenseReason;
  readonly postingId: string;
  /** What brought it to the holder. */
  readonly holderPostingId?: string;
  readonly enteredAt: Date;
}

/** What makes it this one and no other. */
export type ItemIdentity = Pick<Payment, 'kind' | 'issuer' | 'serial' | 'receivedOn'>;

/** Nobody else enters this item until the transaction ends. Taken before any row's lock. */
export async function lockItem(trx: Database, { kind, issuer, serial, receivedOn }: ItemIdentity): Promise<void> {
  const name = JSON.stringify([kind, issuer, serial, receivedOn]);
  await sql`select pg_advisory_xact_lock(hashtextextended('payment ' || ${name}::text, 0))`.execute(trx);
}

const payments = (db: Database) =>
  db
    .selectFrom('payment')
    .selectAll()
    .select(sql<string>`to_char(received_on, 'YYYY-MM-DD')`.as('receivedDay'));

type Row = Awaited<ReturnType<ReturnType<typeof payments>['executeTakeFirstOrThrow']>>;

function toPayment(row: Row): Payment {
  const { idempotencyKey, receivedDay, cents, sender, accountId, suspenseReason, holderPostingId, ...rest } = row;
  return {
    ...{ ...rest, key: idempotencyKey, receivedOn: receivedDay, cents: Number(cents) },
    ...(sender !== null && { sender }),
    ...(accountId !== null && { accountId }),
    ...(suspenseReason !== null && { suspenseReason }),
    ...(holderPostingId !== null && { holderPostingId }),
  };
}

/** `lock`: nothing is done to it until the transaction ends. */
export async function findPayment(
  db: Database,
  by: { readonly id: string } | { readonly key: string } | { readonly item: ItemIdentity },
  options: { readonly lock?: boolean } = {},
): Promise<Payment | undefined> {
  let query = payments(db);
  if ('id' in by) query = query.where('id', '=', by.id);
  else if ('key' in by) query = query.where('idempotencyKey', '=', by.key);
  else {
    const { kind, issuer, serial, receivedOn } = by.item;
    query = query.where('kind', '=', kind).where('issuer', '=', issuer).where('serial', '=', serial);
    query = query.where('receivedOn', '=', receivedOn);
  }
  if (options.lock) query = query.forNoKeyUpdate();
  const row = await query.executeTakeFirst();
  return row && toPayment(row);
}

/** Payments of an account, the newest first. */
export async function paymentsOf(db: Database, accountId: string, limit = 100): Promise<Payment[]> {
  const query = payments(db).where('accountId', '=', accountId).orderBy('id', 'desc').limit(limit);
  return (await query.execute()).map(toPayment);
}

/** What is in suspense, the oldest first; those after `after`. */
export async function suspended(
  db: Database,
  page: { readonly after?: string; readonly limit?: number } = {},
): Promise<Payment[]> {
  const query = payments(db)
    .where('state', '=', 'in-suspense')
    .where('id', '>', page.after ?? '0');
  return (
    await query
      .orderBy('id')
      .limit(page.limit ?? 100)
      .execute()
  ).map(toPayment);
}

export async function addPayment(trx: Database, payment: Omit<Payment, 'id'>): Promise<Payment> {
  const { key, cents, sender, accountId, suspenseReason, holderPostingId, ...rest } = payment;
  const { id } = await trx
    .insertInto('payment')
    .values({
      ...{ ...rest, idempotencyKey: key, cents: String(cents), sender: sender ? storableJson(sender) : null },
      ...{ accountId: accountId ?? null, suspenseReason: suspenseReason ?? null },
      holderPostingId: holderPostingId ?? null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return { ...payment, id };
}

export type PaymentMove =
  | { readonly state: 'on-account'; readonly accountId: string; readonly holderPostingId: string }
  | { readonly state: 'sent-back' | 'returned' };

export async function movePayment(trx: Database, id: string, move: PaymentMove): Promise<void> {
  await trx.updateTable('payment').set(move).where('id', '=', id).execute();
}

/** The smallest and largest amount of a kind on a day ('YYYY-MM-DD'); of a day before there were limits, the first of them. Cents. */
export async function paymentLimits(
  db: Database,
  kind: PaymentKind,
  day: string,
): Promise<{ readonly minCents: number; readonly maxCents: number }> {
  const query = db.selectFrom('paymentLimit').select(['minCents', 'maxCents']).where('kind', '=', kind);
  const inForceFirst = query.orderBy(sql`in_force_from <= ${day}::text::date`, 'desc');
  const nearest = inForceFirst.orderBy(sql`abs(in_force_from - ${day}::text::date)`).limit(1);
  const { minCents, maxCents } = await nearest.executeTakeFirstOrThrow();
  return { minCents: Number(minCents), maxCents: Number(maxCents) };
}
