import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activeBlock, placeBlock } from '#db/blocks.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { startTestDatabase } from '#db/testing.ts';
import { DatabaseUnavailable } from '#db/unavailable.ts';
import { turns } from '../testing/moved-clock.ts';
import { watched } from '../testing/watched.ts';
import { answeredCall, pinPepper, playedPlatform, realm } from '../testing/world.ts';
import { ownBlock } from './own-block.ts';

const database = await startTestDatabase();
beforeAll(() => seedDemo(database.db, { pinPepper, realm, now: new Date() }));
afterAll(() => database.stop());

const scope = { facilityId: 'valley-view' };
const blockOf = (number: string) => activeBlock(database.db, number, scope);

describe('the key that blocks', () => {
  it('blocks this number for this facility, and takes it back, each on disk when it is confirmed', async () => {
    const number = '+12135550101';
    const { parts, record, clock } = await answeredCall(playedPlatform(database.db));
    const own = ownBlock(parts, number);
    expect(await own.place()).toBe(true);
    expect((await blockOf(number))?.placed.by).toEqual({ kind: 'called-party-key', callId: record.callId });
    expect(await activeBlock(database.db, number, { facilityId: 'rio-claro' })).toBeUndefined();
    expect(await own.undo()).toBe(true);
    expect(await blockOf(number)).toBeUndefined();
    expect(clock.waits).toEqual([]);
  });

  it('does not take back what somebody else blocked', async () => {
    const number = '+12135550102';
    const by = { kind: 'agent', id: 'somebody' } as const;
    await placeBlock(database.db, { number, scope, by, reason: 'asked for', at: new Date() });
    const own = ownBlock((await answeredCall(playedPlatform(database.db))).parts, number);
    expect(await own.place()).toBe(true);
    expect(await own.undo()).toBe(false);
    expect((await blockOf(number))?.placed.by).toEqual(by);
  });

  it('is written to the journal before it is tried', async () => {
    const { parts, record } = await answeredCall(playedPlatform(database.db));
    const written: unknown[] = [];
    record.write = (kind, data) => void written.push([kind, data]);
    record.store = (what) => {
      written.push(what);
      return Promise.reject(new Error('no more'));
    };
    const own = ownBlock(parts, '+12135550103');
    await own.place();
    await own.undo();
    const number = '+12135550103';
    expect(written).toEqual([['block', { number }], 'block', ['unblock', { number }], 'unblock']);
  });

  it.each(['place', 'undo'] as const)(
    'that cannot %s within three seconds says so, and is tried again',
    async (verb) => {
      const { parts, record, clock } = await answeredCall(playedPlatform(database.db));
      record.write = () => undefined;
      let tries = 0;
      const store = record.store.bind(record);
      record.store = (what) =>
        store(what, async () => {
          tries++;
          throw new DatabaseUnavailable('57P03');
        });
      const done = watched(ownBlock(parts, '+12135550104')[verb]());
      await clock.move(2_999);
      expect(done.over).toBe(false);
      await clock.move(1);
      expect(done.result).toBe(false);
      const before = tries;
      await clock.move(2_000);
      expect(tries).toBeGreaterThan(before);
      record.abandon();
      await turns();
    },
  );

  it('that a rule of the database refuses has not blocked, and the log says so', async () => {
    const { parts, record, logged, clock } = await answeredCall(playedPlatform(database.db));
    expect(await ownBlock(parts, 'no number').place()).toBe(false);
    expect(logged.filter(({ text }) => text === 'the block was refused')).toMatchObject([
      { level: 'error', fields: { call: record.callId } },
    ]);
    expect(clock.waits).toEqual([]);
  });
});
