import { randomUUID } from 'node:crypto';
import { beginStaffSession } from '#accounts/staff/sessions.ts';
import { turnOnSoftphone } from '#accounts/staff/softphone.ts';
import { Crew } from '#accounts/staff/testing/crew.ts';
import type { Database } from '#db/connect.ts';
import { saveCredentials } from '#db/credentials.ts';
import { agentsAtDesk, saveAgent, turnAgent } from '#db/desk/agents.ts';
import { saveRegistration } from '#db/registrations.ts';
import { staffMember } from '#db/staff/members.ts';
import type { Clock } from '../clock.ts';

/** Ana, who speaks Spanish, and the phone on her table. */
export async function hireAgent(db: Database): Promise<void> {
  const ana = { id: 'ana', name: 'Ana', extension: '201', languages: ['es'], supervisor: false, active: true } as const;
  await saveAgent(db, ana, new Date());
  await saveCredentials(db, { username: 'desk1', realm: 'homeline', ha1: '0'.repeat(32), agentId: 'ana' });
}

/** Nobody waits, no phone is rung, and every agent is away. */
export async function clearDesk(db: Database): Promise<void> {
  const over = { state: 'ended', outcome: 'lost', endedAt: new Date() } as const;
  await db.updateTable('deskEntry').set(over).where('state', '<>', 'ended').execute();
  await db.updateTable('agent').set({ state: 'away', until: null }).execute();
  await db.deleteFrom('deskLeg').execute();
}

/** Her phone is registered for an hour. */
export async function plugIn(db: Database, clock: Clock, { ready = true } = {}): Promise<void> {
  const source = { address: '127.0.0.1', port: 5999 };
  const expiresAt = new Date(clock.now().getTime() + 3_600_000);
  const binding = { username: 'desk1', contact: 'sip:desk1@127.0.0.1:5999', source, expiresAt };
  await saveRegistration(db, binding, { callId: randomUUID(), cseq: 1 }, clock.now());
  if (ready) await turnAgent(db, 'ana', 'ready', clock.now());
}

/** An agent signs in to the page and turns its telephone on, which is registered for an hour. Returns by what. */
export async function turnOnPage(db: Database, clock: Clock, agentId = 'ana') {
  const deps = { now: () => clock.now() };
  const known = await db.selectFrom('staff').select('id').where('agentId', '=', agentId).executeTakeFirst();
  const role = agentId === 'ana' ? 'agent' : 'supervisor';
  const id = known?.id ?? (await new Crew(db).hire(`page-of-${agentId}`, { agentId, role }));
  const member = await staffMember(db, { id });
  if (!member) throw new Error('who was hired is not there');
  return db.transaction().execute(async (trx) => {
    const { session } = await beginStaffSession(trx, deps, member);
    const on = await turnOnSoftphone(trx, { agentId, sessionId: session.id, realm: 'homeline' });
    if (!on) throw new Error('a session that has just begun is over');
    const contact = `sip:${agentId}@a1b2c3.invalid;transport=ws`;
    const source = { address: '127.0.0.1', port: 40_000 };
    const expiresAt = new Date(clock.now().getTime() + 3_600_000);
    const binding = { username: on.username, contact, source, expiresAt };
    await saveRegistration(trx, binding, { callId: randomUUID(), cseq: 1 }, clock.now());
    return { ...on, contact, sessionId: session.id, staffId: id };
  });
}

export const agentState = async (db: Database) => (await agentsAtDesk(db))[0]?.state;

export const rowOf = (db: Database, entryId: string) =>
  db.selectFrom('deskEntry').selectAll().where('id', '=', entryId).executeTakeFirstOrThrow();

/** Resolves when the database says so: what a leg's end sets off is not waited for by anybody else. */
export async function untilEntry(db: Database, entryId: string, state: string): Promise<void> {
  while ((await rowOf(db, entryId)).state !== state) await new Promise((resolve) => setImmediate(resolve));
}
