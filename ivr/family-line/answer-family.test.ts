import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { messageOfCall } from '#db/desk/messages.ts';
import { endingOfLineCall, openLineCallsOf } from '#db/line-calls.ts';
import { startTestDatabase } from '#db/testing.ts';
import { writeSound } from '#media/prompts/sound.ts';
import type { RunningCall } from '../answering/answer.ts';
import { invite } from '../testing/knock.ts';
import { PlayedEndpoint } from '../testing/played-endpoint.ts';
import { playedPlatform } from '../testing/world.ts';
import { answerFamily } from './answer-family.ts';
import type { FamilyLineHouse } from './house.ts';

const database = await startTestDatabase();
const { db } = database;
afterAll(() => database.stop());

/** Nothing is paid in these calls. */
const house = { number: '+18669490290', deposits: { now: () => new Date() } } as unknown as FamilyLineHouse;

async function answered() {
  const played = playedPlatform(db);
  const endpoint = new PlayedEndpoint('endpoint-of-the-line');
  played.media.ready.push(endpoint);
  const greeted = endpoint.begins();
  const { incoming, dialog } = invite();
  let running: RunningCall | undefined;
  await answerFamily(
    incoming,
    undefined,
    house,
    played.platform,
    (call) => (running = call),
    () => undefined,
  );
  if (!running) throw new Error('the call does not run');
  await greeted;
  return { ...played, endpoint, dialog, running };
}

it('what would end its leg is written down as long as a call to the line goes on', async () => {
  const { running, dialog, platform, endpoint } = await answered();
  // The first thing that is told waits for nothing; what is written down is on its way.
  const { node } = platform.terms;
  const opened = async () => (await openLineCallsOf(db, node)).find(({ id }) => id === running.id);
  dialog.hangUp();
  await running.done;
  expect(await opened()).toBeUndefined();
  expect(await endingOfLineCall(db, running.id)).toBe('phone');
  const row = await db.selectFrom('lineCall').selectAll().where('id', '=', running.id).executeTakeFirstOrThrow();
  const { dialogId, localTag, remoteTag, remoteTarget, callId } = dialog.reference;
  expect(row).toMatchObject({ node, dialogId, localTag, remoteTag, remoteTarget, sipCallId: callId });
  expect(row.endpointUuid).toBe(endpoint.id);
});

it('what somebody was saying when they hung up is kept', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'homeline-line-'));
  await mkdir(join(folder, 'messages'));
  const played = playedPlatform(db, { spoolFolder: folder });
  const endpoint = new PlayedEndpoint('of-a-message');
  endpoint.quick = true;
  played.media.ready.push(endpoint);
  const { incoming, dialog } = invite();
  let path = '';
  endpoint.recordVoice = async (file) => {
    path = file;
    await writeFile(file, writeSound({ rate: 8000, samples: new Float32Array(24_000).fill(0.1) }));
    dialog.hangUp();
    return new Promise(() => undefined);
  };
  let running: RunningCall | undefined;
  const take = (call: RunningCall) => (running = call);
  await answerFamily(incoming, '+12135550142', house, played.platform, take, () => undefined);
  // English, an agent, of whom there is none at work, and a message.
  endpoint.press('1', '0', '1');
  await running?.done;
  expect(await messageOfCall(db, running?.id ?? '')).toMatchObject({
    ...{ state: 'new', language: 'en', number: '+12135550142' },
    sound: { spoolPath: path, seconds: 3 },
  });
  expect(path.startsWith(join(folder, 'messages/'))).toBe(true);
  await rm(folder, { recursive: true });
});

it('a call whose leg cannot be written down is served all the same', async () => {
  const played = playedPlatform(db);
  const { incoming, dialog } = invite();
  const endpoint = new PlayedEndpoint();
  played.media.ready.push(endpoint);
  const greeted = endpoint.begins();
  const away = db.withSchema('nowhere');
  let running: RunningCall | undefined;
  await answerFamily(
    incoming,
    undefined,
    house,
    { ...played.platform, db: away },
    (call) => (running = call),
    () => undefined,
  );
  await greeted;
  dialog.hangUp();
  await running?.done;
  const { logged } = played;
  expect(logged.filter(({ level }) => level === 'warn').map(({ text }) => text)).toEqual([
    'a call to the 866 line is not written down',
    'the end of a call to the 866 line is not written down',
  ]);
  expect(logged.at(-1)).toMatchObject({ level: 'info', fields: { how: 'phone' } });
});
