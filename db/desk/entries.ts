import { sql, type Selectable } from 'kysely';
import type { Database } from '../connect.ts';
import type { Language } from '../people.ts';
import type { Aside, DeskEntryTable, EntryOutcome, EntryState } from '../schema/desk.ts';
import { releaseAgent, setAgent } from './agents.ts';
import { atDesk, noteAtDesk } from './events.ts';

/** Somebody who waits for an agent, or has one. */
export interface Entry {
  readonly id: string;
  readonly callId: string;
  readonly language: Language;
  /** E.164; undefined: withheld. */
  readonly number: string | undefined;
  readonly accountId: string | undefined;
  /** The place in the queue; the id decides between two of the same moment. */
  readonly enteredAt: Date;
  readonly way: 'line' | 'call-back';
  readonly state: EntryState;
  readonly agentId: string | undefined;
  readonly callBackNumber: string | undefined;
  readonly tries: number;
  /** A call-back is not tried before. */
  readonly notBefore: Date | undefined;
  readonly talkingAt: Date | undefined;
  readonly outcome: EntryOutcome | undefined;
  /** The talk that passed it on. */
  readonly fromEntryId: string | undefined;
  readonly aside: Aside | undefined;
}

const toEntry = (row: Selectable<DeskEntryTable>): Entry => ({
  ...{ id: row.id, callId: row.callId, language: row.language, number: row.number ?? undefined },
  ...{ accountId: row.accountId ?? undefined, enteredAt: row.enteredAt, way: row.way, state: row.state },
  ...{ agentId: row.agentId ?? undefined, callBackNumber: row.callBackNumber ?? undefined, tries: row.tries },
  ...{ notBefore: row.notBefore ?? undefined, talkingAt: row.talkingAt ?? undefined },
  ...{ outcome: row.outcome ?? undefined, fromEntryId: row.fromEntryId ?? undefined, aside: row.aside ?? undefined },
});

/** The last place of the queue; 'full': `most` wait already, and there is none. */
export async function enterQueue(
  db: Database,
  entry: Pick<Entry, 'id' | 'callId' | 'language' | 'number' | 'accountId'> & {
    readonly node: string;
    readonly at: Date;
    readonly most?: number;
  },
): Promise<'entered' | 'full'> {
  const { number = null, accountId = null, at, most = Infinity, ...known } = entry;
  return atDesk(db, async (trx) => {
    const waiting = trx.selectFrom('deskEntry').select((eb) => eb.fn.countAll<string>().as('many'));
    const { many } = await waiting.where('state', '=', 'waiting').executeTakeFirstOrThrow();
    if (Number(many) >= most) return 'full';
    const row = { ...known, number, accountId, enteredAt: at, seenAt: at };
    await trx.insertInto('deskEntry').values(row).execute();
    await noteAtDesk(trx, at, 'entered', { entryId: entry.id }, { language: entry.language, number, accountId });
    return 'entered';
  });
}

export async function findEntry(db: Database, id: string): Promise<Entry | undefined> {
  const row = await db.selectFrom('deskEntry').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toEntry(row);
}

/** Everybody who waits, is rung for or talks, in the order of their places. */
export async function openEntries(db: Database): Promise<Entry[]> {
  const query = db.selectFrom('deskEntry').selectAll().where('state', '<>', 'ended');
  return (await query.orderBy('enteredAt').orderBy('id').execute()).map(toEntry);
}

/** Its process still has it. Who was given up as lost meanwhile, and is there after all, has the old place again. */
export async function renewPlace(db: Database, id: string, at: Date): Promise<void> {
  const renewed = await db
    .updateTable('deskEntry')
    .set({ seenAt: at, missedAt: null })
    .where('id', '=', id)
    .where('state', '<>', 'ended')
    .executeTakeFirst();
  if (renewed.numUpdatedRows > 0n) return;
  await atDesk(db, async (trx) => {
    const back = await trx
      .updateTable('deskEntry')
      .set({
        state: 'waiting',
        agentId: null,
        talkingAt: null,
        endedAt: null,
        outcome: null,
        seenAt: at,
        missedAt: null,
      })
      .where('id', '=', id)
      .where('outcome', '=', 'lost')
      .where('talkingAt', 'is', null)
      .executeTakeFirst();
    if (back.numUpdatedRows > 0n) await noteAtDesk(trx, at, 'came-back', { entryId: id });
  });
}

const states = {
  waiting: ['waiting'],
  ringing: ['ringing'],
  talking: ['talking'],
  given: ['ringing', 'talking'],
} as const;

