import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { callReport, closeCall, openCall, openCallsOf } from '#db/calls.ts';
import { beatNode, beginNode, claimNode, endNode, findNode, otherNodes, type IvrNode } from '#db/nodes.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { startTestDatabase } from '#db/testing.ts';
import { DatabaseUnavailable } from '#db/unavailable.ts';
import { NodeWatch } from './node-watch.ts';
import { turns } from './testing/moved-clock.ts';
import { pinPepper, playedPlatform, realm } from './testing/world.ts';

const database = await startTestDatabase();
const { db } = database;
beforeAll(() => seedDemo(db, { pinPepper, realm, now: new Date() }));
afterAll(() => database.stop());

const watches: NodeWatch[] = [];
afterEach(async () => {
  for (const watch of watches.splice(0)) await watch.stop();
  await db.deleteFrom('ivrNode').execute();
  for (const { id } of await openCallsOf(db, {}))
    await closeCall(db, id, { disposition: 'restart', endedBy: 'system', cause: 'the test is over', states: {} });
});

const seconds = 60;
const beatMs = 10_000;

/** A process that beats and watches; its database can be taken away. */
async function watching(node = 'ivr-test') {
  const played = playedPlatform(db, { node });
  const state: { away: boolean; seen?: IvrNode[] } = { away: false };
  const reached = new Proxy(db, {
    get: (real, key) => {
      // What was read a moment ago.
      if (key === 'selectFrom' && state.seen)
        return (table: 'ivrNode') => (table === 'ivrNode' ? read(state.seen ?? []) : real.selectFrom(table));
      if (state.away) throw new DatabaseUnavailable('57P03');
      const value: unknown = Reflect.get(real, key);
      return typeof value === 'function' ? (value.bind(real) as unknown) : value;
    },
  });
  const platform = { ...played.platform, db: reached };
  const watch = await NodeWatch.begin(platform, seconds);
  watches.push(watch);
  const waits = played.clock.asked(beatMs);
  void watch.keep();
  await waits;
  /** So many beats, each looked through to its end. */
  const beat = async (times = 1) => {
    for (let nth = 0; nth < times; nth++) {
      const next = played.clock.asked(beatMs);
      await played.clock.move(beatMs);
      await next;
    }
  };
  return { ...played, platform, watch, beat, state };
}

async function callOf(node: string) {
  const id = randomUUID();
  const endpointUuid = randomUUID();
  const callerLeg = { sipCallId: `inside of ${id}`, endpointUuid };
  await openCall(db, { id, facilityId: 'valley-view', stationId: 'valley-view-trunk', node, callerLeg, offHookAt: new Date() }); // prettier-ignore
  const disposition = async () => (await callReport(db, id))?.call.disposition;
  return { id, endpointUuid, disposition };
}

/** A query that has been answered. */
const read = (nodes: IvrNode[]) => {
  const query = { select: () => query, where: () => query, orderBy: () => query, execute: async () => nodes };
  return query;
};

describe('a process that is gone for good', () => {
  test('has its calls closed by another when it has not beaten for a minute, once', async () => {
    const { beat, media, logged } = await watching();
    await beginNode(db, 'ivr-gone');
    const left = await callOf('ivr-gone');
    await beat(6);
    expect(await left.disposition()).toBeUndefined();
    await beat();
    expect(await left.disposition()).toBe('restart');
    expect(media.ended).toEqual([left.endpointUuid]);
    expect(logged.map(({ text }) => text)).toContain('a process is gone; what it left is closed');
    expect(await findNode(db, 'ivr-gone')).toBeUndefined();
    const told = logged.length;
    await beat(8);
    expect(logged.length).toBe(told);
  });

  test('is that of one of any number of watchers', async () => {
    const [one, two] = [await watching('ivr-a'), await watching('ivr-b')];
    await beginNode(db, 'ivr-gone');
    const left = await callOf('ivr-gone');
    for (let nth = 0; nth < 7; nth++) await Promise.all([one.beat(), two.beat()]);
    expect(await left.disposition()).toBe('restart');
    expect([...one.media.ended, ...two.media.ended]).toEqual([left.endpointUuid]);
    expect((await otherNodes(db, 'ivr-a')).map(({ name }) => name)).toEqual(['ivr-b']);
  });

  test('whose closing was cut off is closed a minute after that', async () => {
    const { beat, media } = await watching();
    await beginNode(db, 'ivr-gone');
    const left = await callOf('ivr-gone');
    const channels = media.channels.bind(media);
    media.channels = () => Promise.reject(new Error('no socket'));
    await beat(7);
    expect(await findNode(db, 'ivr-gone')).toMatchObject({ holder: 'ivr-test' });
    media.channels = channels;
    await beat(8);
    expect(await findNode(db, 'ivr-gone')).toBeUndefined();
    expect(await left.disposition()).toBe('restart');
  });
});

