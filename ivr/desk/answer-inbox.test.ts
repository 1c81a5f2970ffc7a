import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ha1Of, saveCredentials } from '#db/credentials.ts';
import { turnAgent } from '#db/desk/agents.ts';
import {
  beginMessage,
  deletedMessage,
  findMessage,
  keepMessage,
  messageOfCall,
  storedMessage,
} from '#db/desk/messages.ts';
import { endingOfLineCall } from '#db/line-calls.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { writeSound } from '#media/prompts/sound.ts';
import { hashFile } from '#media/recordings/file.ts';
import { StorageError, type Kept } from '#media/recordings/storage.ts';
import { authorization } from '#test-calls/phone/authorization.ts';
import { answer, type RunningCall } from '../answering/answer.ts';
import { Door } from '../answering/door.ts';
import type { FamilyLineHouse } from '../family-line/house.ts';
import { recover } from '../recovery.ts';
import { agentState, clearDesk, hireAgent } from '../testing/agent-at-desk.ts';
import { invite } from '../testing/knock.ts';
import { PlayedEndpoint } from '../testing/played-endpoint.ts';
import { playedPlatform } from '../testing/world.ts';
import { answerInbox } from './answer-inbox.ts';

let server: TestDatabase;
let folder: string;
beforeAll(async () => {
  server = await startTestDatabase();
  await hireAgent(server.db);
});
afterAll(() => server.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeline-inbox-'));
  await clearDesk(server.db);
  const there = server.db.updateTable('deskMessage').set({ deletedAt: left }).where('deletedAt', 'is', null);
  await there.where('recordedAt', 'is not', null).execute();
});
afterEach(() => rm(folder, { recursive: true }));

const number = '+12135550142';
/** The evening before the clock of the tests begins, Pacific time. */
const left = new Date('2026-11-27T21:30:00-08:00');

/** A message in Ana's language, in the spool. */
async function message({ from = number } = {}) {
  const callId = randomUUID();
  const spoolPath = join(folder, `${callId}.wav`);
  await writeFile(spoolPath, writeSound({ rate: 8000, samples: new Float32Array(24_000).fill(0.1) }));
  const known = { id: randomUUID(), callId, language: 'es', callingNumber: from, accountId: undefined } as const;
  await beginMessage(server.db, { ...known, keepDays: 90, at: left });
  const sound = { ...(await hashFile(spoolPath)), spoolPath, seconds: 3, number: from, recordedAt: left };
  await keepMessage(server.db, callId, sound, left);
  return { id: (await messageOfCall(server.db, callId))?.id ?? '', spoolPath };
}
const stateOf = async (id: string) => (await findMessage(server.db, id))?.state;

const nothing = async (): Promise<void> => undefined;

/** Ana dials the code; what is got from storage, and how, is told. */
async function dials({ get = nothing }: { readonly get?: (kept: Kept) => Promise<void> } = {}) {
  const played = playedPlatform(server.db, { spoolFolder: folder });
  const endpoint = new PlayedEndpoint('of-ana');
  played.media.ready.push(endpoint);
  const begins = endpoint.begins();
  const { incoming, dialog, said } = invite({ requestUri: 'sip:*9@homeline' });
  let running: RunningCall | undefined;
  const refused: number[] = [];
  await answerInbox(
    incoming,
    'ana',
    { storage: { get } },
    played.platform,
    (call) => (running = call),
    (status) => void refused.push(status),
  );
  return { ...played, endpoint, dialog, said, refused, running: running, begins };
}
const hearing = async () => readdir(join(folder, 'hearing/ivr-test')).catch(() => []);

