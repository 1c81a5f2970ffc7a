import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { openAccount } from '#db/accounts.ts';
import { balanceOf, trialBalance } from '#db/ledger.ts';
import { startTestDatabase } from '#db/testing.ts';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { depositByCard } from '../deposits/deposit-by-card.ts';
import { resolveDeposits } from '../deposits/resolve.ts';
import type { CardDetails } from './card-details.ts';
import { Secret } from './secret.ts';
import { declineReasonOf } from './stripe-declines.ts';
import { StripeGateway } from './stripe-gateway.ts';
import { StripeStandIn, type Way } from './testing/stripe-stand-in.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let now = new Date('2026-05-01T12:00:00Z');
const webhookSecret = 'whsec_stripe';
const standIn = new StripeStandIn({ webhookSecret, now: () => now });
const { books, ways, requests } = standIn;
let at: Awaited<ReturnType<StripeStandIn['start']>>;
let gateway: StripeGateway;
const open = (secretKey = 'sk_test_standin', timeoutMs = 5_000) =>
  new StripeGateway({ secretKey, webhookSecret, now: () => now, timeoutMs, at });
beforeAll(async () => {
  at = await standIn.start();
  gateway = open();
});
afterAll(() => standIn.stop());
afterEach(() => {
  expect(ways).toEqual([]);
  books.indexed = true;
});

const details = (number = '4242424242424242'): CardDetails => ({
  number: new Secret(number),
  cvv: new Secret('737'),
  expiryMonth: 12,
  expiryYear: 2030,
  postalCode: '95814',
});
async function tokenOf(number?: string): Promise<string> {
  const outcome = await gateway.tokenise(details(number));
  return outcome.kind === 'token' ? outcome.token : expect.fail(outcome.reason);
}
const order = (token: string, key: string = randomUUID()) =>
  ({ key, token, cents: 2_500, currency: 'USD', reference: 'HL' }) as const;
const since = async (work: () => Promise<unknown>, path: string) => {
  const before = requests.length;
  await work();
  return requests.slice(before).filter((request) => request === path).length;
};

const times = (way: Way, count: number) => Array.from({ length: count }, () => way);
/** How the requests go, what the charge answers, what became of it, and how many requests there were. */
const charges: readonly (readonly [string, readonly Way[], string, string, number])[] = [
  ['is cut off once before it is carried out', ['cut-before'], 'captured', 'captured', 2],
  ['is cut off once after it was carried out', ['cut-after'], 'captured', 'captured', 2],
  // Two of ours, each repeated once by Stripe's library.
  ['is cut off every time before', times('cut-before', 4), 'unknown', 'absent', 4],
  ['is cut off every time after', times('cut-after', 4), 'unknown', 'captured', 4],
  ['is turned away once', ['busy'], 'captured', 'captured', 2],
  ['is turned away twice', ['busy', 'busy'], 'unknown', 'absent', 2],
  ['is in progress under its key', ['in-use'], 'captured', 'captured', 2],
  ['fails inside Stripe before the money moves', ['error-before'], 'unknown', 'absent', 1],
  ['fails inside Stripe after the money moved', ['error-after'], 'unknown', 'captured', 1],
];
test.each(charges)('a charge that %s', async (_name, how, answer, outcome, count) => {
  const charge = order(await tokenOf());
  const before = books.capturedCents;
  ways.push(...how);
  const path = 'POST /v1/payment_intents';
  const sent = await since(async () => expect((await gateway.charge(charge)).kind).toBe(answer), path);
  expect(sent).toBe(count);
  expect((await gateway.outcomeOf(charge.key)).kind).toBe(outcome);
  expect(books.capturedCents - before).toBe(outcome === 'captured' ? 2_500 : 0);
});

test.each([
  ['silent-before', 'absent'],
  ['silent-after', 'captured'],
] as const)('a charge that is never answered (%s) is given up in time, and turns out %s', async (way, outcome) => {
  const charge = order(await tokenOf());
  ways.push(...times(way, 2));
  expect(await open('sk_test_standin', 150).charge(charge)).toEqual({ kind: 'unknown' });
  expect((await gateway.outcomeOf(charge.key)).kind).toBe(outcome);
});

