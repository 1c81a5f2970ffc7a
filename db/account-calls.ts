import { sql } from 'kysely';
import type { Database } from './connect.ts';
import type { Period } from './statements.ts';

/** One attempt to reach a number of an account. */
export interface AccountCall {
  readonly id: string;
  /** When the number was dialled. */
  readonly at: Date;
  readonly facility: string;
  /** IANA name. */
  readonly timeZone: string;
  /** E.164. */
  readonly number: string;
  readonly disposition: string;
  /** 0: never accepted. Whole seconds. */
  readonly talkSeconds: number;
  /** 0: free. */
  readonly billedCents: number;
}

/** The idempotency key under which a call is charged: by it the charge is found again. */
export const callChargeKey = (callId: string): string => `call-charge ${callId}`;

/**
 * Calls to the account's numbers that have ended, the newest first, from when each number was added: what rang there before is not theirs to see.
 * `after`: those that follow this one in that order.
 * What policy turned away never reached anybody and is left out, in the very words of the index call_attempt_number, which is else not used.
 */
export async function callsOfAccount(
  db: Database,
  accountId: string,
  period: Period,
  page: { readonly limit?: number; readonly after?: Pick<AccountCall, 'at' | 'id'> } = {},
): Promise<AccountCall[]> {
  const { from, until } = period;
  const { limit = null, after } = page;
  const [afterAt, afterId] = [after?.at ?? null, after?.id ?? null];
  const { rows } = await sql<Omit<AccountCall, 'billedCents'> & { billedCents: string }>`
    select call.id, call.dialled_at as at, facility.name as facility, facility.time_zone, call.number, call.disposition,
      coalesce(greatest(floor(extract(epoch from call.done_at - call.talking_at)), 0), 0)::integer as talk_seconds,
      coalesce((
        select -sum(entry.cents) from posting
        join entry on entry.posting_id = posting.id
        join ledger_account on ledger_account.id = entry.ledger_account_id
        where posting.idempotency_key = ${callChargeKey('')}::text || call.id and ledger_account.account_id = ${accountId}), 0)::text as billed_cents
    from account_number
    join call on call.number = account_number.number
    join facility on facility.id = call.facility_id
    where account_number.account_id = ${accountId} and call.dialled_at >= account_number.added_at
      and call.closed_at is not null and call.ended_by is distinct from 'policy'
      and call.dialled_at >= ${from}::timestamptz and call.dialled_at < ${until}::timestamptz
      and (${afterAt}::timestamptz is null or call.dialled_at < ${afterAt}::timestamptz
        or (call.dialled_at = ${afterAt}::timestamptz and call.id > ${afterId}::uuid))
    order by call.dialled_at desc, call.id limit ${limit}::bigint`.execute(db);
  return rows.map((row) => ({ ...row, billedCents: Number(row.billedCents) }));
}
