import { randomUUID } from 'node:crypto';
import { activeBlock, placeBlock } from '#db/blocks.ts';
import { cardRefundsOf } from '#db/card-refunds.ts';
import { openDatabase } from '#db/connect.ts';
import { accountStatus } from '#db/closing.ts';
import { openAccount } from '#db/accounts.ts';
import { placeHold, releaseHold } from '#db/holds.ts';
import { trialBalance } from '#db/ledger.ts';
import { sandboxTakings } from '#db/sandbox-gateway.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { unblock } from '../blocks.ts';
import { resolveDeposits } from '../deposits/resolve.ts';
import { joinFunding } from '../funding/enrolment.ts';
import { choice, Counter } from '../funding/testing/counter.ts';
import { freshNumber, House, payee } from '../refunds/testing/house.ts';
import { serveRefund } from '../refunds/serve-refund.ts';
import { closeAccount, type ClosingOrder } from './close.ts';
import { previewClosing } from './preview.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let house: House;
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(() => {
  house = new House(server.db);
});
afterAll(() => server.stop());

const preview = (id: string) => previewClosing(server.db, house.deps(), id);
async function agreed(id: string, over: Partial<ClosingOrder> = {}): Promise<ClosingOrder> {
  const { version } = await preview(id);
  return { key: randomUUID(), accountId: id, previewVersion: version, by: { kind: 'web', id }, ...over };
}
const close = (order: ClosingOrder) => closeAccount(server.db, house.deps(), order);

test('the preview says how much goes where by when, and which numbers are blocked', async () => {
  const [one, two] = [freshNumber(), freshNumber()];
  const id = await house.account(two, one);
  await house.pay(id, 2_000, '1111');
  await house.mailIn(id, 700);
  await house.pay(id, 1_000);
  await house.pay(id, 500);
  await house.spend(id, 300);
  expect(await preview(id)).toEqual({
    accountId: id,
    balanceCents: 3_900,
    heldCents: 0,
    cards: [
      { brand: 'visa', lastFour: '4242', cents: 1_500, due: { from: '2026-05-18', until: '2026-05-20' } },
      { brand: 'visa', lastFour: '1111', cents: 1_700, due: { from: '2026-05-18', until: '2026-05-20' } },
    ],
    cheque: { cents: 700, due: { from: '2026-05-18', until: '2026-05-25' }, to: payee },
    pending: { many: 0, cents: 0 },
    numbers: [one, two],
    sharedNumbers: [],
    version: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
  });
});

test('what is closed is what was shown: anything else is shown anew, and nothing is done', async () => {
  const id = await house.account(freshNumber());
  await house.pay(id, 2_000);
  await house.mailIn(id, 500);
  const changes = [
    () => house.spend(id, 100),
    () => house.pay(id, 200),
    async () => house.days(1),
    async () => void (house.payee = undefined),
    () => openAccount(server.db, { id, numbers: [freshNumber()], at: house.at }),
  ];
  for (const change of changes) {
    const order = await agreed(id);
    await change();
    expect(await close(order)).toEqual({ kind: 'changed', preview: await preview(id) });
  }
  expect(await accountStatus(server.db, id)).toBe('open');
  expect((await close(await agreed(id))).kind).toBe('closed');
});

test('a day later the money is there a day later too, by card alone as well: it is shown anew', async () => {
  const id = await house.account();
  await house.pay(id, 2_000);
  const order = await agreed(id);
  house.days(1);
  expect(await close(order)).toEqual({ kind: 'changed', preview: await preview(id) });
});

test('closing empties the account, gives every cent back, blocks every number at once and ends AutoPay', async () => {
  const numbers = [freshNumber(), freshNumber()];
  const id = await house.account(...numbers);
  await house.pay(id, 2_000);
  await house.mailIn(id, 700);
  const counter = new Counter(server.db);
  await joinFunding(server.db, counter.deps(), { accountId: id, by: { kind: 'web' }, key: id, choice: choice() });
  const before = await trialBalance(server.db);
  const result = await close(await agreed(id));
  expect(result).toMatchObject({
    kind: 'closed',
    closing: { accountId: id, balanceCents: 2_700, numbers: [...numbers].sort(), by: { kind: 'web', id } },
    givenBack: {
      cards: [{ cause: 'closing', cents: 2_000, state: 'due', card: { lastFour: '4242' } }],
      cheques: [{ cause: 'closing', cents: 700, state: 'queued', to: payee }],
    },
  });
  expect(await house.balance(id)).toBe(0);
  expect((await trialBalance(server.db))['refunds-payable'] - before['refunds-payable']).toBe(2_700);
  expect(await accountStatus(server.db, id)).toBe('closed');
  const plan = server.db.selectFrom('fundingPlan').select('endedAt').where('accountId', '=', id);
  expect((await plan.executeTakeFirstOrThrow()).endedAt).toEqual(house.at);
  for (const number of numbers) {
    expect((await activeBlock(server.db, number, 'all'))?.placed.by).toEqual({ kind: 'closing', id });
    const lift = { number, scope: 'all', reason: 'asked' } as const;
    expect((await unblock(server.db, { ...lift, by: { kind: 'web', id } })).kind).toBe('not-allowed');
    expect((await unblock(server.db, { ...lift, by: { kind: 'agent', id: 'a1' } })).kind).toBe('lifted');
  }
  const [told] = await house.news(id);
  expect(told).toMatchObject({
    kind: 'account-closed',
    balanceCents: 2_700,
    numbers: 2,
    cheque: { addressKnown: true },
  });
});

