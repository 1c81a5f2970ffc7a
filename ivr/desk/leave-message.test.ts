import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openAccount } from '#db/accounts.ts';
import { saveAgent, turnAgent } from '#db/desk/agents.ts';
import { enterQueue } from '#db/desk/entries.ts';
import { messageOfCall } from '#db/desk/messages.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { writeSound } from '#media/prompts/sound.ts';
import { hashFile } from '#media/recordings/file.ts';
import { playedPlatform } from '../testing/world.ts';
import { agentsOf } from './agents.ts';
import { MessageOfCall, messageFolder } from './leave-message.ts';
import type { QueuedCall } from './place-in-queue.ts';

let server: TestDatabase;
let folder: string;
beforeAll(async () => {
  server = await startTestDatabase();
  await openAccount(server.db, { id: 'holder', numbers: [own], at: new Date() });
});
afterAll(() => server.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeline-message-'));
  await mkdir(join(folder, 'messages'));
});
afterEach(() => rm(folder, { recursive: true }));

const own = '+12135550142';

/** So many seconds of sound; `open`: the media server writes it still. */
function sound(seconds: number, { open = false } = {}): Buffer {
  const samples = Float32Array.from({ length: seconds * 8000 }, (_, n) => 0.2 * Math.sin(n));
  const file = Buffer.from(writeSound({ rate: 8000, samples }));
  if (open) file.writeUInt32LE(0, 40);
  return file;
}

/** A call on whose line voices are recorded. */
function calls(from: { readonly callingNumber?: string | undefined } = {}) {
  const callingNumber = 'callingNumber' in from ? from.callingNumber : own;
  const played = playedPlatform(server.db, { spoolFolder: folder });
  const callId = randomUUID();
  const voices: string[] = [];
  const discarded: (string | undefined)[] = [];
  const line = {
    voices,
    discardVoices: async (kept: string | undefined) => {
      discarded.push(kept);
      for (const path of voices) if (path !== kept) await rm(path, { force: true });
    },
  };
  const message = new MessageOfCall({ callId, callingNumber, platform: played.platform }, line);
  /** What was recorded next. */
  const says = async (bytes: Buffer | undefined) => {
    const path = join(messageFolder(played.platform.terms), `${callId}-${voices.length}.wav`);
    voices.push(path);
    if (bytes) await writeFile(path, bytes);
    return { path, seconds: 9 };
  };
  const row = () => messageOfCall(server.db, callId);
  return { ...played, callId, message, voices, discarded, says, row };
}
const left = async () => (await readdir(join(folder, 'messages'))).length;