/** The entry, locked, if it is in one of these states. Within a change of the desk. */
export async function lockEntry(trx: Database, id: string, from: keyof typeof states): Promise<Entry | undefined> {
  const query = trx.selectFrom('deskEntry').selectAll().where('id', '=', id).where('state', 'in', states[from]);
  const row = await query.forUpdate().executeTakeFirst();
  return row && toEntry(row);
}

/** Throws for an entry that no agent has. */
export const agentOf = ({ agentId }: Entry): string => {
  if (agentId === undefined) throw new Error('an entry that an agent has names none');
  return agentId;
};

/** The agent took it. False: the caller has gone, or another took it back. */
export async function beginTalk(db: Database, id: string, at: Date): Promise<boolean> {
  return atDesk(db, async (trx) => {
    const entry = await lockEntry(trx, id, 'ringing');
    if (!entry) return false;
    await trx.updateTable('deskEntry').set({ state: 'talking', talkingAt: at }).where('id', '=', id).execute();
    await setAgent(trx, agentOf(entry), 'talking', at);
    await noteAtDesk(trx, at, 'talking', { entryId: id, agentId: entry.agentId });
    return true;
  });
}

/** The agent did not take it: away, and the entry waits in its place. */
export async function missOffer(db: Database, id: string, why: string, at: Date): Promise<void> {
  await atDesk(db, async (trx) => {
    const entry = await lockEntry(trx, id, 'ringing');
    if (!entry) return;
    await trx
      .updateTable('deskEntry')
      .set({ state: 'waiting', agentId: null, claimed: false })
      .where('id', '=', id)
      .execute();
    await setAgent(trx, agentOf(entry), 'away', at);
    await noteAtDesk(trx, at, 'not-taken', { entryId: id, agentId: entry.agentId }, { why });
  });
}

/** The talk is over; the agent has until `wrapUpUntil` to write down what it was about. */
export async function endTalk(db: Database, id: string, at: Date, wrapUpUntil: Date): Promise<void> {
  await atDesk(db, async (trx) => {
    const entry = await lockEntry(trx, id, 'talking');
    if (!entry) return;
    await endEntry(trx, entry, 'talked', at);
    await setAgent(trx, agentOf(entry), 'wrap-up', at, wrapUpUntil);
  });
}

/**
 * Whoever waits leaves, and so does who is being rung for: that agent is free again. A talk is not ended by this; nor, when they hang
 * up, is the place of who is to be called back.
 */
export async function leaveQueue(
  db: Database,
  id: string,
  outcome: Exclude<EntryOutcome, 'talked'>,
  at: Date,
): Promise<void> {
  await atDesk(db, async (trx) => {
    const entry = (await lockEntry(trx, id, 'waiting')) ?? (await lockEntry(trx, id, 'ringing'));
    if (!entry || (entry.way === 'call-back' && outcome === 'hung-up')) return;
    await endEntry(trx, entry, outcome, at);
    if (entry.agentId !== undefined) await releaseAgent(trx, entry.agentId, at);
  });
}

/**
 * Whoever waits is given nobody before `until`, and others are meanwhile; undefined: their turn may come again. False: an agent has them
 * already, or they have left.
 */
export async function stepAside(db: Database, id: string, until: Date | undefined): Promise<boolean> {
  return atDesk(db, async (trx) => {
    if (!(await lockEntry(trx, id, 'waiting'))) return false;
    await trx
      .updateTable('deskEntry')
      .set({ notBefore: until ?? null })
      .where('id', '=', id)
      .execute();
    return true;
  });
}

/** Whether somebody waits to be called back on this number, or is being called. */
export async function isCallBackOpen(db: Database, number: string): Promise<boolean> {
  const query = db.selectFrom('deskEntry').select('id').where('callBackNumber', '=', number);
  return (await query.where('state', '<>', 'ended').executeTakeFirst()) !== undefined;
}

/** Whether anybody is to be called back. */
export async function hasCallBacks(db: Database): Promise<boolean> {
  const query = db.selectFrom('deskEntry').select('id').where('way', '=', 'call-back');
  return (await query.where('state', 'in', ['waiting', 'ringing']).limit(1).executeTakeFirst()) !== undefined;
}

/**
 * The caller hangs up and is called back when it is their turn. False: an agent has them already, or they have left, or somebody is to
 * be called back on this number.
 */