describe('a process that lives', () => {
  test('is left alone as long as it beats', async () => {
    const { beat } = await watching();
    await beginNode(db, 'ivr-alive');
    const theirs = await callOf('ivr-alive');
    for (let nth = 0; nth < 4; nth++) {
      await beat(5);
      expect(await beatNode(db, 'ivr-alive')).toBe(true);
    }
    expect(await theirs.disposition()).toBeUndefined();
  });

  test('is not dead because the database was away: it is watched anew', async () => {
    const { beat, state, logged } = await watching();
    await beginNode(db, 'ivr-alive');
    const theirs = await callOf('ivr-alive');
    await beat(4);
    state.away = true;
    await beat(4);
    state.away = false;
    await beat(6);
    expect(await theirs.disposition()).toBeUndefined();
    expect(logged.filter(({ text }) => text.includes('can not be watched'))).toHaveLength(4);
    await beat();
    expect(await theirs.disposition()).toBe('restart');
  });

  test('is left alone that beats in the moment in which it is given up', async () => {
    const { beat, state, media } = await watching();
    await beginNode(db, 'ivr-alive');
    const theirs = await callOf('ivr-alive');
    await beat(6);
    state.seen = await otherNodes(db, 'ivr-test');
    expect(await beatNode(db, 'ivr-alive')).toBe(true);
    await beat();
    expect([await theirs.disposition(), media.ended]).toEqual([undefined, []]);
    expect(await findNode(db, 'ivr-alive')).toMatchObject({ holder: 'ivr-alive' });
  });

  test('is watched anew after a single look that failed', async () => {
    const { beat, state } = await watching();
    await beginNode(db, 'ivr-alive');
    const theirs = await callOf('ivr-alive');
    await beat(5);
    state.away = true;
    await beat();
    state.away = false;
    await beat(6);
    expect(await theirs.disposition()).toBeUndefined();
    await beat();
    expect(await theirs.disposition()).toBe('restart');
  });

  test('is not dead because the watcher stood still', async () => {
    const { beat, clock } = await watching();
    await beginNode(db, 'ivr-alive');
    const theirs = await callOf('ivr-alive');
    await beat();
    // An hour later the first thing it does is to look.
    const real = clock.elapsed.bind(clock);
    clock.elapsed = () => real() + 3_600_000;
    await beat(6);
    expect(await theirs.disposition()).toBeUndefined();
    await beat();
    expect(await theirs.disposition()).toBe('restart');
  });

  test('that was taken for dead says so and begins anew', async () => {
    const { beat, logged } = await watching();
    const mine = await findNode(db, 'ivr-test');
    if (!mine) throw new Error('no node');
    expect(await claimNode(db, mine, 'ivr-other')).toBe(true);
    await beat();
    expect(logged).toMatchObject([{ level: 'error', fields: { node: 'ivr-test' } }]);
    await endNode(db, 'ivr-test', 'ivr-other');
    await beat();
    expect(await findNode(db, 'ivr-test')).toMatchObject({ holder: 'ivr-test' });
  });
});

describe('a start', () => {
  test('is under the name of the last one, which died a moment ago', async () => {
    await beginNode(db, 'ivr-test');
    await watching();
    expect(await findNode(db, 'ivr-test')).toMatchObject({ holder: 'ivr-test', beats: 1 });
  });

  test('waits while another closes what the last one left', async () => {
    await beginNode(db, 'ivr-test');
    expect(await claimNode(db, { name: 'ivr-test', holder: 'ivr-test', beats: 0 }, 'ivr-other')).toBe(true);
    const { platform, clock } = playedPlatform(db);
    const waits = clock.asked(1_000);
    const beginning = NodeWatch.begin(platform, seconds);
    await waits;
    await endNode(db, 'ivr-test', 'ivr-other');
    await clock.move(1_000);
    watches.push(await beginning);
    expect(await findNode(db, 'ivr-test')).toMatchObject({ holder: 'ivr-test', beats: 0 });
  });

  test('does not wait for ever for one that died over it', async () => {
    await beginNode(db, 'ivr-test');
    await claimNode(db, { name: 'ivr-test', holder: 'ivr-test', beats: 0 }, 'ivr-other');
    const { platform, clock } = playedPlatform(db);
    let begun = false;
    const beginning = NodeWatch.begin(platform, seconds).then((watch) => (watches.push(watch), (begun = true)));
    for (let second = 0; second < seconds; second++) {
      await clock.asked(1_000);
      expect(begun).toBe(false);
      await clock.move(1_000);
    }
    await clock.asked(1_000);
    await clock.move(1_000);
    await beginning;
    expect(await findNode(db, 'ivr-test')).toMatchObject({ holder: 'ivr-test' });
  });
});

describe('an end in order', () => {
  test('leaves no name behind', async () => {
    const { watch, clock } = await watching();
    await watch.stop();
    await turns();
    expect([await findNode(db, 'ivr-test'), clock.waits]).toEqual([undefined, []]);
  });

  test('that leaves calls leaves them to others', async () => {
    const { watch } = await watching();
    const left = await callOf('ivr-test');
    await watch.stop();
    expect(await findNode(db, 'ivr-test')).toBeDefined();
    const other = await watching('ivr-other');
    await other.beat(7);
    expect(await left.disposition()).toBe('restart');
  });

  test('without a database is one all the same', async () => {
    const { watch, state, logged } = await watching();
    state.away = true;
    await watch.stop();
    expect(logged.at(-1)?.text).toContain('others will notice');
  });
});
