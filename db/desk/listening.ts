import type { Database } from '../connect.ts';
import type { Language } from '../people.ts';
import type { ListeningMode } from '../schema/desk.ts';
import { atDesk, noteAtDesk } from './events.ts';
import { planDeskLeg, updateDeskLeg, type DeskLeg } from './legs.ts';

export type { ListeningMode } from '../schema/desk.ts';

/** `leg-unknown`: they talk, but where the agent's leg is was not written down. */
export type NotListening = 'no-supervisor' | 'no-agent' | 'own-talk' | 'not-talking' | 'leg-unknown' | 'taken';

/** A talk that somebody listens to. */
export interface Listening {
  readonly entryId: string;
  readonly language: Language;
  /** The agent's leg on the media server. */
  readonly endpointUuid: string;
}

/** A supervisor who wants to listen to the agent of an extension. */
export interface WantsToListen {
  readonly id: string;
  readonly supervisorId: string;
  readonly extension: string;
  readonly node: string;
  /** Of the supervisor, as a restarted process needs it to end it. */
  readonly leg: Required<
    Pick<DeskLeg, 'sipCallId' | 'localTag' | 'dialogId' | 'endpointUuid' | 'remoteTag' | 'remoteTarget'>
  >;
}

/** Somebody listens from now on: written, with their leg, before anything is heard. One at a time. */
export async function beginListening(
  db: Database,
  { id, supervisorId, extension, node, leg }: WantsToListen,
  at: Date,
): Promise<Listening | NotListening> {
  return atDesk(db, async (trx) => {
    const working = trx.selectFrom('agent').select(['id', 'supervisor']).where('active', '=', true);
    const me = await working.where('id', '=', supervisorId).executeTakeFirst();
    if (!me?.supervisor) return 'no-supervisor';
    const agent = await working.where('extension', '=', extension).executeTakeFirst();
    if (!agent) return 'no-agent';
    if (agent.id === supervisorId) return 'own-talk';
    const talks = trx.selectFrom('deskEntry').select(['id', 'language']).where('state', '=', 'talking');
    const entry = await talks.where('agentId', '=', agent.id).executeTakeFirst();
    if (!entry) return 'not-talking';
    const agentLeg = await legUp(trx, entry.id);
    if (!agentLeg) return 'leg-unknown';
    const open = trx.selectFrom('deskListening').select('id').where('entryId', '=', entry.id);
    if (await open.where('until', 'is', null).executeTakeFirst()) return 'taken';
    const row = { id, entryId: entry.id, supervisorId, node, mode: 'listen', since: at } as const;
    await trx.insertInto('deskListening').values(row).execute();
    const { remoteTag, remoteTarget, ...planned } = leg;
    await planDeskLeg(trx, { id, entryId: entry.id, side: 'supervisor', node, ...planned, plannedAt: at });
    await updateDeskLeg(trx, id, { remoteTag, remoteTarget });
    const data = { listening: id, mode: 'listen', agentId: agent.id };
    await noteAtDesk(trx, at, 'listening-begun', { entryId: entry.id, agentId: supervisorId }, data);
    return { entryId: entry.id, language: entry.language, endpointUuid: agentLeg.endpointUuid };
  });
}

/** The agent's leg in a talk, if it has answered. */
function legUp(db: Database, entryId: string) {
  const legs = db.selectFrom('deskLeg').select('endpointUuid').where('entryId', '=', entryId);
  const up = legs.where('side', '=', 'agent').where('endedAt', 'is', null).where('remoteTag', 'is not', null);
  return up.orderBy('plannedAt', 'desc').executeTakeFirst();
}

/** The leg on the media server of the agent with this extension, while they talk: a look only, nothing follows from it. */
export async function legOfAgent(db: Database, extension: string): Promise<string | undefined> {
  const talks = db.selectFrom('deskEntry').innerJoin('agent', 'agent.id', 'deskEntry.agentId').select('deskEntry.id');
  const talk = talks.where('agent.extension', '=', extension).where('deskEntry.state', '=', 'talking');
  const entry = await talk.executeTakeFirst();
  return entry && (await legUp(db, entry.id))?.endpointUuid;
}

/** Who hears the supervisor from now on. False: the listening is over. */
export async function setListening(db: Database, id: string, mode: ListeningMode, at: Date): Promise<boolean> {
  return atDesk(db, async (trx) => {
    const update = trx.updateTable('deskListening').set({ mode }).where('id', '=', id).where('until', 'is', null);
    const [row] = await update.returning(['entryId', 'supervisorId']).execute();
    if (!row) return false;
    const about = { entryId: row.entryId, agentId: row.supervisorId };
    await noteAtDesk(trx, at, 'listening-mode', about, { listening: id, mode });
    return true;
  });
}

/** It is over, and so is the supervisor's leg. The first ending stays. */
export const endListening = (db: Database, id: string, how: string, at: Date): Promise<void> =>
  atDesk(db, async (trx) => {
    const open = trx.selectFrom('deskListening').select(['id', 'entryId', 'supervisorId']).where('until', 'is', null);
    const row = await open.where('id', '=', id).executeTakeFirst();
    if (row) await end(trx, row, how, at);
  });

/** At the start of a process: those that its namesake had when it died. Their legs are ended with those of the desk. */
export const endListeningOfNode = (db: Database, node: string, at: Date): Promise<void> =>
  atDesk(db, async (trx) => {
    const open = trx.selectFrom('deskListening').select(['id', 'entryId', 'supervisorId']).where('until', 'is', null);
    for (const row of await open.where('node', '=', node).orderBy('since').orderBy('id').execute())
      await end(trx, row, 'restart', at);
  });

async function end(
  trx: Database,
  { id, entryId, supervisorId }: { readonly id: string; readonly entryId: string; readonly supervisorId: string },
  how: string,
  at: Date,
): Promise<void> {
  await trx.updateTable('deskListening').set({ until: at }).where('id', '=', id).execute();
  await noteAtDesk(trx, at, 'listening-ended', { entryId, agentId: supervisorId }, { listening: id, how });
}