export async function keepForCallBack(db: Database, id: string, number: string, at: Date): Promise<boolean> {
  return atDesk(db, async (trx) => {
    if (!(await lockEntry(trx, id, 'waiting')) || (await isCallBackOpen(trx, number))) return false;
    const kept = { way: 'call-back', callBackNumber: number, missedAt: null, notBefore: null } as const;
    await trx.updateTable('deskEntry').set(kept).where('id', '=', id).execute();
    await noteAtDesk(trx, at, 'call-back-wanted', { entryId: id }, { number });
    return true;
  });
}

/**
 * Nobody answered: tried once more, not before `again`; without it that was the last try, and `dropped` is done in the same transaction.
 * The agent is free again.
 */
export async function missCallBack(
  db: Database,
  id: string,
  at: Date,
  again: Date | undefined,
  dropped: (trx: Database, entry: Entry) => Promise<void>,
): Promise<void> {
  await atDesk(db, async (trx) => {
    const entry = await lockEntry(trx, id, 'given');
    if (!entry) return;
    const tries = entry.tries + 1;
    const free = { state: 'waiting', agentId: null, talkingAt: null, claimed: false, aside: null } as const;
    await trx
      .updateTable('deskEntry')
      .set({ ...free, tries, notBefore: again ?? null })
      .where('id', '=', id)
      .execute();
    await releaseAgent(trx, agentOf(entry), at);
    await noteAtDesk(trx, at, 'not-reached', { entryId: id, agentId: entry.agentId }, { tries });
    if (again !== undefined) return;
    await endEntry(trx, { ...entry, agentId: undefined }, 'not-reached', at);
    await dropped(trx, entry);
  });
}

/** A call-back that came to nothing through nobody's fault waits in its place again, and its agent is free. */
export async function putBack(db: Database, id: string, at: Date): Promise<void> {
  await atDesk(db, async (trx) => {
    const entry = await lockEntry(trx, id, 'ringing');
    if (!entry) return;
    const free = { state: 'waiting', agentId: null, claimed: false } as const;
    await trx.updateTable('deskEntry').set(free).where('id', '=', id).execute();
    await releaseAgent(trx, agentOf(entry), at);
    await noteAtDesk(trx, at, 'put-back', { entryId: id, agentId: entry.agentId });
  });
}

/** Within a change of the desk. */
export async function endEntry(trx: Database, entry: Entry, outcome: EntryOutcome, at: Date): Promise<void> {
  const ended = { state: 'ended', outcome, endedAt: at, aside: null } as const;
  await trx.updateTable('deskEntry').set(ended).where('id', '=', entry.id).execute();
  await noteAtDesk(trx, at, 'ended', { entryId: entry.id, agentId: entry.agentId }, { outcome });
}

/** What a process that died had: those on its line are gone; the call-backs it made wait again in their places. */
export async function endOfNode(db: Database, node: string, at: Date, wrapUpUntil: Date): Promise<number> {
  return atDesk(db, (trx) => giveUp(trx, sql<boolean>`node = ${node}`, at, wrapUpUntil));
}

/** The same for whoever was missed at `missedBefore` already. */
export async function endMissed(
  trx: Database,
  { seenBefore, missedBefore }: { readonly seenBefore: Date; readonly missedBefore: Date },
  at: Date,
  wrapUpUntil: Date,
): Promise<number> {
  const ended = await giveUp(trx, sql<boolean>`missed_at <= ${missedBefore}::timestamptz`, at, wrapUpUntil);
  await sql`
    update desk_entry set missed_at = ${at}::timestamptz
    where state <> 'ended' and (way = 'line' or state <> 'waiting') and missed_at is null
      and seen_at < ${seenBefore}::timestamptz`.execute(trx);
  return ended;
}

async function giveUp(
  trx: Database,
  which: ReturnType<typeof sql<boolean>>,
  at: Date,
  wrapUpUntil: Date,
): Promise<number> {
  const query = trx.selectFrom('deskEntry').selectAll().where('state', '<>', 'ended').where(which);
  const left = (await query.orderBy('enteredAt').orderBy('id').forUpdate().execute()).map(toEntry);
  const lost = left.filter(({ way, state }) => way === 'line' || state !== 'waiting');
  for (const entry of lost) {
    if (entry.way === 'call-back' && entry.state === 'ringing') {
      const free = { state: 'waiting', agentId: null, missedAt: null, claimed: false } as const;
      await trx.updateTable('deskEntry').set(free).where('id', '=', entry.id).execute();
    } else await endEntry(trx, entry, entry.state === 'talking' ? 'talked' : 'lost', at);
    if (entry.state === 'talking') await setAgent(trx, agentOf(entry), 'wrap-up', at, wrapUpUntil);
    if (entry.state === 'ringing') await releaseAgent(trx, agentOf(entry), at);
  }
  return lost.length;
}
