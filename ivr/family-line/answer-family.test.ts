import { afterAll, expect, it } from 'vitest';
import { endingOfLineCall, openLineCallsOf } from '#db/line-calls.ts';
import { startTestDatabase } from '#db/testing.ts';
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
