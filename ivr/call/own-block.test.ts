import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import { activeBlock, blockHistory, placeBlock } from '#db/blocks.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { startTestDatabase } from '#db/testing.ts';
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
    expect(await own.place()).toBe('placed');
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
    expect(await own.place()).toBe('placed');
    expect(await own.undo()).toBe(false);
    expect((await blockOf(number))?.placed.by).toEqual(by);
  });

  it('is written to the journal before it is tried', async () => {
    const { parts, record } = await answeredCall(playedPlatform(database.db));
    const written: unknown[] = [];
    record.write = (kind, data) => void written.push([kind, data]);
    record.noteWithin = (ms, { kind }) => {
      written.push([kind, ms]);
      return Promise.reject(new Error('no more'));
    };
    record.ask = (what, _question, ms) => {
      written.push([what, ms]);
      return Promise.reject(new Error('no more'));
    };
    const own = ownBlock(parts, '+12135550103');
    await own.place();
    await own.undo();
    const number = '+12135550103';
    expect(written).toEqual([
      ['block', { number }],
      ['blocked', 3_000],
      ['unblock', { number }],
      ['unblock', 3_000],
    ]);
  });

  /** Holds the table of the blocks until it is told to let go: the database takes statements about them and does not answer. */
  const holding = async () => {
    let letGo = (): void => undefined;
    let held = (): void => undefined;
    const isHeld = new Promise<void>((resolve) => (held = resolve));
    const over = database.db.transaction().execute(async (trx) => {
      await sql`lock table block in access exclusive mode`.execute(trx);
      held();
      await new Promise<void>((resolve) => (letGo = resolve));
    });
    await isHeld;
    return async () => {
      letGo();
      await over;
    };
  };
  const call = async () => {
    const made = await answeredCall(playedPlatform(database.db));
    made.record.write = () => undefined;
    return made;
  };

  it('and is not answered in time is promised once it is on disk, with the time at which it was pressed', async () => {
    const number = '+12135550104';
    const { parts, record, notes, clock } = await call();
    const at = clock.now();
    const letGo = await holding();
    const done = watched(ownBlock(parts, number).place());
    await clock.move(2_999);
    expect(done.over).toBe(false);
    await clock.move(1);
    await letGo();
    expect(done.result).toBe('promised');
    expect(notes.kept).toEqual([{ kind: 'blocked', number, facilityId: 'valley-view', callId: record.callId, at }]);
    expect(clock.waits).toEqual([]);
  });

  it('that neither database nor disk takes has failed, and is not tried again', async () => {
    const { parts, notes, clock, logged } = await call();
    notes.refusals.push(new Error('no space left'));
    const letGo = await holding();
    const done = watched(ownBlock(parts, '+12135550105').place());
    await clock.move(3_000);
    await letGo();
    expect(done.result).toBe('failed');
    expect(notes.kept).toEqual([]);
    expect(logged.at(-1)).toMatchObject({ level: 'error', text: 'the block was refused' });
  });

  it('that cannot be taken back in time stands, even if the database takes it back later', async () => {
    const number = '+12135550106';
    const { parts, record, clock } = await call();
    const own = ownBlock(parts, number);
    await own.place();
    const pressedAt = clock.now();
    const undone: Promise<unknown>[] = [];
    const [ask, note] = [record.ask.bind(record), record.note.bind(record)];
    const placedAgain: unknown[] = [];
    let second = (): void => undefined;
    const both = new Promise<void>((resolve) => (second = resolve));
    record.ask = (what, question, ms) =>
      ask(
        what,
        (db) => {
          const asked = question(db);
          undone.push(asked);
          return asked;
        },
        ms,
      );
    record.note = (what) => {
      placedAgain.push(what);
      if (placedAgain.length === 2) second();
      return note(what);
    };
    const letGo = await holding();
    const done = watched(own.undo());
    await clock.move(2_999);
    expect(done.over).toBe(false);
    await clock.move(1);
    expect(done.result).toBe(false);
    await letGo();
    await Promise.all(undone);
    await both;
    await record.settled();
    const again = { kind: 'blocked', number, facilityId: 'valley-view', callId: record.callId, at: clock.now() };
    expect(placedAgain).toEqual([again, again]);
    expect(clock.now().getTime()).toBeGreaterThan(pressedAt.getTime());
    expect((await blockOf(number))?.placed.by).toEqual({ kind: 'called-party-key', callId: record.callId });
    const history = await blockHistory(database.db, number);
    expect(history.filter(({ lifted }) => lifted === undefined)).toHaveLength(1);
  });

  it('that a rule of the database refuses has not blocked, and the log says so', async () => {
    const { parts, record, logged, clock } = await answeredCall(playedPlatform(database.db));
    expect(await ownBlock(parts, 'no number').place()).toBe('failed');
    expect(logged.filter(({ text }) => text === 'the block was refused')).toMatchObject([
      { level: 'error', fields: { call: record.callId } },
    ]);
    expect(clock.waits).toEqual([]);
  });
});
