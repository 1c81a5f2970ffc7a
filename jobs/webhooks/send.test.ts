import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { notifyWith } from '#accounts/notices/notice.ts';
import { webhookKeys } from '#accounts/webhooks/secret.ts';
import { settleDelivery } from '#accounts/webhooks/settle.ts';
import { subscribe } from '#accounts/webhooks/subscribe.ts';
import { webhookWords } from '#accounts/webhooks/wording.ts';
import { liftBlock, placeBlock } from '#db/blocks.ts';
import { publishEvents, type EventKind } from '#db/events.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { endWebhook, listWebhooks, resumeWebhook, takeWebhook } from '#db/webhooks.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { blockListOf } from './networks.ts';
import { WebhookSender } from './send.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const keys = webhookKeys('a secret of sixteen or more');
let database: TestDatabase;
let at: Date;
const now = () => at;

/** A receiver that answers as it is told: statuses, or not at all, or by closing. */
type Manner = number | 'silent' | 'closes' | 'redirects';
interface Told {
  readonly id: string;
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
}
class Receiver {
  readonly manners: Manner[] = [];
  readonly heard: Told[][] = [];
  readonly signatures: { signature: string; body: string; webhook: string }[] = [];
  readonly #server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString();
      const manner = this.manners.shift() ?? 200;
      this.heard.push((JSON.parse(body) as { events: Told[] }).events);
      const [signature, webhook] = [request.headers['homeline-signature'], request.headers['homeline-webhook']];
      this.signatures.push({ signature: String(signature), webhook: String(webhook), body });
      if (manner === 'silent') return;
      if (manner === 'closes') request.socket.destroy();
      else if (manner === 'redirects') response.writeHead(302, { location: '/' }).end();
      else response.writeHead(manner).end('and words that nobody reads');
    });
  });

  async open(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const receivers: Receiver[] = [];
const receiver = async () => {
  const one = new Receiver();
  receivers.push(one);
  return { one, url: await one.open() };
};

beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  at = new Date('2026-05-01T12:00:00Z');
  await database.db.deleteFrom('webhook').execute();
});
afterEach(() => receivers.splice(0).forEach((one) => one.close()));

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const sender = (more: object = {}) =>
  new WebhookSender({
    ...{
      db: database.db,
      log,
      now,
      keys,
      notify: notifyWith(webhookWords, now),
      allowed: blockListOf(['127.0.0.0/8']),
    },
    ...{ timeoutMs: 500, ...more },
  });
const round = async (by = sender()) => {
  await by.round();
  await by.idle();
};
const subscribed = async (url: string, kinds: readonly EventKind[] = ['block.placed', 'block.lifted']) => {
  const order = { key: randomUUID(), url, kinds, email: 'web@example.com', language: 'en' } as const;
  const made = await subscribe(database.db, { keys, now }, order);
  return made.kind === 'subscribed' ? made : expect.fail(made.reason);
};
let numbers = 6000;
const happens = async () => {
  const number = `+1213555${++numbers}`;
  await placeBlock(database.db, { number, scope: 'all', by: { kind: 'agent', id: 'ada' }, reason: 'asked', at });
  return number;
};
const pass = (ms: number) => (at = new Date(at.getTime() + ms));
const state = async () => (await listWebhooks(database.db))[0];

