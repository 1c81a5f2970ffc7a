import { randomUUID } from 'node:crypto';
import { SandboxGateway } from '#accounts/cards/sandbox-gateway.ts';
import { depositByCard } from '#accounts/deposits/deposit-by-card.ts';
import { joinFunding } from '#accounts/funding/enrolment.ts';
import { Counter, choice, freshMobile } from '#accounts/funding/testing/counter.ts';
import { answerText } from '#accounts/funding/text-pay.ts';
import { findDeposit } from '#db/deposits.ts';
import { placeHold } from '#db/holds.ts';
import { addToOutbox, waitingTopics } from '#db/outbox.ts';
import { addSandboxCard } from '#db/sandbox-gateway.ts';
import { LOW_BALANCE, TEXT_PAY } from '#db/low-balance.ts';
import { beforeEach, expect, test } from 'vitest';
import type { Meter } from './meter.ts';
import type { JobsOptions } from './start.ts';
import { said, server, start, useSpool } from './testing/spool.ts';

useSpool();

let counter: Counter;
let ends: string[];
beforeEach(() => {
  counter = new Counter(server.db);
  ends = [];
});
const meter: Meter = { worked: (topic, end) => void ends.push(`${topic} ${end}`) };
const begin = (change: Partial<JobsOptions> = {}) => start({ funding: counter.deps(), meter, ...change });

async function member(over = {}): Promise<string> {
  const accountId = await counter.account(600);
  const request = { accountId, by: { kind: 'web' }, key: randomUUID(), choice: choice(over) } as const;
  await joinFunding(server.db, counter.deps(), request);
  return accountId;
}
const reaches = (id: string, cents: number) =>
  expect.poll(() => counter.balance(id), { timeout: 15_000, interval: 25 }).toBe(cents);

test('a balance that runs low is charged, and counted', async () => {
  await begin();
  const id = await member();
  await counter.move(id, -200);
  await reaches(id, 2_400);
  await expect.poll(() => ends).toEqual([`${LOW_BALANCE} done`]);
  expect(counter.charges).toHaveLength(1);
});

test('a text that agrees is charged', async () => {
  await begin();
  const mobile = freshMobile();
  const id = await member({ mode: 'textpay', mobile });
  await counter.move(id, -200);
  await expect.poll(() => counter.news(id), { timeout: 15_000 }).toEqual(['joined', 'textpay-asked']);
  await answerText(server.db, counter.deps(), { id: 'SM1', from: mobile, kind: 'pay', at: counter.at });
  await reaches(id, 2_400);
  await expect.poll(() => ends).toEqual([`${LOW_BALANCE} done`, `${TEXT_PAY} done`]);
});

test('what the gateway has not said has to wait, which is no failure; a gateway that is down is one', async () => {
  const id = await member();
  counter.mood = 'down';
  await counter.move(id, -200);
  await begin();
  await expect.poll(() => said('serving a low balance failed').length, { timeout: 15_000 }).toBeGreaterThan(0);
  expect(said('serving a low balance failed')[0]).toMatchObject({
    level: 'error',
    facts: { trouble: 'fault', attempt: 1 },
  });
  counter.mood = 'unknown';
  await expect.poll(() => said('serving a low balance has to wait').length, { timeout: 15_000 }).toBeGreaterThan(0);
  counter.mood = 'approve';
  await reaches(id, 2_400);
  await expect
    .poll(() => new Set(ends))
    .toEqual(new Set(['failed', 'later', 'done'].map((end) => `${LOW_BALANCE} ${end}`)));
  expect(counter.charges).toHaveLength(1);
});

test('work that the queue has lost is given out again', async () => {
  const mobile = freshMobile();
  const payer = await member({ mode: 'textpay', mobile });
  await counter.move(payer, -200);
  const first = await begin();
  await expect.poll(() => counter.news(payer), { timeout: 15_000 }).toEqual(['joined', 'textpay-asked']);
  await first.stop();
  await answerText(server.db, counter.deps(), { id: 'SM2', from: mobile, kind: 'pay', at: counter.at });
  const saver = await member();
  await counter.move(saver, -200);
  await server.db.deleteFrom('outbox').where('topic', 'in', [LOW_BALANCE, TEXT_PAY]).execute();
  await server.db.deleteFrom('repeatingJob').execute();
  await begin({ now: () => new Date(counter.at.getTime() + 5 * 60_000 + 1) });
  await reaches(saver, 2_400);
  await reaches(payer, 2_400);
});

