import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { saveAgent } from '#db/desk/agents.ts';
import { eventsOfMessage } from '#db/desk/events.ts';
import {
  beginMessage,
  deletedMessage,
  doneMessage,
  findMessage,
  keepMessage,
  MESSAGE_LEFT,
  messageOfCall,
  takeMessage,
} from '#db/desk/messages.ts';
import { closeLineCall, openLineCall } from '#db/line-calls.ts';
import { writeSound } from '#media/prompts/sound.ts';
import { hashFile } from '#media/recordings/file.ts';
import { folderStorage } from '#media/recordings/folder-storage.ts';
import { StorageError, type Storage } from '#media/recordings/storage.ts';
import { deleteMessages, keepLeftMessages } from './messages.ts';
import { storeMessage } from './store-message.ts';
import { bench, folder, messageFolder, said, server, sha256, start, storage, useSpool } from './testing/spool.ts';

useSpool();
beforeEach(async () => {
  const { db } = server;
  await db.updateTable('deskMessage').set({ state: 'dropped' }).where('state', '=', 'begun').execute();
  const there = db.updateTable('deskMessage').set({ deletedAt: begun }).where('deletedAt', 'is', null);
  await there.where('recordedAt', 'is not', null).execute();
});

const days = 24 * 60 * 60_000;
const callingNumber = '+12135550142';
const begun = new Date(Date.UTC(2026, 10, 28, 23, 59));
const inDays = (many: number) => new Date(begun.getTime() + many * days);

/** A second of silence, so many seconds of sound, a second of silence; `cut`: its writer was killed. */
function voice(seconds: number, { cut = false, level = 0.2 } = {}): Buffer {
  const samples = Float32Array.from({ length: (seconds + 2) * 8000 }, (_, n) =>
    n >= 8000 && n < (seconds + 1) * 8000 ? level * Math.sin(n) : 0,
  );
  const file = Buffer.from(writeSound({ rate: 8000, samples }));
  if (cut) file.writeUInt32LE(0, 40);
  return file;
}
const fileOf = (callId: string, ms = 1_000) => join(messageFolder, `${callId}-${ms}.wav`);

async function begin({ at = begun, ...from }: { readonly at?: Date; readonly number?: string | undefined } = {}) {
  const number = 'number' in from ? from.number : callingNumber;
  const callId = randomUUID();
  const known = { id: randomUUID(), callId, language: 'es', callingNumber: number, accountId: undefined } as const;
  await beginMessage(server.db, { ...known, keepDays: 90, at });
  return callId;
}

/** A message whose file lies in the spool. */
async function left(bytes = voice(3)) {
  const callId = await begin();
  const path = fileOf(callId);
  await writeFile(path, bytes);
  const sound = { ...(await hashFile(path)), spoolPath: path, seconds: 5, recordedAt: begun, number: callingNumber };
  await keepMessage(server.db, callId, sound, begun);
  const id = (await messageOfCall(server.db, callId))?.id ?? '';
  return { id, callId, path, bytes, kept: join(folder, 'kept', `messages/2026/11/28/${id}.wav`) };
}

test('a message that was left is stored under its day, and leaves the spool, by itself', async () => {
  const { id, path, bytes, kept } = await left();
  await start();
  await expect.poll(async () => (await findMessage(server.db, id))?.location, { timeout: 15_000 }).toBe(kept);
  await expect.poll(() => existsSync(path)).toBe(false);
  expect(sha256(await readFile(kept))).toBe(sha256(bytes));
  expect(said('voice message stored').map(({ facts }) => Object.keys(facts).sort())).toEqual([
    ['bytes', 'call', 'message', 'seconds'],
  ]);
});

test('dying before any step and beginning again loses nothing and stores once', async () => {
  for (const death of ['look', 'put', 'compare', 'mark', 'remove'] as const) {
    const { id, path, bytes, kept } = await left();
    const dying = bench((step) => {
      if (step === death) throw new Error(`killed at ${death}`);
    });
    await expect(storeMessage(dying, id)).rejects.toThrow(`killed at ${death}`);
    expect(existsSync(path), death).toBe(true);
    expect(await storeMessage(bench(), id), death).toBe(death === 'remove' ? 'already-stored' : 'stored');
    expect(sha256(await readFile(kept))).toBe(sha256(bytes));
    expect(existsSync(path), death).toBe(false);
    expect(await storeMessage(bench(), id)).toBe('already-stored');
  }
});

