import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openAccount } from '#db/accounts.ts';
import { saveAgent } from '#db/desk/agents.ts';
import { enterQueue, leaveQueue } from '#db/desk/entries.ts';
import { atDesk, eventsOfMessage, noteAtDesk } from '#db/desk/events.ts';
import {
  beginMessage,
  deletedMessage,
  doneMessage,
  dropMessage,
  findMessage,
  giveOutMessages,
  keepMessage,
  MESSAGE_LEFT,
  messageOfCall,
  putBackMessage,
  putBackMessagesOf,
  storedMessage,
} from '#db/desk/messages.ts';
import { closeLineCall, openLineCall } from '#db/line-calls.ts';
import type { Language } from '#db/people.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { numberOfSomebody } from './call-back.ts';
import { messagesLeftOver, messagesToDelete, messageTermsAt, nextMessage } from './messages.ts';

let server: TestDatabase;
const agents = { ana: ['es'], ben: ['en'], carla: ['en', 'es'] } as const;
beforeAll(async () => {
  server = await startTestDatabase();
  await openAccount(server.db, { id: 'holder', numbers: [callingNumber], at: at(0) });
  let extension = 201;
  for (const [id, languages] of Object.entries(agents))
    await saveAgent(
      server.db,
      { id, name: id, extension: String(extension++), languages, supervisor: false, active: true },
      at(0),
    );
});
afterAll(() => server.stop());
beforeEach(async () => {
  const there = server.db
    .updateTable('deskMessage')
    .set({ deletedAt: at(0) })
    .where('deletedAt', 'is', null);
  await there.where('recordedAt', 'is not', null).execute();
  await server.db.updateTable('deskMessage').set({ state: 'dropped' }).where('state', '=', 'begun').execute();
  await server.db.deleteFrom('outbox').execute();
});

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 28, 20) + seconds * 1000);
const days = 24 * 60 * 60;
const hour = 60 * 60;
const callingNumber = '+12135550142';

async function begins(seconds: number, at866: { readonly language?: Language; readonly callId?: string } = {}) {
  const { language = 'en', callId = randomUUID() } = at866;
  const known = { id: randomUUID(), callId, language, callingNumber, accountId: 'holder', keepDays: 90 };
  return { callId, begun: await beginMessage(server.db, { ...known, at: at(seconds) }) };
}
const sound = (callId: string, seconds = 12) => ({
  ...{ spoolPath: `/spool/${callId}.wav`, sha256: '0'.repeat(64), bytes: 1_000, seconds },
});
const keep = (callId: string, seconds: number, number: string | undefined = callingNumber) =>
  keepMessage(server.db, callId, { ...sound(callId), number, recordedAt: at(seconds) }, at(seconds));

/** Begun and kept at that second. */
async function leaves(seconds: number, language: Language = 'en'): Promise<string> {
  const { callId } = await begins(seconds, { language });
  expect(await keep(callId, seconds)).toBe(true);
  return (await messageOfCall(server.db, callId))?.id ?? '';
}
const takes = async (agentId: string, seconds: number, not: readonly string[] = [], node = 'ivr-1') =>
  (await nextMessage(server.db, { agentId, node, not }, at(seconds)))?.id;
const stateOf = async (id: string) => (await findMessage(server.db, id))?.state;
const outbox = () =>
  server.db.selectFrom('outbox').select(['topic', 'payload']).where('topic', '=', MESSAGE_LEFT).execute();
const kinds = async (id: string) =>
  (await eventsOfMessage(server.db, id)).map(({ kind, agentId }) => (agentId === null ? kind : `${kind} ${agentId}`));
/** Which constraint refuses it. */
const refused = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (error as { constraint_name?: string }).constraint_name,
  );