describe('an agent who dials the code', () => {
  it('is away, hears the message from a file of its own, is done, hears that there is none, and is free again', async () => {
    const { id, spoolPath } = await message();
    await turnAgent(server.db, 'ana', 'ready', left);
    const { endpoint, begins, running, logged } = await dials();
    const playing = await begins;
    expect([await agentState(server.db), await stateOf(id)]).toEqual(['away', 'taken']);
    // It names a time, and is somebody's voice: nothing of it is kept where prompts are.
    expect(playing.path).toMatch(/^passing:/);
    const [own] = await hearing();
    expect(await readFile(join(folder, 'hearing/ivr-test', own ?? ''))).toEqual(await readFile(spoolPath));
    const done = endpoint.begins('inbox.is-done');
    endpoint.press('1');
    await (await done).end();
    const none = endpoint.begins('inbox.none');
    await (await none).end();
    await running?.done;
    expect([await agentState(server.db), await stateOf(id), await hearing()]).toEqual(['ready', 'done', []]);
    expect(await endingOfLineCall(server.db, running?.id ?? '')).toBe('goodbye');
    expect(existsSync(spoolPath)).toBe(true);
    expect(logged.flatMap(({ fields }) => Object.keys(fields))).toEqual(['call', 'agent', 'message']);
  });

  it('hears it again, and its sound alone is not kept where prompts are either', async () => {
    await message();
    const { begins, endpoint, dialog, running } = await dials();
    await begins;
    const again = endpoint.begins();
    endpoint.press('2');
    const [own] = await hearing();
    expect((await again).path).toMatch(/^passing:/);
    dialog.hangUp();
    await running?.done;
    expect(own).toBeDefined();
  });

  it('who was writing down what a talk was about is free then, too', async () => {
    await server.db
      .updateTable('agent')
      .set({ state: 'wrap-up', until: new Date(left.getTime() + 3_600_000) })
      .execute();
    const { begins, endpoint, running } = await dials();
    endpoint.quick = true;
    await (await begins).end();
    await running?.done;
    expect(await agentState(server.db)).toBe('ready');
  });

  it('leaves it for others by hanging up, and nothing of it behind', async () => {
    const { id } = await message();
    const { begins, dialog, running } = await dials();
    await begins;
    dialog.hangUp();
    await running?.done;
    expect([await stateOf(id), await hearing(), await agentState(server.db)]).toEqual(['new', [], 'away']);
    expect(await endingOfLineCall(server.db, running?.id ?? '')).toBe('phone');
  });

  it('leaves it by the key, and is not given it again in this call', async () => {
    const { id } = await message();
    const { begins, endpoint, running } = await dials();
    await begins;
    const isLeft = endpoint.begins('inbox.is-left');
    endpoint.press('3');
    await (await isLeft).end();
    await (await endpoint.begins('inbox.none')).end();
    await running?.done;
    expect([await stateOf(id), await hearing()]).toEqual(['new', []]);
  });

  it('hears what storage keeps, by its name there, also when it was stored at this very moment', async () => {
    const { id, spoolPath } = await message();
    const sound = await readFile(spoolPath);
    await rm(spoolPath);
    const asked: Kept[] = [];
    const get = async (kept: Kept) => {
      asked.push(kept);
      await writeFile(kept.path, sound);
    };
    const first = await dials({ get });
    await first.begins;
    first.dialog.hangUp();
    await first.running?.done;
    await storedMessage(server.db, id, { storage: 'folder', location: '/kept', storedAt: left });
    const second = await dials({ get });
    await second.begins;
    second.dialog.hangUp();
    await second.running?.done;
    const { sha256, bytes } = (await findMessage(server.db, id))?.sound ?? {};
    const kept = { key: `messages/2026/11/28/${id}.wav`, sha256, bytes };
    expect(asked).toMatchObject([kept, kept]);
    expect(asked.map(({ path }) => dirname(path))).toEqual(
      Array.from({ length: 2 }, () => join(folder, 'hearing/ivr-test')),
    );
  });

  it('hears that it can not be played now when storage is away, and it waits for others', async () => {
    const { id } = await message();
    await storedMessage(server.db, id, { storage: 's3', location: 's3://x/y', storedAt: left });
    const away = async () => Promise.reject(new StorageError('unavailable', 'not now'));
    const { begins, endpoint, running, logged } = await dials({ get: away });
    endpoint.quick = true;
    await (await begins).end();
    await running?.done;
    expect([await stateOf(id), logged.find(({ level }) => level === 'error')?.text]).toEqual([
      'new',
      'a voice message can not be played',
    ]);
  });

  it('is told that one was deleted while they heard it', async () => {
    const { id } = await message();
    const { begins, endpoint } = await dials();
    await begins;
    await deletedMessage(server.db, id, left);
    const gone = endpoint.begins('inbox.gone');
    endpoint.press('1');
    await gone;
  });

  it('is given no message in a language that they do not speak', async () => {
    const { id } = await message();
    await server.db.updateTable('agentLanguage').set({ language: 'en' }).execute();
    const { begins, endpoint } = await dials();
    const { path } = await begins;
    await server.db.updateTable('agentLanguage').set({ language: 'es' }).execute();
    endpoint.quick = true;
    expect([path, await stateOf(id)]).toEqual(['/en/inbox.none.wav', 'new']);
  });

  it('is busy while somebody is given to them or talks with them, and works here', async () => {
    await server.db.updateTable('agent').set({ state: 'talking' }).execute();
    expect(await dials()).toMatchObject({ refused: [486], running: undefined });
    expect(await agentState(server.db)).toBe('talking');
    await server.db.updateTable('agent').set({ state: 'away', active: false }).execute();
    expect(await dials()).toMatchObject({ refused: [403], running: undefined });
    await server.db.updateTable('agent').set({ active: true }).execute();
  });

  it('is given back to the queue when there is no media', async () => {
    await turnAgent(server.db, 'ana', 'ready', left);
    const played = playedPlatform(server.db, { spoolFolder: folder });
    const { incoming } = invite();
    const refused: number[] = [];
    const refuse = (status: number) => void refused.push(status);
    const noMedia = { endpointFor: () => Promise.reject(new Error('none')) } as unknown as typeof played.platform.media;
    const platform = { ...played.platform, media: noMedia };
    await answerInbox(incoming, 'ana', { storage: { get: async () => undefined } }, platform, () => undefined, refuse);
    expect([refused, await agentState(server.db)]).toEqual([[503], 'ready']);
  });

  it('hears a goodbye when the platform stops, and leaves the message for others', async () => {
    const { id } = await message();
    const { begins, endpoint, running } = await dials();
    await begins;
    const goodbye = endpoint.begins();
    running?.stop();
    await (await goodbye).end();
    await running?.done;
    expect(await stateOf(id)).toBe('new');
    expect(await endingOfLineCall(server.db, running?.id ?? '')).toBe('shutdown');
  });
});