test('what storage damages is not removed from the spool; what is deleted, or not there, is not stored', async () => {
  const { id, path, kept } = await left();
  const damaging: Storage = { ...storage, verify: async () => 'different' };
  await expect(storeMessage({ ...bench(), storage: damaging }, id)).rejects.toMatchObject({ trouble: 'corrupt' });
  expect([existsSync(path), (await findMessage(server.db, id))?.location]).toEqual([true, undefined]);
  await deletedMessage(server.db, id, begun);
  expect(await storeMessage(bench(), id)).toBe('deleted');
  expect(existsSync(kept)).toBe(true);
  expect(await storeMessage(bench(), randomUUID())).toBe('unknown');
  const begunOnly = (await messageOfCall(server.db, await begin()))?.id ?? '';
  expect(await storeMessage(bench(), begunOnly)).toBe('unknown');
});

test('what was stored elsewhere before the configuration changed stays there, and is not said to be deleted', async () => {
  const { id, kept } = await left();
  await storeMessage(bench(), id);
  const elsewhere = { ...bench(), storage: folderStorage(join(folder, 'other')), now: () => inDays(90) };
  expect(await storeMessage(elsewhere, id)).toBe('already-stored');
  expect(await deleteMessages(elsewhere)).toBe(0);
  expect([existsSync(kept), (await findMessage(server.db, id))?.deletedAt]).toEqual([true, undefined]);
  expect(said('lies in another storage')).toHaveLength(1);
});

/** Somebody hung up, and nobody lived to keep what they had said. */
async function cutOff(voices: Readonly<Record<number, Buffer>>, options: Parameters<typeof begin>[0] = {}) {
  const callId = await begin(options);
  for (const [ms, bytes] of Object.entries(voices)) await writeFile(fileOf(callId, Number(ms)), bytes);
  const leg = { sipCallId: 'x', localTag: '', remoteTag: '', dialogId: '', remoteTarget: '', endpointUuid: '' };
  await openLineCall(server.db, { ...leg, id: callId, node: 'ivr-1', answeredAt: begun });
  await closeLineCall(server.db, callId, { how: 'restart', at: new Date(begun.getTime() + 60_000) });
  return callId;
}
const minutes = (many: number) => new Date(begun.getTime() + many * 60_000);
const sweeping = (at: Date) => ({ ...bench(), messageFolder, now: () => at });

test('what was said last in a call whose process died is kept, whole, to be called back at its number', async () => {
  const voices = { 1000: voice(4), 2000: voice(3, { cut: true }), 3000: voice(1), 4000: Buffer.alloc(0) };
  const callId = await cutOff(voices);
  const other = await begin({ at: minutes(3) });
  await writeFile(fileOf(other), voice(3));
  expect(await keepLeftMessages(sweeping(minutes(3)))).toBe(1);
  const message = await messageOfCall(server.db, callId);
  const path = fileOf(callId, 2000);
  expect(message).toMatchObject({
    ...{ state: 'new', number: callingNumber },
    sound: { spoolPath: path, seconds: 5, recordedAt: begun, ...(await hashFile(path)) },
  });
  expect((await readFile(path)).readUInt32LE(40)).toBe(5 * 16_000);
  expect((await readdir(messageFolder)).sort()).toEqual([`${callId}-2000.wav`, `${other}-1000.wav`].sort());
  expect(await server.db.selectFrom('outbox').select('payload').where('topic', '=', MESSAGE_LEFT).execute()).toEqual([
    { payload: { messageId: message?.id } },
  ]);
  expect(await keepLeftMessages(sweeping(minutes(4)))).toBe(0);
});

