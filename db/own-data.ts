import { sql, type RawBuilder } from 'kysely';
import { callsOfAccount } from './account-calls.ts';
import type { Database } from './connect.ts';
import { noticesOf } from './notices.ts';
import { transactionsOf } from './statements.ts';

/** How many lines of a kind are read, and held in memory, at a time. */
export const LINES_AT_ONCE = 500;

/** Lines as they are read; no connection is held between two pages. */
export type Lines = AsyncIterable<readonly object[]>;

interface Kept {
  readonly from: RawBuilder<unknown>;
  readonly columns: RawBuilder<unknown>;
  readonly where: RawBuilder<unknown>;
  /** Which line follows which; of text, and of one line alone. */
  readonly key: RawBuilder<unknown>;
}

/** By keys, not by offsets: what is written meanwhile moves nothing. */
async function* linesOf(db: Database, { from, columns, where, key }: Kept): AsyncGenerator<readonly object[]> {
  for (let after: string | null = null; ;) {
    const query: RawBuilder<{ place: string }> = sql<{ place: string }>`
      select ${key} as place, ${columns} from ${from} where ${where} and (${after}::text is null or ${key} > ${after}::text)
      order by ${key} limit ${LINES_AT_ONCE}`;
    const { rows }: { rows: { place: string }[] } = await query.execute(db);
    yield rows.map(({ place: _, ...line }) => line);
    const last = rows.at(-1);
    if (!last || rows.length < LINES_AT_ONCE) return;
    after = last.place;
  }
}

/** Numbers that the database draws one after the other, in their order. */
const drawn = (id: string) => sql`lpad(${sql.ref(id)}::text, 20, '0')`;

/** Whose lines they are. */
export interface Whose {
  readonly identityId: string;
  readonly email: string;
}

/** What is kept of an identity itself; secrets, their digests and what nobody but the house knows are no part of it. */
export const identityLines: Readonly<Record<string, (db: Database, whose: Whose) => Lines>> = {
  securityQuestions: (db, { identityId }) =>
    linesOf(db, {
      from: sql`identity_question`,
      columns: sql`question`,
      where: sql`identity_id = ${identityId}`,
      key: sql`question`,
    }),
  terms: (db, { identityId }) =>
    linesOf(db, {
      from: sql`identity_terms`,
      columns: sql`version, language, at`,
      where: sql`identity_id = ${identityId}`,
      key: sql`version`,
    }),
  sessions: (db, { identityId }) =>
    linesOf(db, {
      from: sql`identity_session`,
      columns: sql`device, started_at, used_at, expires_at, proven_until, ended_at, ended_as`,
      where: sql`identity_id = ${identityId}`,
      key: sql`id::text`,
    }),
  provenNumbers: (db, { identityId }) =>
    linesOf(db, {
      from: sql`identity_number`,
      columns: sql`number, proven_at`,
      where: sql`identity_id = ${identityId}`,
      key: sql`number`,
    }),
  numberProofs: (db, { identityId }) =>
    linesOf(db, {
      from: sql`number_proof`,
      columns: sql`number, tries, written_at, expires_at, ended_at`,
      where: sql`identity_id = ${identityId}`,
      key: sql`id::text`,
    }),
  documentConsents: (db, { identityId }) =>
    linesOf(db, {
      from: sql`document_consent`,
      columns: sql`version, language, wording, at, withdrawn_at`,
      where: sql`identity_id = ${identityId}`,
      key: sql`concat_ws(' ', version, language, at)`,
    }),
  documentReviews: (db, { identityId }) =>
    linesOf(db, {
      from: sql`identity_review`,
      columns: sql`state, submitted_at, decided_at, reasons`,
      where: sql`identity_id = ${identityId}`,
      key: sql`identity_id::text`,
    }),
  documentPictures: (db, { identityId }) =>
    linesOf(db, {
      from: sql`identity_document`,
      columns: sql`side, bytes, width, height, stored_at, ended_at`,
      where: sql`identity_id = ${identityId} and stored_at is not null`,
      key: sql`id::text`,
    }),
  notices: (db, { email, identityId }) =>
    linesOf(db, {
      from: sql`notice`,
      columns: sql`channel, recipient, subject, body, state, written_at, ended_at`,
      where: sql`account_id is null and (recipient = ${email}
        or recipient in (select number from identity_number where identity_id = ${identityId}))`,
      key: drawn('id'),
    }),
  questions: (db, { email }) =>
    linesOf(db, {
      from: sql`question`,
      columns: sql`reference, name, email, subject, body, language, account_number, number, asked_at, state, answer, closed_as`,
      where: sql`lower(email) = lower(${email})`,
      key: drawn('id'),
    }),
};

const ofAccount = (
  table: string,
  columns: RawBuilder<unknown>,
  key: RawBuilder<unknown>,
): ((db: Database, accountId: string) => Lines) => {
  const from = sql.table(table);
  return (db, accountId) => linesOf(db, { from, columns, where: sql`account_id = ${accountId}`, key });
};