test('a block that an account could lift gives way to one that only an agent can', async () => {
  const number = freshNumber();
  const id = await house.account(number);
  await placeBlock(server.db, { number, scope: 'all', by: { kind: 'web', id }, reason: 'asked', at: house.at });
  await close(await agreed(id));
  expect((await activeBlock(server.db, number, 'all'))?.placed.by.kind).toBe('closing');
  const later = randomUUID();
  await openAccount(server.db, { id: later, numbers: [number], at: house.at });
  const lift = { number, scope: 'all', reason: 'asked', by: { kind: 'web', id: later } } as const;
  expect((await unblock(server.db, lift)).kind).toBe('not-allowed');
});

test('a number that another open account answers for stays as it is, and the preview says so', async () => {
  const [mine, shared] = [freshNumber(), freshNumber()];
  const id = await house.account(mine, shared);
  await house.account(shared);
  expect(await preview(id)).toMatchObject({ numbers: [mine], sharedNumbers: [shared] });
  await close(await agreed(id));
  expect(await activeBlock(server.db, shared, 'all')).toBeUndefined();
  expect(await activeBlock(server.db, mine, 'all')).toBeDefined();
});

test('a call that goes on delays closing', async () => {
  const id = await house.account();
  await house.pay(id, 2_000);
  const hold = { key: randomUUID(), accountId: id, cents: 300, reason: 'call', at: house.at };
  await placeHold(server.db, { ...hold, expiresAt: new Date(house.at.getTime() + 60_000) });
  expect((await preview(id)).heldCents).toBe(300);
  const order = await agreed(id);
  expect(await close(order)).toEqual({ kind: 'call-in-progress', heldCents: 300 });
  expect(await accountStatus(server.db, id)).toBe('open');
  await releaseHold(server.db, id, hold.key, house.at);
  expect((await close(await agreed(id, { key: order.key }))).kind).toBe('closed');
});

test('the same order is one closing, on many connections at once; another finds it closed', async () => {
  const id = await house.account(freshNumber());
  await house.pay(id, 2_000);
  const order = await agreed(id);
  const pool = openDatabase(server.url, { max: 8, connectMs: 15_000, statementMs: 15_000 });
  const all = await Promise.all(Array.from({ length: 12 }, () => closeAccount(pool, house.deps(), order)));
  await pool.destroy();
  const given = all.map((result) => (result.kind === 'closed' ? result.givenBack.cards[0]?.id : result.kind));
  expect(new Set(given).size).toBe(1);
  expect(await close({ ...order, key: randomUUID() })).toEqual({ kind: 'already-closed' });
  expect(await close({ ...order, accountId: await house.account() })).toEqual({ kind: 'key-reused' });
  expect(await close({ ...order, key: randomUUID(), accountId: 'nobody' })).toEqual({ kind: 'unknown-account' });
  expect(await house.news(id)).toHaveLength(1);
});

test('a payment whose outcome is not known is shown, and when it comes in afterwards it goes straight back', async () => {
  const id = await house.account();
  const depositId = await house.payUnheard(id, 800);
  const shown = await preview(id);
  expect(shown).toMatchObject({ balanceCents: 0, pending: { many: 1, cents: 800 } });
  expect((await close(await agreed(id))).kind).toBe('closed');
  const takings = await sandboxTakings(server.db);
  const bench = { db: server.db, gateway: house.gateway, now: () => house.at };
  await resolveDeposits(bench, { afterMs: 0, abandonMs: 0 });
  const [late] = await cardRefundsOf(server.db, { accountId: id });
  expect(late).toMatchObject({ cause: 'after-closing', depositId, cents: 800, due: { until: '2026-05-20' } });
  expect(await serveRefund(server.db, house.deps(), late?.id ?? '')).toEqual({ kind: 'refunded' });
  expect((await sandboxTakings(server.db)).netCents - takings.netCents).toBe(-800);
  expect(await house.balance(id)).toBe(0);
});

test('an account without money is closed, and nothing is given back', async () => {
  const id = await house.account(freshNumber());
  expect(await close(await agreed(id))).toMatchObject({ kind: 'closed', givenBack: { cards: [], cheques: [] } });
});

test('closing that fails in the middle is no closing', async () => {
  const number = freshNumber();
  const id = await house.account(number);
  await house.pay(id, 2_000);
  const broken = house.deps({ notify: async () => Promise.reject(new Error('no notice')) });
  const order = await agreed(id);
  await expect(closeAccount(server.db, broken, order)).rejects.toThrow('no notice');
  expect(await accountStatus(server.db, id)).toBe('open');
  expect(await house.balance(id)).toBe(2_000);
  expect(await activeBlock(server.db, number, 'all')).toBeUndefined();
});