test('a message of silence is none, and its voices go; a number that nobody can call is not called', async () => {
  const silent = await cutOff({ 1000: voice(6, { level: 0.001 }), 2000: voice(1.5) });
  const nobody = await cutOff({});
  const withheld = await cutOff({ 1000: voice(3) }, { number: undefined });
  const foreign = await cutOff({ 1000: voice(3) }, { number: '+525512345678' });
  expect(await keepLeftMessages(sweeping(minutes(3)))).toBe(2);
  for (const callId of [silent, nobody]) expect((await messageOfCall(server.db, callId))?.state).toBe('dropped');
  for (const callId of [withheld, foreign]) {
    const message = await messageOfCall(server.db, callId);
    expect([message?.state, message?.number]).toEqual(['new', undefined]);
  }
  expect((await readdir(messageFolder)).sort()).toEqual([`${withheld}-1000.wav`, `${foreign}-1000.wav`].sort());
});

test('one that fails does not keep the others waiting', async () => {
  const [broken, whole] = [await cutOff({}), await cutOff({ 1000: voice(3) })];
  // A voice that cannot be read.
  await symlink(messageFolder, fileOf(broken));
  expect(await keepLeftMessages(sweeping(minutes(3)))).toBe(1);
  expect((await messageOfCall(server.db, whole))?.state).toBe('new');
  expect((await messageOfCall(server.db, broken))?.state).toBe('begun');
  expect(said('keeping a message that was left over failed')).toHaveLength(1);
});

const over = (onDelete: () => Promise<void> = async () => undefined) => ({
  ...bench(),
  storage: { ...storage, remove: async (key: string) => (await onDelete(), storage.remove(key)) },
  now: () => inDays(90),
});

test('a message is deleted when its days are over, from storage or the spool, and the history says so', async () => {
  const [stored, unstored] = [await left(), await left()];
  await storeMessage(bench(), stored.id);
  expect(await deleteMessages({ ...over(), now: () => new Date(inDays(90).getTime() - 1) })).toBe(0);
  expect(await deleteMessages(over())).toBe(2);
  for (const { id, path, kept } of [stored, unstored]) {
    expect([existsSync(path), existsSync(kept)]).toEqual([false, false]);
    expect((await findMessage(server.db, id))?.deletedAt).toEqual(inDays(90));
    expect((await eventsOfMessage(server.db, id)).at(-1)).toMatchObject({ kind: 'message-deleted', at: inDays(90) });
  }
  expect(await deleteMessages(over())).toBe(0);
});

test('the row says that it is deleted only when it is, whatever dies in between', async () => {
  const { id, kept } = await left();
  await storeMessage(bench(), id);
  const refuses = over(async () => {
    throw new StorageError('unavailable', 'not now');
  });
  expect(await deleteMessages(refuses)).toBe(0);
  expect([existsSync(kept), (await findMessage(server.db, id))?.deletedAt]).toEqual([true, undefined]);
  expect(said('deleting a message failed')).toHaveLength(1);
  expect(await deleteMessages(over())).toBe(1);
  expect(existsSync(kept)).toBe(false);
});

test('it is told that nobody was done with a message that is deleted', async () => {
  const ben = { id: 'ben', name: 'Ben', extension: '202', languages: ['es'], supervisor: false, active: true } as const;
  await saveAgent(server.db, ben, begun);
  const [heard, unheard] = [await left(), await left()];
  const taking = { agentId: 'ben', node: 'ivr-1', not: [unheard.id], lapsedBefore: begun };
  expect((await takeMessage(server.db, taking, inDays(1)))?.id).toBe(heard.id);
  expect(await doneMessage(server.db, heard.id, 'ben', inDays(1))).toBe(true);
  expect(await deleteMessages(over())).toBe(2);
  expect(said('no agent was done').map(({ facts }) => facts['message'])).toEqual([unheard.id]);
});

test('what comes round keeps what was left over, gives out what is not stored, and deletes what is over', async () => {
  const callId = await cutOff({ 1000: voice(3) });
  const { id } = await left();
  await server.db.deleteFrom('outbox').execute();
  const jobs = await start({ now: () => minutes(30) });
  const locations = async () => [
    (await messageOfCall(server.db, callId))?.location === undefined,
    (await findMessage(server.db, id))?.location === undefined,
  ];
  await expect.poll(locations, { timeout: 15_000 }).toEqual([false, false]);
  await jobs.stop();
  await server.db.deleteFrom('repeatingJob').execute();
  await start({ now: () => inDays(90) });
  await expect.poll(async () => (await findMessage(server.db, id))?.deletedAt, { timeout: 15_000 }).toEqual(inDays(90));
});