async function* transactions(db: Database, accountId: string): AsyncGenerator<readonly object[]> {
  for (let cursor: string | undefined; ;) {
    const page = await transactionsOf(db, accountId, { limit: LINES_AT_ONCE, ...(cursor !== undefined && { cursor }) });
    yield page.transactions.map(({ reference, kind, at, cents, balanceCents }) => ({
      ...{ reference, kind, at, cents, balanceCents },
    }));
    if (page.next === undefined) return;
    cursor = page.next;
  }
}

async function* calls(db: Database, accountId: string, until: Date): AsyncGenerator<readonly object[]> {
  for (let after: { at: Date; id: string } | undefined; ;) {
    const page = { limit: LINES_AT_ONCE, ...(after && { after }) };
    const lines = await callsOfAccount(db, accountId, { from: new Date(0), until }, page);
    yield lines;
    const last = lines.at(-1);
    if (!last || lines.length < LINES_AT_ONCE) return;
    after = { at: last.at, id: last.id };
  }
}

async function* notices(db: Database, accountId: string): AsyncGenerator<readonly object[]> {
  for (let before: string | undefined; ;) {
    const lines = await noticesOf(db, accountId, { limit: LINES_AT_ONCE, before });
    yield lines.map(({ at, channel, recipient, subject, body, state }) => ({
      ...{ at, channel, recipient, subject, body, state },
    }));
    const last = lines.at(-1);
    if (!last || lines.length < LINES_AT_ONCE) return;
    before = last.id;
  }
}

/** What is kept of each account that an identity owns, until then. */
export const accountLines: Readonly<Record<string, (db: Database, accountId: string, until: Date) => Lines>> = {
  enrolments: ofAccount('enrolment', sql`facility_id, number, by_kind, at`, sql`account_id`),
  numbers: ofAccount('account_number', sql`number, added_at`, sql`number`),
  numberChanges: ofAccount('account_number_change', sql`number, kind, by_kind, at`, drawn('id')),
  profiles: ofAccount(
    'account_profile',
    sql`version, first_name, last_name, address_line1, address_line2, city, region, postal_code, country, phone, language, notices,
      mobile, email, changed_at`,
    sql`account_id`,
  ),
  profileChanges: ofAccount('account_profile_change', sql`version, fields, by_kind, at`, drawn('version')),
  passcodeEvents: ofAccount('passcode_event', sql`kind, by_kind, at, locked_until`, drawn('id')),
  termsByPhone: ofAccount('terms_consent', sql`version, language, call_id, at`, sql`version`),
  blocks: (db, accountId) =>
    linesOf(db, {
      // What was placed before the number was the account's is whoever had it before's.
      from: sql`account_number own join block on block.number = own.number and block.placed_at >= own.added_at`,
      columns: sql`block.number, block.facility_id, block.placed_at, block.placed_by, block.reason, block.lifted_at, block.lifted_by`,
      where: sql`own.account_id = ${accountId}`,
      key: drawn('block.id'),
    }),
  cards: ofAccount(
    'saved_card',
    sql`brand, last_four, expiry_month, expiry_year, funding, agreement_version, agreed_at, channel, saved_at, removed_at`,
    drawn('id'),
  ),
  deposits: ofAccount(
    'deposit',
    sql`id, cents::float8 as cents, channel, card_brand, card_last_four, state, decline_reason, calling_number, intended_at, settled_at`,
    sql`id::text`,
  ),
  payments: ofAccount(
    'payment',
    sql`kind, issuer, serial, received_on::text as received_on, cents::float8 as cents, memo, sender, state, entered_at`,
    drawn('id'),
  ),
  autopay: ofAccount(
    'funding_plan',
    sql`mode, amount_cents, threshold_cents, mobile, email, notices, language, agreement_version, agreed_at, enrolled_at, suspended_at, ended_at`,
    sql`account_id`,
  ),
  autopayChanges: ofAccount(
    'funding_change',
    sql`kind, mode, amount_cents, mobile, email, notices, by_kind, at`,
    drawn('id'),
  ),
  autopayCharges: ofAccount(
    'funding_charge',
    sql`cents, card_brand, card_last_four, state, reason, started_at, ended_at`,
    drawn('id'),
  ),
  textPayAlerts: ofAccount('text_pay_alert', sql`mobile, cents, sent_at, expires_at, state`, drawn('id')),
  transactions,
  refunds: ofAccount(
    'card_refund',
    sql`cause, cents::float8 as cents, state, due_from::text as due_from, due_until::text as due_until, made_at, ended_at`,
    sql`id::text`,
  ),
  cheques: ofAccount(
    'cheque',
    sql`cause, cents::float8 as cents, state, payee, address, due_from::text as due_from, due_until::text as due_until, cheque_number, made_at`,
    drawn('id'),
  ),
  closings: ofAccount(
    'account_closing',
    sql`by_kind, balance_cents::float8 as balance_cents, numbers, at`,
    sql`account_id`,
  ),
  unclaimedFunds: ofAccount('unclaimed_fund', sql`cents::float8 as cents, last_active_at, at, claimed_at`, drawn('id')),
  calls,
  notices,
};