test('a charge that search has not indexed yet is found in the list, and asking never charges', async () => {
  const charge = order(await tokenOf());
  await gateway.charge(charge);
  const token = await tokenOf();
  for (let n = 0; n < 120; n++) await gateway.charge(order(token));
  books.indexed = false;
  const before = books.intents.length;
  expect((await gateway.outcomeOf(charge.key)).kind).toBe('captured');
  expect(await gateway.outcomeOf('never sent')).toEqual({ kind: 'absent' });
  expect(books.intents.length).toBe(before);
});

test('of two charges with one key, the first so old that Stripe forgot the key, the one that took money counts', async () => {
  const charge = order(await tokenOf('4000000000009995'));
  await gateway.charge(charge);
  const [first] = books.intents.filter(({ metadata }) => metadata['key'] === charge.key);
  if (!first) return expect.fail('not charged');
  books.intents.push({ ...first, id: 'pi_second', status: 'succeeded', last_payment_error: null });
  expect(await gateway.outcomeOf(charge.key)).toEqual({ kind: 'captured', gatewayId: 'pi_second' });
});

test('a key with quotes and backslashes is looked for as it is', async () => {
  const charge = order(await tokenOf(), String.raw`it's \a key\\' OR`);
  await gateway.charge(charge);
  const listed = await since(async () => {
    expect((await gateway.outcomeOf(charge.key)).kind).toBe('captured');
  }, 'GET /v1/payment_intents');
  expect(listed).toBe(0);
});

const refunds: readonly (readonly [string, readonly Way[], string, string])[] = [
  ['is cut off once after it was carried out', ['cut-after'], 'refunded', 'refunded'],
  ['is cut off every time after', times('cut-after', 4), 'unknown', 'refunded'],
  ['is turned away twice', ['busy', 'busy'], 'unknown', 'absent'],
  ['fails inside Stripe after the money moved', ['error-after'], 'unknown', 'refunded'],
];
test.each(refunds)('a refund that %s', async (_name, how, answer, outcome) => {
  const charged = await gateway.charge(order(await tokenOf()));
  const gatewayId = charged.kind === 'captured' ? charged.gatewayId : '';
  const before = books.refundedCents;
  const refund = { key: randomUUID(), gatewayId, cents: 1_000 };
  ways.push(...how);
  expect((await gateway.refund(refund)).kind).toBe(answer);
  expect((await gateway.refundOutcomeOf(refund.key)).kind).toBe(outcome);
  expect(books.refundedCents - before).toBe(outcome === 'refunded' ? 1_000 : 0);
});

test('a refund whose name is known is asked about by it: also when lists have forgotten it, and when it failed since', async () => {
  const charged = await gateway.charge(order(await tokenOf()));
  const refund = { key: randomUUID(), gatewayId: charged.kind === 'captured' ? charged.gatewayId : '', cents: 1_000 };
  await gateway.refund(refund);
  const nth = books.refunds.findIndex(({ metadata }) => metadata['key'] === refund.key);
  const made = books.refunds[nth];
  if (!made) return expect.fail('not refunded');
  const old = { ...made, created: made.created - 40 * 86_400 };
  books.refunds[nth] = old;
  expect(await gateway.refundOutcomeOf(refund.key)).toEqual({ kind: 'absent' });
  expect(await gateway.refundOutcomeOf(refund.key, made.id)).toEqual({ kind: 'refunded', refundId: made.id });
  books.refunds[nth] = { ...old, status: 'failed' };
  expect(await gateway.refundOutcomeOf(refund.key, made.id)).toEqual({ kind: 'declined', reason: 'declined' });
  books.refunds[nth] = { ...old, status: 'pending' };
  expect(await gateway.refundOutcomeOf(refund.key, made.id)).toEqual({ kind: 'unknown' });
  expect(await gateway.refundOutcomeOf(refund.key, 're_none')).toEqual({ kind: 'absent' });
  const away = new StripeGateway({ secretKey: 'sk', webhookSecret, now: () => now, at: { ...at, port: 1 } });
  expect(await away.refundOutcomeOf(refund.key, made.id)).toEqual({ kind: 'unknown' });
  books.refunds.splice(nth, 1);
});