test('what is young is not given out twice', async () => {
  const id = await member();
  await counter.move(id, -200);
  await server.db.deleteFrom('outbox').where('topic', '=', LOW_BALANCE).execute();
  const done = await begin({ now: () => new Date(counter.at.getTime() + 5 * 60_000 - 1) });
  await expect
    .poll(async () => (await server.db.selectFrom('repeatingJob').select('name').execute()).map(({ name }) => name))
    .toContain('funding');
  await done.stop();
  const given = server.db.selectFrom('outbox').select('id').where('topic', '=', LOW_BALANCE);
  expect(await given.execute()).toEqual([]);
  expect(ends).toEqual([]);
});

test('a topic that nobody takes is complained about and kept, and holds up nothing; an entry that cannot be read neither', async () => {
  await addToOutbox(server.db, 'from-the-future', { thing: '1' });
  await addToOutbox(server.db, 'from-the-future', { thing: '2' });
  await addToOutbox(server.db, LOW_BALANCE, { wrong: true });
  const id = await member();
  await counter.move(id, -200);
  await begin();
  await reaches(id, 2_400);
  await expect.poll(() => said('nobody takes this topic').map(({ level }) => level)).toContain('error');
  const about = said('nobody takes this topic').map(({ facts }) => ({ topic: facts.topic, entries: facts.entries }));
  expect(about).toContainEqual({ topic: 'from-the-future', entries: 2 });
  expect(about.map(({ topic }) => topic)).not.toContain(LOW_BALANCE);
  expect(said('does not say what it is about').map(({ facts }) => facts.topic)).toEqual([LOW_BALANCE]);
  // The money may have moved before the relay has noted that it handed the work over.
  const waiting = async () => (await waitingTopics(server.db)).filter(({ topic }) => topic !== 'test-notice');
  await expect.poll(waiting).toEqual([{ topic: 'from-the-future', entries: 2, since: expect.any(Date) as Date }]);
});

test('a hold that nobody ended is released when it has expired, and no other', async () => {
  const id = await counter.account(1_000);
  const at = new Date();
  const hold = (key: string, ms: number) =>
    placeHold(server.db, {
      key,
      accountId: id,
      cents: 300,
      reason: 'call',
      at,
      expiresAt: new Date(at.getTime() + ms),
    });
  await hold('over', 1);
  await hold('open', 3_600_000);
  await begin({ now: () => new Date(at.getTime() + 1) });
  const states = async () => {
    const holds = await server.db.selectFrom('hold').select(['idempotencyKey', 'state']).execute();
    return Object.fromEntries(holds.map(({ idempotencyKey: key, state }) => [key, state]));
  };
  await expect.poll(states, { timeout: 15_000 }).toEqual({ over: 'released', open: 'held' });
  expect(said('has expired and is released')).toHaveLength(1);
});

test('a deposit whose answer was lost is found out, when it is old enough', async () => {
  const { db } = server;
  let at = new Date('2026-05-01T12:00:00Z');
  const now = () => at;
  const token = `tok_${'answerlost'.padEnd(24, 'x')}`;
  const kept = { token, brand: 'visa', lastFour: '4242', expiryMonth: 12, expiryYear: 2099 } as const;
  await addSandboxCard(db, { ...kept, funding: 'credit', behaviour: 'answer-lost', tokenisedAt: at });
  const deposits = { db, now, gateway: new SandboxGateway({ db, now, webhookSecret: 'unused' }) };
  const card = { token, brand: 'visa', lastFour: '4242' };
  const order = { accountId: await counter.account(0), cents: 500, channel: 'web', card } as const;
  const old = await depositByCard(deposits, { ...order, key: 'old' });
  at = new Date(at.getTime() + 1);
  const young = await depositByCard(deposits, { ...order, key: 'young' });
  expect([old.kind, young.kind]).toEqual(['pending', 'pending']);
  at = new Date(at.getTime() + 3 * 60_000 - 1);
  const jobs = await begin({ deposits, now });
  await expect.poll(async () => (await findDeposit(db, old.depositId))?.state, { timeout: 15_000 }).toBe('captured');
  await jobs.stop();
  expect((await findDeposit(db, young.depositId))?.state).toBe('intended');
});