describe('a message', () => {
  it('is kept once, for the days that were told, and its file is given out to be stored in the same moment', async () => {
    const { callId, begun } = await begins(0);
    expect(begun).toBe(true);
    expect(await outbox()).toEqual([]);
    expect(await keep(callId, 60)).toBe(true);
    expect(await keep(callId, 61, undefined)).toBe(false);
    const message = await messageOfCall(server.db, callId);
    expect(message).toMatchObject({
      ...{ callId, state: 'new', language: 'en', callingNumber, number: callingNumber, begunAt: at(0), keepDays: 90 },
      sound: { ...sound(callId), recordedAt: at(60), keepUntil: at(60 + 90 * days) },
      ...{ location: undefined, agentId: undefined, deletedAt: undefined },
    });
    expect(await outbox()).toEqual([{ topic: MESSAGE_LEFT, payload: { messageId: message?.id } }]);
    expect(await eventsOfMessage(server.db, message?.id ?? '')).toMatchObject([
      { kind: 'message-left', at: at(60), data: { seconds: 12 } },
    ]);
    expect(
      await server.db.selectFrom('deskMessage').select('accountId').where('callId', '=', callId).execute(),
    ).toEqual([{ accountId: 'holder' }]);
  });

  it('may be begun anew in a call until one is kept, also after it was dropped, and in another language', async () => {
    const { callId } = await begins(0);
    expect((await begins(5, { callId })).begun).toBe(true);
    await dropMessage(server.db, callId);
    expect((await messageOfCall(server.db, callId))?.state).toBe('dropped');
    expect(await keep(callId, 6)).toBe(false);
    expect((await begins(10, { callId, language: 'es' })).begun).toBe(true);
    expect(await messageOfCall(server.db, callId)).toMatchObject({ state: 'begun', language: 'es', begunAt: at(10) });
    await keep(callId, 20);
    expect((await begins(30, { callId })).begun).toBe(false);
    await dropMessage(server.db, callId);
    expect((await messageOfCall(server.db, callId))?.state).toBe('new');
  });

  it('is kept without a number when nobody knows one', async () => {
    const { callId } = await begins(0);
    await keepMessage(server.db, callId, { ...sound(callId), number: undefined, recordedAt: at(0) }, at(0));
    expect((await messageOfCall(server.db, callId))?.number).toBeUndefined();
  });

  it('is not changed any more, nor deleted from the history; nor is where it lies', async () => {
    const id = await leaves(0);
    const update = (change: object) => server.db.updateTable('deskMessage').set(change).where('id', '=', id).execute();
    await storedMessage(server.db, id, { storage: 'folder', location: '/kept/a.wav', storedAt: at(1) });
    for (const change of [
      { number: null },
      { seconds: 1 },
      { sha256: '1'.repeat(64) },
      { keepUntil: at(1) },
      { callingNumber: null },
      { language: 'es' },
      { location: '/kept/b.wav' },
    ])
      expect([change, await refused(update(change))]).toEqual([change, 'desk_message_kept']);
    expect(await refused(server.db.deleteFrom('deskMessage').where('id', '=', id).execute())).toBe('desk_message_kept');
    await takes('ben', 2);
    await doneMessage(server.db, id, 'ben', at(3));
    expect(await refused(update({ state: 'new', agentId: null, node: null, takenAt: null, doneAt: null }))).toBe(
      'desk_message_kept',
    );
    await deletedMessage(server.db, id, at(4));
    expect(await refused(update({ deletedAt: null }))).toBe('desk_message_kept');
  });

  it('is neither half recorded nor half taken', async () => {
    const { callId } = await begins(0);
    const update = (change: object) =>
      refused(server.db.updateTable('deskMessage').set(change).where('callId', '=', callId).execute());
    expect(await update({ state: 'new' })).toBe('desk_message_whole');
    expect(await update({ seconds: 3 })).toBe('desk_message_whole');
    expect(await update({ agentId: 'ben' })).toBe('desk_message_taken');
    expect(await update({ storage: 'folder', location: '/a', storedAt: at(0) })).toBe('desk_message_stored');
    expect(await update({ deletedAt: at(0) })).toBe('desk_message_deleted');
  });
});