test('no error has a card number or a CVV in it, though Stripe’s own quotes one', async () => {
  const token = await tokenOf();
  const used = { ...order(token), cvv: new Secret('737') };
  await gateway.charge(used);
  const stranger = open('sk_test_other');
  const away = new StripeGateway({ secretKey: 'sk', webhookSecret, now: () => now, at: { ...at, port: 1 } });
  const cut = { ...order(token), cvv: new Secret('737') };
  ways.push(...times('cut-before', 4));
  const seen: unknown[] = await Promise.all(
    [
      gateway.charge(cut),
      gateway.charge({ ...used, cents: 1 }),
      stranger.tokenise(details()),
      stranger.charge(used),
      away.tokenise(details()),
      away.charge(used),
      away.outcomeOf('any'),
    ].map((work) => work.catch((error: unknown) => error)),
  );
  expect(seen.slice(1)).toMatchObject([
    { name: 'GatewayFault', code: 'key-reused' },
    { name: 'GatewayFault', code: 'credentials' },
    { name: 'GatewayFault', code: 'credentials' },
    { kind: 'refused', reason: 'gateway-unavailable' },
    { kind: 'unknown' },
    { kind: 'unknown' },
  ]);
  const shown = inspect([seen, gateway, stranger, details()], { depth: 20, showHidden: true });
  expect(shown).not.toMatch(/424242424242|'737'|As Stripe would/);
  expect(shown).toContain('GatewayFault');
});

test('what Stripe took is what our ledger has, whatever was lost on the way', async () => {
  const server = await startTestDatabase();
  const accountId = randomUUID();
  await openAccount(server.db, { id: accountId, numbers: [], at: now });
  const deps = { db: server.db, gateway, now: () => now };
  const before = books.capturedCents;
  const token = await tokenOf();
  const how: readonly (readonly Way[])[] = [[], ['cut-after'], times('cut-after', 4), times('cut-before', 4), ['error-after']]; // prettier-ignore
  for (const next of how) {
    ways.push(...next);
    const card = { token, brand: 'visa', lastFour: '4242' };
    const deposit = { key: randomUUID(), accountId, cents: 2_500, channel: 'web', card } as const;
    await depositByCard(deps, deposit);
    expect(await depositByCard(deps, deposit)).toMatchObject({ kind: 'captured' });
  }
  now = new Date(now.getTime() + 3_600_000);
  await resolveDeposits(deps, { afterMs: 60_000, abandonMs: 600_000 });
  expect(books.capturedCents - before).toBe(12_500);
  expect((await balanceOf(server.db, accountId)).balanceCents).toBe(12_500);
  expect((await trialBalance(server.db))['card-clearing']).toBe(-12_500);
  await server.stop();
});

test('refunds and disputes are told by webhook, and what is none of ours is other', () => {
  const read = (type: string, object: unknown): unknown => {
    const { rawBody, signature } = standIn.webhook(type, object, now);
    return gateway.readWebhook(rawBody, signature, now);
  };
  const refund = { id: 're_1', amount: 300, status: 'succeeded', metadata: { key: 'k' } };
  expect(read('refund.updated', refund)).toEqual({ kind: 'refunded', eventId: 'evt_1', key: 'k', refundId: 're_1', cents: 300 }); // prettier-ignore
  expect(read('refund.updated', { ...refund, status: 'pending' })).toMatchObject({ kind: 'other' });
  for (const type of ['refund.failed', 'refund.updated', 'charge.refund.updated'])
    for (const status of ['failed', 'canceled'])
      expect(read(type, { ...refund, status })).toEqual({ kind: 'refund-failed', eventId: 'evt_1', key: 'k', refundId: 're_1', cents: 300 }); // prettier-ignore
  const dispute = { amount: 2_500, payment_intent: 'pi_1' };
  expect(read('charge.dispute.created', dispute)).toMatchObject({ kind: 'disputed', gatewayId: 'pi_1', cents: 2_500 });
  expect(read('payout.paid', {})).toEqual({ kind: 'other', eventId: 'evt_1', type: 'payout.paid' });
});

test('a decline is told in our words, the decline code before the error code', () => {
  expect(declineReasonOf('insufficient_funds', 'card_declined')).toBe('insufficient-funds');
  expect(declineReasonOf('', 'incorrect_cvc')).toBe('wrong-cvv');
  expect(declineReasonOf('stolen_card', 'card_declined')).toBe('lost-or-stolen');
  expect(declineReasonOf(undefined, null)).toBe('declined');
  expect(declineReasonOf('constructor', 'toString')).toBe('declined');
});