it('a process that starts finds no sound that its namesake left, and gives back what was being heard', async () => {
  const { id } = await message();
  const { begins, platform } = await dials();
  await begins;
  await mkdir(join(folder, 'hearing/ivr-other'), { recursive: true });
  expect(await hearing()).toHaveLength(1);
  await recover(platform);
  expect([await stateOf(id), await hearing(), existsSync(join(folder, 'hearing/ivr-other'))]).toEqual([
    'new',
    [],
    true,
  ]);
});

describe('what an agent dials', () => {
  it('reaches the messages from their own phone, with their password, and nothing else does', async () => {
    const realm = 'homeline';
    const password = 'of the desk';
    await saveCredentials(server.db, {
      username: 'desk1',
      realm,
      ha1: ha1Of('desk1', realm, password),
      agentId: 'ana',
    });
    const calls = async (requestUri: string, house: object | undefined) => {
      const played = playedPlatform(server.db, { spoolFolder: folder });
      const endpoint = new PlayedEndpoint('of-ana');
      played.media.ready.push(endpoint);
      const platform = { ...played.platform, ...(house && { familyLine: house as FamilyLineHouse }) };
      const door = new Door(platform);
      const header = authorization(
        door.challenge(false),
        { method: 'INVITE', uri: requestUri },
        { username: 'desk1', password },
      );
      const { incoming, said, answers, dialog } = invite({ requestUri }, { 'Proxy-Authorization': header ?? '' });
      let running: RunningCall | undefined;
      await answer(incoming, door, platform, (call) => (running = call));
      dialog.hangUp();
      await running?.done;
      return [answers.length, ...said.map(({ status }) => status)];
    };
    const house = { number: '+18669490290', storage: {} };
    expect(await calls('sip:*9@homeline', house)).toEqual([1]);
    expect(await calls('sip:*9@homeline', undefined)).toEqual([0, 403]);
    expect(await calls('sip:2135550142@homeline', house)).toEqual([0, 403]);
    expect(await calls('sip:+18669490290@homeline', house)).toEqual([0, 403]);
  });
});
