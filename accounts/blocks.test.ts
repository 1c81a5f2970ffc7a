import { randomUUID } from 'node:crypto';
import { closeAccount, openAccount } from '#db/accounts.ts';
import { activeBlock, blockHistory, liftBlock, placeBlock, wasPlaced, type Actor, type ActorKind } from '#db/blocks.ts';
import { openDatabase } from '#db/connect.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { brokenConstraint } from '#db/unavailable.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { blockByKey, mayLift, unblock, undoBlockByKey } from './blocks.ts';

// A real server on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
const t = (second: number) => new Date(Date.UTC(2026, 4, 1, 12, 0, second));
const facilityId = 'valley-view';
beforeAll(async () => {
  server = await startTestDatabase();
  await seedDemo(server.db, { pinPepper: 'p', realm: 'r', now: t(0) });
});
afterAll(() => server.stop());

let last = 1000;
const freshNumber = () => `+1415555${++last}`;
const active = (number: string) => activeBlock(server.db, number, { facilityId });

const kinds: readonly ActorKind[] = ['called-party-key', 'phone-line', 'web', 'agent', 'closing'];
test.each<[ActorKind, string[]]>([
  ['called-party-key', ['called-party-key in the same call']],
  [
    'phone-line',
    ['called-party-key with a passcode', 'phone-line with a passcode', 'web with a passcode', 'agent with a passcode'],
  ],
  [
    'web',
    ['called-party-key with an account', 'phone-line with an account', 'web with an account', 'agent with an account'],
  ],
  ['agent', ['called-party-key', 'phone-line', 'web', 'agent', 'closing']],
  ['closing', []],
])('%s lifts blocks placed by: %s', (by, expected) => {
  const lifts: string[] = [];
  for (const placed of kinds) {
    const may = (sameCall: boolean, account: 'none' | 'open' | 'closed', passcode = false) =>
      mayLift({ kind: by, callId: 'c1' }, { kind: placed, callId: sameCall ? 'c1' : 'c2' }, { account, passcode });
    if (may(false, 'none') && may(false, 'closed')) lifts.push(placed);
    else if (may(false, 'open')) lifts.push(`${placed} with an account`);
    else if (may(true, 'none')) lifts.push(`${placed} in the same call`);
    else if (may(false, 'open', true)) lifts.push(`${placed} with a passcode`);
    // A passcode is that of an open account, or opens nothing.
    expect([may(false, 'none', true), may(false, 'closed', true)]).toEqual([may(false, 'none'), may(false, 'closed')]);
  }
  expect(lifts).toEqual(expected);
});

test('without a call nobody is in the same call', () => {
  const key: Actor = { kind: 'called-party-key' };
  expect(mayLift(key, key, { account: 'open', passcode: true })).toBe(false);
});

test('the block key blocks this facility and this number, once, and says who, when and in which call', async () => {
  const number = freshNumber();
  const callId = randomUUID();
  expect(await blockByKey(server.db, { number, facilityId, callId, at: t(1) })).toBe('placed');
  expect(await blockByKey(server.db, { number, facilityId, callId, at: t(2) })).toBe('already-blocked');
  expect(await active(number)).toMatchObject({
    number,
    scope: { facilityId },
    placed: { by: { kind: 'called-party-key', callId }, at: t(1), reason: 'block key pressed during the offer' },
  });
  expect(await activeBlock(server.db, number, 'all')).toBeUndefined();
  expect(await activeBlock(server.db, number, { facilityId: 'rio-claro' })).toBeUndefined();
});

test('the block key leaves the other numbers of the account as they are', async () => {
  const [rang, other] = [freshNumber(), freshNumber()];
  await openAccount(server.db, { id: randomUUID(), numbers: [rang, other], at: t(0) });
  expect(await blockByKey(server.db, { number: rang, facilityId, callId: randomUUID(), at: t(1) })).toBe('placed');
  expect(await active(rang)).toBeDefined();
  expect([await active(other), await blockHistory(server.db, other)]).toEqual([undefined, []]);
});

test('the key undoes in the same call, and the history keeps both', async () => {
  const number = freshNumber();
  const callId = randomUUID();
  await blockByKey(server.db, { number, facilityId, callId, at: t(1) });
  expect((await undoBlockByKey(server.db, { number, facilityId, callId, at: t(5) })).kind).toBe('lifted');
  expect((await undoBlockByKey(server.db, { number, facilityId, callId, at: t(6) })).kind).toBe('not-blocked');
  expect(await active(number)).toBeUndefined();
  expect(await blockByKey(server.db, { number, facilityId, callId, at: t(7) })).toBe('placed');
  const by = { kind: 'called-party-key', callId };
  expect((await blockHistory(server.db, number)).map(({ placed, lifted }) => [placed.at, lifted])).toEqual([
    [t(7), undefined],
    [t(1), { by, at: t(5), reason: 'undone by key in the same call' }],
  ]);
});

