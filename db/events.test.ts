import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { openAccount } from './accounts.ts';
import { liftBlock, placeBlock } from './blocks.ts';
import { appendEvents, closeCall, openCall, setNumber } from './calls.ts';
import { openDatabase, type Database } from './connect.ts';
import { intendDeposit, settleDeposit } from './deposits.ts';
import { eventsAfter, lastEvent, pruneEvents, publishEvents } from './events.ts';
import { beginPlan } from './funding.ts';
import { post } from './ledger.ts';
import { finishRecording, intendRecording, startedRecording, storedRecording } from './recordings.ts';
import { seedDemo } from './seed/demo.ts';
import { startTestDatabase, type TestDatabase } from './testing.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const at = new Date('2026-05-01T12:00:00Z');
const facilityId = 'valley-view';
const number = '+12135550142';
let server: TestDatabase;
let db: Database;
let since: string;
beforeAll(async () => {
  server = await startTestDatabase();
  db = server.db;
  await seedDemo(db, { pinPepper: 'pepper', realm: 'homeline', now: at });
});
afterAll(() => server.stop());
beforeEach(async () => {
  await publishEvents(db);
  since = await lastEvent(db);
});

const told = async () => {
  await publishEvents(db);
  return (await eventsAfter(db, since, 100)).map(({ kind, data }) => [kind, data] as const);
};
const call = async () => {
  const callId = randomUUID();
  await openCall(db, { id: callId, facilityId, node: 'ivr-1', callerLeg: { sipCallId: callId }, offHookAt: at });
  await setNumber(db, callId, number, at);
  return callId;
};
const state = (callId: string, seq: number, name: string) =>
  appendEvents(db, [{ callId, seq, at, kind: 'state', data: { state: name } }]);
const end = (callId: string) =>
  closeCall(db, callId, {
    ...{ disposition: 'talked', endedBy: 'outside', cause: 'BYE' },
    states: { talking: at, done: new Date(at.getTime() + 61_900) },
  });

test('a call is offered, accepted, ended: each once, whatever is written twice', async () => {
  const callId = await call();
  for (let twice = 0; twice < 2; twice++) {
    for (const [seq, name] of ['offHook', 'policy', 'ringing', 'greeting', 'talking'].entries())
      await state(callId, seq, name);
    await state(callId, 9, 'greeting');
  }
  expect([await end(callId), await end(callId)]).toEqual([true, false]);
  const about = { callId, facilityId, number };
  expect(await told()).toEqual([
    ['call.offered', about],
    ['call.accepted', about],
    ['call.ended', { ...about, disposition: 'talked', endedBy: 'outside', talkSeconds: 61 }],
  ]);
});

test('a call that nobody dialled ends as well; nothing follows the end of a call', async () => {
  const callId = randomUUID();
  await openCall(db, { id: callId, facilityId, node: 'ivr-1', callerLeg: { sipCallId: callId }, offHookAt: at });
  await closeCall(db, callId, { disposition: 'no-pin', endedBy: 'inside', cause: 'BYE', states: { done: at } });
  await state(callId, 0, 'greeting');
  await state(callId, 1, 'talking');
  expect(await told()).toEqual([
    ['call.ended', { callId, facilityId, disposition: 'no-pin', endedBy: 'inside', talkSeconds: 0 }],
  ]);
});

test('of ten that end a call at once, one tells it', async () => {
  const callId = await call();
  const pool = openDatabase(server.url, { max: 10, connectMs: 15_000 });
  await Promise.all(
    Array.from({ length: 10 }, () =>
      closeCall(pool, callId, { disposition: 'busy', endedBy: 'outside', cause: 'BYE', states: { done: at } }),
    ),
  );
  await pool.destroy();
  expect((await told()).map(([kind]) => kind)).toEqual(['call.ended']);
});

test('a recording is told when it is stored, by its digest and not by its place', async () => {
  const [callId, id] = [await call(), randomUUID()];
  await intendRecording(db, { id, callId, spoolPath: `/spool/${id}.wav`, channels: 2, at });
  await startedRecording(db, id, at);
  await finishRecording(db, id, { sha256: 'a'.repeat(64), bytes: 10, seconds: 4.5, repaired: false });
  expect(await told()).toEqual([]);
  const place = { storage: 'folder', location: 'somewhere', verifiedAt: at } as const;
  for (let twice = 0; twice < 2; twice++) await storedRecording(db, id, place);
  expect(await told()).toEqual([
    ['recording.stored', { callId, recordingId: id, seconds: 4.5, sha256: 'a'.repeat(64) }],
  ]);
});