test('what happens after the subscription is told once, in order, signed with the secret that was shown', async () => {
  const { one, url } = await receiver();
  await happens();
  const { secret, webhook } = await subscribed(url);
  const told = [await happens(), await happens()];
  await round();
  await round();
  expect(one.heard.map((events) => events.map(({ kind, data }) => [kind, data['number']]))).toEqual([
    told.map((number) => ['block.placed', number]),
  ]);
  const [{ signature = '', body = '', webhook: named } = {}] = one.signatures;
  const [, seconds = '', mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
  expect(mac).toBe(createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'));
  expect([seconds, named]).toEqual([String(at.getTime() / 1_000), webhook.id]);
  const [first, second] = one.heard[0] ?? [];
  expect(Number(second?.id)).toBeGreaterThan(Number(first?.id));
});

test('only the kinds that were asked for are told', async () => {
  const { one, url } = await receiver();
  await subscribed(url, ['block.lifted']);
  const number = await happens();
  await round();
  expect(one.heard).toEqual([]);
  const { id } = await database.db
    .selectFrom('block')
    .select('id')
    .where('number', '=', number)
    .executeTakeFirstOrThrow();
  await liftBlock(database.db, id, { by: { kind: 'agent', id: 'ada' }, reason: 'asked', at });
  await round();
  expect(one.heard.flat().map(({ kind }) => kind)).toEqual(['block.lifted']);
});

test.each<[Manner, string]>([
  [500, 'status-500'],
  [404, 'status-404'],
  ['redirects', 'status-302'],
  ['closes', 'econnreset'],
  ['silent', 'timeout'],
])('one that answers %s is told again after a pause, and later things after it', async (manner, why) => {
  const { one, url } = await receiver();
  await subscribed(url);
  one.manners.push(manner);
  const first = await happens();
  await round();
  expect(await state()).toMatchObject({ failures: 1, lastFailure: why, dueAt: new Date(at.getTime() + 5_000) });
  const second = await happens();
  pass(4_999);
  await round();
  expect(one.heard).toHaveLength(1);
  pass(1);
  await round();
  expect(one.heard.map((events) => events.map(({ data }) => data['number']))).toEqual([[first], [first, second]]);
  expect(await state()).toMatchObject({ failures: 0 });
  expect(await state()).not.toHaveProperty('failingSince');
});

test('the pauses grow; after five days it is disabled, its owner told, and resumed it misses nothing', async () => {
  const { one, url } = await receiver();
  const { webhook } = await subscribed(url);
  const first = await happens();
  one.manners.push(...Array<Manner>(40).fill(503));
  const begun = at;
  for (let n = 0; n < 40 && (await state())?.ended === undefined; n++) {
    await round();
    at = (await state())?.dueAt ?? at;
  }
  expect(await state()).toMatchObject({ ended: { as: 'failing' }, lastFailure: 'status-503' });
  expect(at.getTime() - begun.getTime()).toBeGreaterThanOrEqual(5 * 86_400_000);
  expect(one.heard.length).toBeLessThan(25);
  const mails = database.db.selectFrom('notice').select(['subject', 'body']).where('recipient', '=', 'web@example.com');
  expect(await mails.execute()).toMatchObject([
    { subject: expect.stringMatching(/^Homeline: webhook to 127\.0\.0\.1:\d+ is disabled$/) as string },
  ]);
  const tried = one.heard.length;
  pass(86_400_000);
  await round();
  expect(one.heard).toHaveLength(tried);
  one.manners.splice(0);
  expect(await resumeWebhook(database.db, webhook.id, at)).toBe(true);
  expect(await resumeWebhook(database.db, webhook.id, at)).toBe(false);
  await round();
  expect(one.heard.at(-1)?.map(({ data }) => data['number'])).toEqual([first]);
});

test('one that is deleted is told nothing more', async () => {
  const { one, url } = await receiver();
  const { webhook } = await subscribed(url);
  await happens();
  expect(await endWebhook(database.db, webhook.id, 'deleted', at)).toBe(true);
  await round();
  expect(one.heard).toEqual([]);
  expect(await resumeWebhook(database.db, webhook.id, at)).toBe(false);
  expect(await listWebhooks(database.db)).toEqual([]);
});

test('one that is slow holds up no other, and two processes send nothing twice', async () => {
  const [slow, quick] = [await receiver(), await receiver()];
  await subscribed(slow.url);
  await subscribed(quick.url);
  slow.one.manners.push('silent');
  await happens();
  const [mine, theirs] = [sender(), sender()];
  await Promise.all([mine.round(), theirs.round()]);
  await expect.poll(() => quick.one.heard.length).toBe(1);
  await Promise.all([mine.idle(), theirs.idle()]);
  expect([slow.one.heard.length, quick.one.heard.length]).toEqual([1, 1]);
});

test('what a process that died was sending is sent again by another, when its time is over', async () => {
  const { one, url } = await receiver();
  await subscribed(url);
  await happens();
  await publishEvents(database.db);
  expect(await takeWebhook(database.db, at, 1_500)).toBeDefined();
  await round();
  expect(one.heard).toHaveLength(0);
  pass(1_500);
  await round();
  expect(one.heard).toHaveLength(1);
});

test('whoever took too long says nothing about what another has sent meanwhile', async () => {
  const { one, url } = await receiver();
  await subscribed(url);
  await happens();
  await publishEvents(database.db);
  const late = (await takeWebhook(database.db, at, 1_500)) ?? expect.fail('nothing is due');
  pass(1_500);
  await happens();
  await round();
  expect(one.heard.map((events) => events.length)).toEqual([2]);
  const before = await state();
  const deps = { now, notify: notifyWith(webhookWords, now) };
  const upTo = one.heard[0]?.[0]?.id ?? '';
  expect(await settleDelivery(database.db, deps, late, { kind: 'acknowledged', upTo })).toBe('not-ours');
  expect(await settleDelivery(database.db, deps, late, { kind: 'failed', why: 'timeout' })).toBe('not-ours');
  expect(await state()).toEqual(before);
});

test('this machine is not reached unless its network is allowed', async () => {
  const { one, url } = await receiver();
  await subscribed(url);
  await happens();
  await round(sender({ allowed: blockListOf([]) }));
  expect(one.heard).toEqual([]);
  expect(await state()).toMatchObject({ lastFailure: 'address-not-allowed' });
});

test('many events come a page at a time, all of them, in order', async () => {
  const { one, url } = await receiver();
  await subscribed(url);
  for (let n = 0; n < 150; n++) await happens();
  await round();
  await round();
  expect(one.heard.map((events) => events.length)).toEqual([100, 50]);
  const ids = one.heard.flat().map(({ id }) => Number(id));
  expect(ids).toEqual([...ids].sort((a, b) => a - b));
});