test('the key does not undo a block of another call, nor one that was there before', async () => {
  const number = freshNumber();
  await placeBlock(server.db, { number, scope: { facilityId }, by: { kind: 'agent', id: 'a' }, reason: 'asked' });
  const callId = randomUUID();
  expect(await blockByKey(server.db, { number, facilityId, callId })).toBe('already-blocked');
  expect((await undoBlockByKey(server.db, { number, facilityId, callId })).kind).toBe('not-allowed');
  expect((await active(number))?.placed.by).toEqual({ kind: 'agent', id: 'a' });

  const other = freshNumber();
  await blockByKey(server.db, { number: other, facilityId, callId });
  expect((await undoBlockByKey(server.db, { number: other, facilityId, callId: randomUUID() })).kind).toBe(
    'not-allowed',
  );
  expect(await active(other)).toBeDefined();
});

test('a block from closing the account is an agent’s to lift, even when there is a new account', async () => {
  const number = freshNumber();
  const { db } = server;
  const web = { number, scope: 'all', by: { kind: 'web', id: 'u' }, reason: 'unblocked on the page' } as const;
  await placeBlock(db, { number, scope: 'all', by: { kind: 'agent' }, reason: 'r' });
  expect((await unblock(db, web)).kind).toBe('not-allowed');
  await openAccount(db, { id: 'acc', numbers: [number], at: t(0) });
  expect((await unblock(db, web)).kind).toBe('lifted');

  await closeAccount(db, 'acc', t(1));
  await placeBlock(db, { number, scope: 'all', by: { kind: 'closing', id: 'acc' }, reason: 'account closed' });
  await openAccount(db, { id: 'acc2', numbers: [number], at: t(2) });
  expect((await unblock(db, web)).kind).toBe('not-allowed');
  const agent = { ...web, by: { kind: 'agent', id: 'ann' }, reason: 'caller verified by call-back' } as const;
  expect((await unblock(db, agent)).kind).toBe('lifted');
});

test('a press of the key has placed its own block alone, not one that another call placed in that moment', async () => {
  const number = freshNumber();
  const [mine, other] = [randomUUID(), randomUUID()];
  const press = (callId: string) => ({ number, facilityId, callId, at: t(1) });
  await placeBlock(server.db, {
    ...{ number, scope: { facilityId }, reason: 'key', at: t(1) },
    by: { kind: 'called-party-key', callId: other },
  });
  expect([await wasPlaced(server.db, press(mine)), await wasPlaced(server.db, press(other))]).toEqual([false, true]);
});

test('a block that is lifted by a clock that is slow was lifted when it was placed, not before', async () => {
  const number = freshNumber();
  const by = { kind: 'agent', id: 'a1' } as const;
  await placeBlock(server.db, { number, scope: { facilityId }, by, reason: 'asked', at: t(9) });
  await liftBlock(server.db, (await active(number))?.id ?? '', { by, reason: 'asked', at: t(8) });
  expect(await blockHistory(server.db, number)).toMatchObject([{ placed: { at: t(9) }, lifted: { at: t(9) } }]);
});

test('many processes blocking and undoing at once leave one truth', async () => {
  const number = freshNumber();
  const pools = Array.from({ length: 4 }, () =>
    openDatabase(server.url, { max: 4, connectMs: 15_000, statementMs: 15_000 }),
  );
  const callId = randomUUID();
  const placed = await Promise.all(
    Array.from({ length: 24 }, (_, n) => blockByKey(pools[n % 4] ?? server.db, { number, facilityId, callId })),
  );
  expect(placed.filter((outcome) => outcome === 'placed')).toHaveLength(1);
  const undone = await Promise.all(
    Array.from({ length: 24 }, (_, n) => undoBlockByKey(pools[n % 4] ?? server.db, { number, facilityId, callId })),
  );
  expect(undone.filter((outcome) => outcome.kind === 'lifted')).toHaveLength(1);
  expect(await blockHistory(server.db, number)).toHaveLength(1);
  await Promise.all(pools.map((pool) => pool.destroy()));
});

test('what the key promised is on disk: a killed server has it when it is back', async () => {
  const number = freshNumber();
  await blockByKey(server.db, { number, facilityId, callId: randomUUID() });
  await server.crash();
  await server.revive();
  expect(await active(number)).toBeDefined();
});

test('a key block without its call is refused by the database', async () => {
  const block = {
    number: freshNumber(),
    scope: { facilityId },
    by: { kind: 'called-party-key' },
    reason: 'r',
  } as const;
  expect(await placeBlock(server.db, block).catch(brokenConstraint)).toBe('key_block_names_call');
});
