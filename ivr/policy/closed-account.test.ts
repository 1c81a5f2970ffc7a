import { randomUUID } from 'node:crypto';
import { unblock } from '#accounts/blocks.ts';
import { closeAccount } from '#accounts/closing/close.ts';
import { previewClosing } from '#accounts/closing/preview.ts';
import { freshNumber, House } from '#accounts/refunds/testing/house.ts';
import { accountOf } from '#db/accounts.ts';
import type { ActorKind } from '#db/blocks.ts';
import { policyFacts } from '#db/policy.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { special } from '#db/seed/demo-world.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { dialledNumber } from './dialled-number.ts';
import { mayCall } from './may-call.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let house: House;
beforeAll(async () => {
  server = await startTestDatabase();
  await seedDemo(server.db, { pinPepper: 'p', realm: 'r', now: new Date('2026-05-04T19:00:00Z') });
});
beforeEach(() => {
  house = new House(server.db);
});
afterAll(() => server.stop());

/** What the next call to this number hears. */
async function call(number: string): Promise<string> {
  const from = { personId: 'demo-alex', stationId: 'valley-view-1', facilityId: 'valley-view' };
  const facts = await policyFacts(server.db, { ...from, number, at: house.at });
  const verdict = mayCall(facts, dialledNumber(number), house.at);
  return verdict.kind === 'yes' ? 'placed' : verdict.reason;
}
async function close(accountId: string): Promise<void> {
  const { version } = await previewClosing(server.db, house.deps(), accountId);
  const order = { key: randomUUID(), accountId, previewVersion: version, by: { kind: 'web' } } as const;
  expect((await closeAccount(server.db, house.deps(), order)).kind).toBe('closed');
}
const lift = (number: string, kind: ActorKind) =>
  unblock(server.db, { number, scope: 'all', by: { kind, id: 'x' }, reason: 'verified by call-back' });

test('closing an account blocks the next call to each of its numbers; an agent’s lift lets the next one through', async () => {
  const [one, two] = [freshNumber(), freshNumber()];
  const accountId = await house.account(one, two);
  expect(await call(one)).toBe('placed');
  await close(accountId);
  expect([await call(one), await call(two)]).toEqual(['account-closed', 'account-closed']);
  for (const kind of ['web', 'phone-line', 'closing'] as const)
    expect((await lift(one, kind)).kind).toBe('not-allowed');
  expect((await lift(one, 'agent')).kind).toBe('lifted');
  expect([await call(one), await call(two)]).toEqual(['placed', 'account-closed']);
});

test('a number that nobody has an account for is called like any other', async () => {
  const number = freshNumber();
  expect(await accountOf(server.db, number)).toBe('none');
  expect(await call(number)).toBe('placed');
});

test('a new account lifts nothing by itself', async () => {
  const number = freshNumber();
  await close(await house.account(number));
  await house.account(number);
  expect(await call(number)).toBe('account-closed');
  expect((await lift(number, 'web')).kind).toBe('not-allowed');
});

test('a number that another account answers for is called until that one closes too', async () => {
  const shared = freshNumber();
  const [one, other] = [await house.account(shared), await house.account(shared)];
  await close(one);
  expect(await call(shared)).toBe('placed');
  await close(other);
  expect(await call(shared)).toBe('account-closed');
});

test('the number of the demonstration is blocked as any other', async () => {
  expect(await call(special.accountClosed)).toBe('account-closed');
});