describe('an agent', () => {
  it('is given the oldest message in a language that they speak, and it is done', async () => {
    const [spanish, english, later] = [await leaves(1, 'es'), await leaves(2), await leaves(3)];
    expect(await takes('ben', 10)).toBe(english);
    expect(await findMessage(server.db, english)).toMatchObject({ state: 'taken', agentId: 'ben' });
    expect(await doneMessage(server.db, english, 'ben', at(11))).toBe(true);
    expect(await doneMessage(server.db, english, 'ben', at(12))).toBe(false);
    expect(await takes('ben', 13)).toBe(later);
    expect(await takes('ben', 14)).toBeUndefined();
    expect(await takes('carla', 15)).toBe(spanish);
    expect(await kinds(english)).toEqual(['message-left', 'message-taken ben', 'message-done ben']);
  });

  it('gets none that another hears, and gets it when they leave it for others', async () => {
    const id = await leaves(1);
    expect(await takes('ben', 10)).toBe(id);
    expect(await takes('carla', 11)).toBeUndefined();
    expect(await doneMessage(server.db, id, 'carla', at(12))).toBe(false);
    await putBackMessage(server.db, id, 'carla', at(12));
    expect(await stateOf(id)).toBe('taken');
    await putBackMessage(server.db, id, 'ben', at(13));
    expect(await takes('ben', 14, [id])).toBeUndefined();
    expect(await takes('carla', 15)).toBe(id);
    expect(await kinds(id)).toEqual([
      ...['message-left', 'message-taken ben', 'message-put-back ben', 'message-taken carla'],
    ]);
  });

  it('gets each message once, however many ask at once', async () => {
    const ids = [await leaves(1), await leaves(2), await leaves(3)];
    const taken = await Promise.all(Array.from({ length: 6 }, () => takes('carla', 10)));
    expect(taken.filter((id) => id !== undefined).sort()).toEqual([...ids].sort());
  });

  it('loses what they hear when their process dies, and that alone; or an hour later, whatever is known', async () => {
    const [first, second] = [await leaves(1), await leaves(2)];
    expect(await takes('ben', 10, [], 'ivr-1')).toBe(first);
    expect(await takes('ben', 10, [], 'ivr-2')).toBe(second);
    await putBackMessagesOf(server.db, 'ivr-1');
    expect([await stateOf(first), await stateOf(second)]).toEqual(['new', 'taken']);
    expect(await takes('carla', 11)).toBe(first);
    expect(await takes('carla', 10 + hour, [first])).toBeUndefined();
    expect(await takes('carla', 11 + hour, [first])).toBe(second);
    expect(await doneMessage(server.db, second, 'ben', at(12 + hour))).toBe(false);
  });

  it('is given none whose days are over, or that is deleted', async () => {
    const id = await leaves(0);
    expect(await takes('ben', 90 * days)).toBeUndefined();
    await deletedMessage(server.db, id, at(1));
    expect(await takes('ben', 2)).toBeUndefined();
  });

  it('may be hearing one that is deleted: nothing happens to it any more', async () => {
    const id = await leaves(0);
    await takes('ben', 1);
    await deletedMessage(server.db, id, at(2));
    expect(await doneMessage(server.db, id, 'ben', at(3))).toBe(false);
    await putBackMessage(server.db, id, 'ben', at(3));
    await putBackMessagesOf(server.db, 'ivr-1');
    expect(await stateOf(id)).toBe('taken');
  });
});

describe('what comes round', () => {
  it('finds what was begun in calls that are over for a minute, or hours ago', async () => {
    const [going, over, unwritten] = [await begins(0), await begins(0), await begins(0)];
    const leg = { sipCallId: 'x', localTag: '', remoteTag: '', dialogId: '', remoteTarget: '', endpointUuid: '' };
    for (const { callId } of [going, over])
      await openLineCall(server.db, { ...leg, id: callId, node: 'ivr-1', answeredAt: at(0) });
    await closeLineCall(server.db, over.callId, { how: 'restart', at: at(10) });
    const found = async (seconds: number) =>
      (await messagesLeftOver(server.db, at(seconds))).map(({ callId }) => callId).sort();
    expect(await found(70)).toEqual([]);
    expect(await found(71)).toEqual([over.callId]);
    expect(await found(4 * hour + 1)).toEqual([going.callId, over.callId, unwritten.callId].sort());
    await keep(over.callId, 80);
    expect(await found(81)).toEqual([]);
  });

  it('gives out again what is not stored yet, and no other', async () => {
    const [waits, stored, deleted, fresh] = [await leaves(0), await leaves(0), await leaves(0), await leaves(100)];
    const place = { storage: 'folder', location: '/kept/a.wav', storedAt: at(1) } as const;
    expect(await storedMessage(server.db, stored, place)).toBe(true);
    expect(await storedMessage(server.db, stored, place)).toBe(false);
    await deletedMessage(server.db, deleted, at(1));
    expect(await storedMessage(server.db, deleted, place)).toBe(false);
    await server.db.deleteFrom('outbox').execute();
    expect(await giveOutMessages(server.db, at(100))).toBe(1);
    expect((await outbox()).map(({ payload }) => payload)).toEqual([{ messageId: waits }]);
    expect(fresh).not.toBe(waits);
  });

  it('deletes after the days that were told, heard or not, but nothing that an agent is hearing', async () => {
    const [old, heard, hearing, young] = [await leaves(0), await leaves(0), await leaves(0), await leaves(10)];
    expect(await takes('ben', 1, [old, hearing, young])).toBe(heard);
    await doneMessage(server.db, heard, 'ben', at(2));
    const end = 90 * days;
    expect(await takes('ben', end - 10, [old, young])).toBe(hearing);
    const found = async (seconds: number) =>
      (await messagesToDelete(server.db, at(seconds), 10)).map(({ id }) => id).sort();
    expect(await found(end - 1)).toEqual([]);
    expect(await found(end)).toEqual([old, heard].sort());
    expect(await found(end + hour)).toEqual([old, heard, hearing, young].sort());
    expect(await deletedMessage(server.db, old, at(end))).toBe(true);
    expect(await deletedMessage(server.db, old, at(end + 5))).toBe(false);
    expect((await findMessage(server.db, old))?.deletedAt).toEqual(at(end));
    expect(await found(end)).toEqual([heard]);
    expect((await kinds(old)).at(-1)).toBe('message-deleted');
  });
});

