import { sql } from 'kysely';
import { actorOf, type Actor, type ActorKind, type BlockScope } from '../blocks.ts';
import type { Database } from '../connect.ts';

/** Who placed or lifted a block, with their name where they are known here. */
export interface NamedActor extends Actor {
  readonly name?: string;
}

export interface NamedAct {
  readonly by: NamedActor;
  readonly at: Date;
  readonly reason: string;
}

export interface NamedBlock {
  readonly id: string;
  readonly scope: BlockScope;
  readonly facilityName: string | null;
  readonly placed: NamedAct;
  readonly lifted?: NamedAct;
}

interface BlockRow {
  id: string;
  facilityId: string | null;
  facilityName: string | null;
  placedBy: ActorKind;
  placedById: string | null;
  placedByName: string | null;
  placedInCall: string | null;
  placedAt: Date;
  reason: string;
  liftedBy: ActorKind | null;
  liftedById: string | null;
  liftedByName: string | null;
  liftedInCall: string | null;
  liftedAt: Date | null;
  liftReason: string | null;
}

const named = (kind: ActorKind, id: string | null, callId: string | null, name: string | null): NamedActor => ({
  ...actorOf(kind, id, callId),
  ...(name !== null && { name }),
});

const toBlock = (row: BlockRow): NamedBlock => ({
  id: String(row.id),
  scope: row.facilityId === null ? 'all' : { facilityId: row.facilityId },
  facilityName: row.facilityName,
  placed: {
    by: named(row.placedBy, row.placedById, row.placedInCall, row.placedByName),
    at: row.placedAt,
    reason: row.reason,
  },
  ...(row.liftedBy !== null &&
    row.liftedAt !== null && {
      lifted: {
        by: named(row.liftedBy, row.liftedById, row.liftedInCall, row.liftedByName),
        at: row.liftedAt,
        reason: row.liftReason ?? '',
      },
    }),
});

/** What is no UUID is nobody's who works at the console: an agent at the desk, perhaps. */
const uuidIn = (text: ReturnType<typeof sql.ref>) =>
  sql`case when ${text} ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then ${text}::uuid end`;

const nameOf = (kind: string, id: string) =>
  sql`case when ${sql.ref(`block.${kind}`)} = 'agent' then coalesce(
    (select name from staff where staff.id = ${uuidIn(sql.ref(`block.${id}`))}),
    (select name from agent where agent.id = ${sql.ref(`block.${id}`)})) end`;

/** Blocks of a number, the newest first: the active ones, or those that were lifted. */
export const blocksOfNumberQuery = (
  number: string,
  { active, most }: { readonly active: boolean; readonly most: number },
) => sql<BlockRow>`
  select block.id, block.facility_id, facility.name as facility_name, block.placed_by, block.placed_by_id, block.placed_in_call,
    block.placed_at, block.reason, block.lifted_by, block.lifted_by_id, block.lifted_in_call, block.lifted_at, block.lift_reason,
    ${nameOf('placed_by', 'placed_by_id')} as placed_by_name, ${nameOf('lifted_by', 'lifted_by_id')} as lifted_by_name
  from block left join facility on facility.id = block.facility_id
  where block.number = ${number} and block.lifted_at is ${active ? sql`null` : sql`not null`}
  order by block.placed_at desc, block.id desc limit ${sql.lit(most)}`;

export const blocksOfNumber = async (
  db: Database,
  number: string,
  which: Parameters<typeof blocksOfNumberQuery>[1],
): Promise<NamedBlock[]> => (await blocksOfNumberQuery(number, which).execute(db)).rows.map(toBlock);

/** A call to a number, or the try of one. */
export interface Attempt {
  readonly callId: string;
  /** When the number was dialled. */
  readonly at: Date;
  readonly facilityName: string;
  readonly personName: string | null;
  /** Null: it goes on. */
  readonly disposition: string | null;
  /** Talked; 0: never accepted. */
  readonly seconds: number;
}

/** As SQL: how long a call was talked, whole seconds; of one that goes on 0. */
export const talkSeconds = sql<number>`coalesce(greatest(floor(extract(epoch from call.done_at - call.talking_at)), 0), 0)::integer`;

/** The newest calls to a number, attempts included. */
export const attemptsQuery = (number: string, most: number) => sql<Attempt>`
  select call.id as call_id, coalesce(call.dialled_at, call.off_hook_at) as at, facility.name as facility_name,
    person.name as person_name, call.disposition, ${talkSeconds} as seconds
  from call join facility on facility.id = call.facility_id left join person on person.id = call.person_id
  where call.number = ${number}
  order by call.off_hook_at desc limit ${sql.lit(most)}`;

export const attemptsOf = async (db: Database, number: string, most: number): Promise<Attempt[]> =>
  (await attemptsQuery(number, most).execute(db)).rows;

export interface AccountOfNumber {
  readonly id: string;
  readonly number: string;
  readonly holder: string | null;
  readonly status: 'open' | 'closed';
  readonly balanceCents: number;
}

/** Accounts that answer for a number: the open ones first, then those closed last. */
export async function accountsWithBalance(db: Database, number: string): Promise<AccountOfNumber[]> {
  const { rows } = await sql<Omit<AccountOfNumber, 'balanceCents'> & { balanceCents: string }>`
    select account.id, account.number, profile.first_name || ' ' || profile.last_name as holder, account.status, ledger.balance_cents
    from account_number mine join account on account.id = mine.account_id
    join ledger_account ledger on ledger.account_id = account.id and ledger.kind = 'holder' and ledger.currency = 'USD'
    left join account_profile profile on profile.account_id = account.id
    where mine.number = ${number}
    order by account.status desc, account.closed_at desc, account.opened_at desc, account.id`.execute(db);
  return rows.map((row) => ({ ...row, balanceCents: Number(row.balanceCents) }));
}