test('deposits are told when it is known what became of them, without the card; a balance when it is low', async () => {
  const accountId = randomUUID();
  await openAccount(db, { id: accountId, numbers: [], at });
  const card = { token: 'tok_x', brand: 'visa', lastFour: '4242' };
  const intend = async () => {
    const id = randomUUID();
    const intent = { id, key: id, accountId, cents: 2_500, channel: 'web', card, intendedAt: at } as const;
    await intendDeposit(db, { ...intent, requestHash: 'a'.repeat(64) });
    return id;
  };
  const declined = await intend();
  await settleDeposit(db, declined, { state: 'declined', declineReason: 'expired' }, at);
  const captured = await intend();
  const entries = [{ ledger: { holder: accountId }, cents: 2_500 }, { ledger: 'card-clearing', cents: -2_500 }] as const; // prettier-ignore
  const posting = await post(db, { key: captured, kind: 'card-deposit', at, entries });
  await settleDeposit(
    db,
    captured,
    { state: 'captured', gatewayId: captured, postingId: posting.id, afterClosing: false },
    at,
  );
  const terms = { mode: 'autopay', amountCents: 500, email: 'a@b.c', notices: 'e-mail', language: 'en', agreement: { version: '1', at } } as const; // prettier-ignore
  await beginPlan(db, accountId, terms, { kind: 'web' }, at);
  await post(db, { key: randomUUID(), kind: 'video-call', at, entries: [{ ledger: { holder: accountId }, cents: -2_100 }, { ledger: 'revenue', cents: 2_100 }] }); // prettier-ignore
  const about = { accountId, cents: 2_500, channel: 'web' };
  expect(await told()).toEqual([
    ['deposit.declined', { ...about, depositId: declined, reason: 'expired' }],
    ['deposit.captured', { ...about, depositId: captured }],
    ['balance.low', { accountId, balanceCents: 400 }],
  ]);
});

test('a block is told when it is placed and when it is lifted; one that was there is not', async () => {
  const block = {
    number: '+12135550199',
    scope: { facilityId },
    by: { kind: 'web', id: 'a' },
    reason: 'asked',
    at,
  } as const;
  for (let twice = 0; twice < 2; twice++) await placeBlock(db, block);
  const { id } = await db.selectFrom('block').select('id').where('number', '=', block.number).executeTakeFirstOrThrow();
  for (let twice = 0; twice < 2; twice++)
    await liftBlock(db, id, { by: { kind: 'agent', id: 'ada' }, reason: 'asked', at });
  const about = { blockId: id, number: block.number, facilityId };
  expect(await told()).toEqual([
    ['block.placed', { ...about, by: 'web' }],
    ['block.lifted', { ...about, by: 'agent' }],
  ]);
});

test('what is taken back is not told, and what is brought in from elsewhere need not be', async () => {
  const place = (trx: Database, n: number) =>
    placeBlock(trx, {
      number: `+1213555019${n}`,
      scope: { facilityId: 'rio-claro' },
      by: { kind: 'web' },
      reason: 'x',
      at,
    });
  const undone = db.transaction().execute(async (trx) => {
    await place(trx, 1);
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  await db.transaction().execute(async (trx) => {
    await sql`set local homeline.events = 'off'`.execute(trx);
    await place(trx, 2);
  });
  expect(await told()).toEqual([]);
  await place(db, 3);
  expect((await told()).length).toBe(1);
});

test('what is committed late has a late place: whoever read on misses nothing', async () => {
  const place = (trx: Database, n: number) =>
    placeBlock(trx, { number: `+1213555018${n}`, scope: 'all', by: { kind: 'web' }, reason: 'x', at });
  const pool = openDatabase(server.url, { max: 4, connectMs: 15_000 });
  let finish: () => void = () => undefined;
  const goOn = new Promise<void>((resolve) => (finish = resolve));
  let slow: Promise<void> | undefined;
  await new Promise<void>((written) => {
    slow = pool.transaction().execute(async (trx) => {
      await place(trx, 1);
      written();
      await goOn;
    });
  });
  await place(pool, 2);
  await publishEvents(pool);
  const [first] = await eventsAfter(pool, since, 10);
  expect(first?.data).toMatchObject({ number: '+12135550182' });
  finish();
  await slow;
  await Promise.all(Array.from({ length: 4 }, () => publishEvents(pool)));
  const later = await eventsAfter(pool, first?.id ?? '', 10);
  expect(later.map(({ data }) => data['number'])).toEqual(['+12135550181']);
  await pool.destroy();
});

test('two that publish at once follow each other: what one has placed the other does not place anew', async () => {
  const place = (trx: Database, n: number) =>
    placeBlock(trx, { number: `+1213555017${n}`, scope: 'all', by: { kind: 'web' }, reason: 'x', at });
  const pool = openDatabase(server.url, { max: 4, connectMs: 15_000 });
  const held = async (work: (trx: Database) => Promise<unknown>) => {
    let commit: () => void = () => undefined;
    const goOn = new Promise<void>((resolve) => (commit = resolve));
    let ended: Promise<unknown> = Promise.resolve();
    await new Promise<void>((done) => {
      ended = pool.transaction().execute(async (trx) => {
        await work(trx);
        done();
        await goOn;
      });
    });
    return { commit: () => (commit(), ended) };
  };
  const early = await held((trx) => place(trx, 1));
  await place(pool, 2);
  const publisher = await held((trx) => publishEvents(trx));
  await early.commit();
  const other = publishEvents(pool);
  await publisher.commit();
  await other;
  const numbers = (await eventsAfter(pool, since, 10)).map(({ data }) => data['number']);
  expect(numbers).toEqual(['+12135550172', '+12135550171']);
  await pool.destroy();
});

test('what is long ago is forgotten, and places go on from the last', async () => {
  const last = await lastEvent(db);
  await pruneEvents(db, new Date('2100-01-01T00:00:00Z'));
  expect(await lastEvent(db)).toBe(last);
  expect(await db.selectFrom('event').select('seq').execute()).toHaveLength(1);
  await call().then(end);
  await publishEvents(db);
  expect(Number(await lastEvent(db))).toBe(Number(last) + 1);
});