describe('the desk', () => {
  it('says how long a message may be, and how long it is kept', async () => {
    expect(await messageTermsAt(server.db, at(0))).toEqual({ mostSeconds: 180, keepDays: 90 });
  });

  it('has no place for who comes when so many wait, and has one when somebody has left', async () => {
    const enters = async (id: string) => {
      const entry = { id, callId: randomUUID(), language: 'en', number: undefined, accountId: undefined } as const;
      return enterQueue(server.db, { ...entry, node: 'ivr-1', at: at(0), most: 2 });
    };
    const [first, third] = [randomUUID(), randomUUID()];
    expect([await enters(first), await enters(randomUUID()), await enters(third)]).toEqual([
      ...['entered', 'entered', 'full'],
    ]);
    expect(await server.db.selectFrom('deskEntry').select('id').where('id', '=', third).execute()).toEqual([]);
    await leaveQueue(server.db, first, 'hung-up', at(1));
    expect(await enters(third)).toBe('entered');
  });

  it.each<[string, string, object]>([
    ['as it came', '+12135550142', { kind: 'number', number: '+12135550142' }],
    ['as it was typed', '2135550142', { kind: 'number', number: '+12135550142' }],
    ['of nobody', '9115550', { kind: 'refused', why: 'not-callable' }],
    ['toll-free', '8005550142', { kind: 'refused', why: 'not-callable' }],
    ['of another country', '+525512345678', { kind: 'refused', why: 'foreign' }],
  ])('tells a number where somebody can be called: %s', (_what, text, found) => {
    expect(numberOfSomebody(text)).toEqual(found);
  });
});

describe('what happens with a message', () => {
  const waiting = async () => {
    const { rows } = await sql<{ count: string }>`
      select count(*) from pg_locks where locktype = 'advisory' and not granted`.execute(server.db);
    return Number(rows[0]?.count);
  };

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['left', async () => leaves(20)],
    ['taken', async () => takes('ana', 20)],
    ['done', async (id) => doneMessage(server.db, id, 'ana', at(20))],
    ['put back', async (id) => putBackMessage(server.db, id, 'ana', at(20))],
    ['deleted', async (id) => deletedMessage(server.db, id, at(20))],
  ])('has its place among the events of the desk, in the order of their ids: %s', async (what, act) => {
    const id = await leaves(10, 'es');
    if (what === 'done' || what === 'put back') expect(await takes('ana', 11)).toBe(id);
    let over = (): void => undefined;
    const held = new Promise<void>((resolve) => (over = resolve));
    let before: Promise<void> | undefined;
    await new Promise<void>((begun) => {
      before = atDesk(server.db, async (trx) => {
        await noteAtDesk(trx, at(20), 'held', {});
        begun();
        await held;
      });
    });
    const acting = act(id);
    try {
      await expect.poll(waiting).toBe(1);
    } finally {
      over();
      await Promise.all([before, acting]);
    }
  });
});