describe('a message that is left in a call', () => {
  it('is begun with the terms of the day, who calls, and whose account that names', async () => {
    const { message, row, callId } = calls();
    expect(await message.begin('es')).toEqual({ mostSeconds: 180, keepDays: 90 });
    expect(await row()).toMatchObject({ state: 'begun', language: 'es', callingNumber: own, keepDays: 90 });
    const { accountId } = await server.db
      .selectFrom('deskMessage')
      .select('accountId')
      .where('callId', '=', callId)
      .executeTakeFirstOrThrow();
    expect(accountId).toBe('holder');
  });

  it('is kept closed and hashed, with the number that was chosen; its other voices go when the call is over', async () => {
    const { message, says, row, clock, logged, discarded } = calls();
    await message.begin('en');
    await says(sound(3));
    const voice = await says(sound(4));
    await message.keep(voice, '+12135550143');
    await message.settle();
    expect(await row()).toMatchObject({
      ...{ state: 'new', number: '+12135550143' },
      sound: { spoolPath: voice.path, seconds: 4, recordedAt: clock.now(), ...(await hashFile(voice.path)) },
    });
    expect(discarded).toEqual([voice.path]);
    expect(await left()).toBe(1);
    expect(logged.map(({ fields }) => Object.keys(fields).sort())).toEqual([['call', 'seconds']]);
  });

  it.each<[number, boolean]>([
    [1.9, false],
    [2, true],
  ])('is one when somebody speaks for two seconds: %d', async (seconds, isSpoken) => {
    const { message, says } = calls();
    expect(await message.isSpoken(await says(sound(seconds)))).toBe(isSpoken);
  });

  it('is kept when they hang up: what was said last and long enough, for the number they call from', async () => {
    const { message, says, row } = calls();
    await message.begin('en');
    await says(sound(5));
    const { path } = await says(sound(3));
    await says(sound(1));
    await says(undefined);
    await message.settle();
    expect(await row()).toMatchObject({ state: 'new', number: own, sound: { spoolPath: path, seconds: 3 } });
    expect(await left()).toBe(1);
  });

  it.each<[string, string | undefined]>([
    ['a withheld number', undefined],
    ['a number that agents do not call', '+525512345678'],
  ])('has no number of %s', async (_what, callingNumber) => {
    const { message, says, row } = calls({ callingNumber });
    await message.begin('en');
    await says(sound(3));
    await message.settle();
    expect(await row()).toMatchObject({ state: 'new', number: undefined });
  });

  it('is kept when the media server closes its file a moment later, and when it never does', async () => {
    const { message, says, row, clock } = calls();
    await message.begin('en');
    const { path } = await says(sound(3, { open: true }));
    const looked = clock.asked(100);
    const settled = message.settle();
    await looked;
    expect((await row())?.state).toBe('begun');
    await writeFile(path, sound(4));
    await clock.move(100);
    await settled;
    expect((await row())?.sound?.seconds).toBe(4);

    const other = calls();
    await other.message.begin('en');
    await other.says(sound(3, { open: true }));
    let over = false;
    const later = other.message.settle().then(() => (over = true));
    for (let waited = 0; waited < 1_500 && !over; waited += 100) {
      await other.clock.asked(100);
      await other.clock.move(100);
    }
    await later;
    expect((await other.row())?.sound?.seconds).toBe(3);
  });

  it('is none when nothing was said, and none was begun when none was wanted', async () => {
    const { message, says, row } = calls();
    await message.begin('en');
    await says(sound(1));
    await message.settle();
    expect([(await row())?.state, await left()]).toEqual(['dropped', 0]);
    const other = calls();
    await other.message.settle();
    expect(await other.row()).toBeUndefined();
  });

  it('is not kept when it was deleted, whatever is begun after it', async () => {
    const { message, says, row } = calls();
    await message.begin('en');
    await says(sound(5));
    await message.drop();
    expect((await row())?.state).toBe('dropped');
    await message.begin('en');
    await message.settle();
    expect([(await row())?.state, await left()]).toEqual(['dropped', 0]);
  });

  it('is one in a call', async () => {
    const { message, says } = calls();
    await message.begin('en');
    await message.keep(await says(sound(3)), own);
    await expect(message.begin('en')).rejects.toThrow('one message');
  });

  it('stays in the spool when it can not be kept now, and nobody is troubled', async () => {
    const played = calls();
    await played.message.begin('en');
    await played.says(sound(3));
    Object.assign(played.platform, { db: server.db.withSchema('nowhere') });
    await played.message.settle();
    expect([await left(), (await played.row())?.state]).toEqual([1, 'begun']);
    expect(played.logged.map(({ level, text }) => [level, text])).toEqual([
      ['error', 'a voice message waits in the spool to be kept'],
    ]);
  });
});

it('there is no place in the queue when as many wait as may', async () => {
  const { platform } = calls();
  const parts = { callId: randomUUID(), callingNumber: own, platform } as unknown as QueuedCall;
  await server.db.updateTable('deskTerms').set({ mostWaiting: 1 }).execute();
  const ben = { id: 'ben', name: 'Ben', extension: '202', supervisor: false, active: true } as const;
  await saveAgent(server.db, { ...ben, languages: ['en'] }, new Date());
  await turnAgent(server.db, 'ben', 'ready', new Date());
  const entry = { id: randomUUID(), callId: randomUUID(), language: 'en', number: own, accountId: undefined } as const;
  await enterQueue(server.db, { ...entry, node: 'ivr-1', at: new Date() });
  expect(await agentsOf(parts).queue('en')).toBe('full');
});
