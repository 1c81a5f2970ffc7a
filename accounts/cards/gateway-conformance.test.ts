import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { sandboxTakings } from '#db/sandbox-gateway.ts';
import { startTestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { CardDetails } from './card-details.ts';
import { WebhookRefused, type CardGateway } from './gateway.ts';
import { SandboxGateway } from './sandbox-gateway.ts';
import { Secret } from './secret.ts';
import { StripeGateway } from './stripe-gateway.ts';
import { StripeStandIn } from './testing/stripe-stand-in.ts';
import { signWebhook } from './webhook-signature.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const now = new Date('2026-05-01T12:00:00Z');
const webhookSecret = 'whsec_conformance';

interface Party {
  readonly gateway: CardGateway;
  /** By the gateway's own books. */
  readonly takenCents: () => Promise<number>;
  readonly webhookOf: (key: string) => Promise<{ readonly rawBody: Buffer; readonly signature: string }>;
  /** What the gateway's own page hands out for a card. */
  readonly handedOut: (number: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

async function sandbox(): Promise<Party> {
  const server = await startTestDatabase();
  const gateway = new SandboxGateway({ db: server.db, webhookSecret, now: () => now });
  return {
    gateway,
    takenCents: async () => (await sandboxTakings(server.db)).netCents,
    webhookOf: async (key) => (await gateway.webhookOf(key)) ?? expect.fail('no such charge'),
    async handedOut(number) {
      const given = await gateway.tokenise(details(number));
      return given.kind === 'token' ? given.token : expect.fail(given.reason);
    },
    stop: () => server.stop(),
  };
}

async function stripe(): Promise<Party> {
  const standIn = new StripeStandIn({ webhookSecret, now: () => now });
  const at = await standIn.start();
  const { books } = standIn;
  return {
    gateway: new StripeGateway({ secretKey: 'sk_test_standin', webhookSecret, now: () => now, timeoutMs: 5_000, at }),
    takenCents: async () => books.capturedCents - books.refundedCents,
    async webhookOf(key) {
      const intent = books.intents.find(({ metadata }) => metadata['key'] === key);
      const type = intent?.status === 'succeeded' ? 'payment_intent.succeeded' : 'payment_intent.payment_failed';
      return standIn.webhook(type, intent, now);
    },
    async handedOut(number) {
      const form = new URLSearchParams({ 'card[number]': number, 'card[exp_month]': '12', 'card[exp_year]': '2030' });
      return (books.write('/v1/payment_methods', form).body as { id: string }).id;
    },
    stop: () => standIn.stop(),
  };
}

const details = (number: string, change: Partial<CardDetails> = {}): CardDetails => ({
  number: new Secret(number),
  cvv: new Secret('737'),
  expiryMonth: 12,
  expiryYear: 2030,
  postalCode: '95814',
  ...change,
});

/** Number, what a charge answers, and what became of it. */
const charges: readonly (readonly [number: string, answer: object, outcome: object, takenCents: number])[] = [
  ['4242424242424242', { kind: 'captured' }, { kind: 'captured' }, 2_500],
  ['5105105105105100', { kind: 'captured' }, { kind: 'captured' }, 2_500],
  ['4000000000009995', { kind: 'declined', reason: 'insufficient-funds' }, { kind: 'declined', reason: 'insufficient-funds' }, 0], // prettier-ignore
  ['4000000000000069', { kind: 'declined', reason: 'expired' }, { kind: 'declined', reason: 'expired' }, 0],
  ['4000000000000127', { kind: 'declined', reason: 'wrong-cvv' }, { kind: 'declined', reason: 'wrong-cvv' }, 0],
  ['4000000000000002', { kind: 'declined', reason: 'declined' }, { kind: 'declined', reason: 'declined' }, 0],
  ['4000000000006009', { kind: 'unknown' }, { kind: 'captured' }, 2_500],
  ['4000000000007007', { kind: 'unknown' }, { kind: 'absent' }, 0],
];

describe.each([
  ['the sandbox', sandbox],
  ['Stripe', stripe],
])('%s', (_name, open) => {
  let party: Party;
  let gateway: CardGateway;
  beforeAll(async () => {
    party = await open();
    gateway = party.gateway;
  });
  afterAll(() => party.stop());

  async function tokenOf(number: string): Promise<string> {
    const outcome = await gateway.tokenise(details(number));
    return outcome.kind === 'token' ? outcome.token : expect.fail(outcome.reason);
  }
  const order = (token: string, key: string = randomUUID(), cents = 2_500) =>
    ({ key, token, cents, currency: 'USD', reference: 'HL' }) as const;
  async function captured(cents: number): Promise<string> {
    const outcome = await gateway.charge(order(await tokenOf('4242424242424242'), randomUUID(), cents));
    return outcome.kind === 'captured' ? outcome.gatewayId : expect.fail(outcome.kind);
  }

  test('a token says what kind of card it is, and has neither its number nor its CVV', async () => {
    const outcome = await gateway.tokenise(details('5105105105105100'));
    const kept = { brand: 'mastercard', lastFour: '5100', expiryMonth: 12, expiryYear: 2030, funding: 'prepaid' };
    expect(outcome).toEqual({ kind: 'token', token: expect.any(String) as string, ...kept });
    const seen = inspect([outcome, gateway], { depth: 12, showHidden: true });
    expect(seen).not.toMatch(/510510510510|'737'/);
  });

  test('a card that was given on the gateway’s own page is kept by what that handed out, and charged', async () => {
    const handedOut = await party.handedOut('5105105105105100');
    const kept = await gateway.cardOf(handedOut);
    const shown = { brand: 'mastercard', lastFour: '5100', expiryMonth: 12, expiryYear: 2030, funding: 'prepaid' };
    expect(kept).toEqual({ kind: 'token', token: expect.any(String) as string, ...shown });
    expect(await gateway.cardOf(handedOut)).toEqual(kept);
    const before = await party.takenCents();
    expect(await gateway.charge(order(kept.kind === 'token' ? kept.token : ''))).toMatchObject({ kind: 'captured' });
    expect((await party.takenCents()) - before).toBe(2_500);
  });

  test('what nobody handed out, a number for one, is no card', async () => {
    for (const nothing of ['tok_aaaaaaaaaaaaaaaaaaaaaaaa', 'pm_none', 'cus_1:pm_1', '5105105105105100', ''])
      expect(await gateway.cardOf(nothing)).toEqual({ kind: 'refused', reason: 'card-removed' });
  });

  test('a card that cannot be is refused before anybody is asked, and one the bank refuses by its reason', async () => {
    const invalid = { kind: 'refused', reason: 'invalid-details' };
    expect(await gateway.tokenise(details('4242424242424241'))).toEqual(invalid);
    expect(await gateway.tokenise(details('4242424242424242', { expiryYear: 2025 }))).toEqual(invalid);
    expect(await gateway.tokenise(details('4242424242424242', { cvv: new Secret('12') }))).toEqual(invalid);
    expect(await gateway.tokenise(details('4000000000000119'))).toEqual({ kind: 'refused', reason: 'try-later' });
  });

  test.each(charges)('a charge of %s answers %o, and turns out %o', async (number, answer, outcome, cents) => {
    const before = await party.takenCents();
    const charge = order(await tokenOf(number));
    expect(await gateway.charge(charge)).toMatchObject(answer);
    expect(await gateway.outcomeOf(charge.key)).toMatchObject(outcome);
    expect(await gateway.charge(charge)).toMatchObject(answer);
    expect((await party.takenCents()) - before).toBe(cents);
  });

  test('twenty identical charges at once are one', async () => {
    const before = await party.takenCents();
    const charge = order(await tokenOf('4242424242424242'));
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => gateway.charge(charge)));
    expect(new Set(outcomes.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(await gateway.outcomeOf(charge.key)).toEqual(outcomes[0]);
    expect((await party.takenCents()) - before).toBe(2_500);
  });

  test('a key used for something else is our own fault, charge or refund', async () => {
    const token = await tokenOf('4242424242424242');
    const charge = order(token);
    await gateway.charge(charge);
    await expect(gateway.charge({ ...charge, cents: 9_999 })).rejects.toMatchObject({ code: 'key-reused' });
    const refund = { key: randomUUID(), gatewayId: await captured(1_000), cents: 100 };
    await gateway.refund(refund);
    await expect(gateway.refund({ ...refund, cents: 200 })).rejects.toMatchObject({ code: 'key-reused' });
  });

  test('a token that nobody gave out is a card that was removed', async () => {
    const removed = { kind: 'declined', reason: 'card-removed' };
    for (const token of ['tok_aaaaaaaaaaaaaaaaaaaaaaaa', 'cus_1:pm_1', ''])
      expect(await gateway.charge(order(token))).toEqual(removed);
  });

  test('a charge with the holder there goes with the CVV, which nothing keeps', async () => {
    const charge = { ...order(await tokenOf('4242424242424242')), cvv: new Secret('737') };
    const outcome = await gateway.charge(charge);
    expect(outcome.kind).toBe('captured');
    expect(await gateway.charge(charge)).toEqual(outcome);
    // By itself: three digits stand in many a random id.
    expect(inspect([charge, outcome, gateway], { depth: 12, showHidden: true })).not.toMatch(/\b737\b/);
  });

  test('refunds of a charge are each done once, and together never more than the charge', async () => {
    const gatewayId = await captured(1_000);
    const before = await party.takenCents();
    const first = { key: randomUUID(), gatewayId, cents: 600 };
    const done = await gateway.refund(first);
    expect(done.kind).toBe('refunded');
    expect(await gateway.refund(first)).toEqual(done);
    expect(await gateway.refundOutcomeOf(first.key)).toEqual(done);
    expect(await gateway.refundOutcomeOf(first.key, done.kind === 'refunded' ? done.refundId : '')).toEqual(done);
    const tooMuch = { key: randomUUID(), gatewayId, cents: 401 };
    expect(await gateway.refund(tooMuch)).toEqual({ kind: 'declined', reason: 'exceeds-charge' });
    expect((await gateway.refund({ key: randomUUID(), gatewayId, cents: 400 })).kind).toBe('refunded');
    const none = { key: randomUUID(), gatewayId, cents: 1 };
    expect(await gateway.refund(none)).toEqual({ kind: 'declined', reason: 'exceeds-charge' });
    expect(before - (await party.takenCents())).toBe(1_000);
  });

  test('what is not there is absent, and a refund of it is declined', async () => {
    expect(await gateway.outcomeOf("it's nobody's")).toEqual({ kind: 'absent' });
    expect(await gateway.refundOutcomeOf('nobody')).toEqual({ kind: 'absent' });
    const refund = { key: randomUUID(), gatewayId: 'pi_none', cents: 100 };
    expect(await gateway.refund(refund)).toEqual({ kind: 'declined', reason: 'unknown-charge' });
  });

  const webhook = (rawBody: Buffer, signature: string, at = now): unknown => {
    try {
      return gateway.readWebhook(rawBody, signature, at);
    } catch (error) {
      return error instanceof WebhookRefused ? error.code : error;
    }
  };

  test('a webhook tells of the charge by our key, as often as it comes', async () => {
    const charge = order(await tokenOf('4242424242424242'));
    const outcome = await gateway.charge(charge);
    const gatewayId = outcome.kind === 'captured' ? outcome.gatewayId : '';
    const { rawBody, signature } = await party.webhookOf(charge.key);
    const told = webhook(rawBody, signature);
    expect(told).toMatchObject({ kind: 'captured', key: charge.key, gatewayId, cents: 2_500 });
    expect(webhook(rawBody, signature)).toEqual(told);
    const declined = order(await tokenOf('4000000000009995'));
    await gateway.charge(declined);
    const second = await party.webhookOf(declined.key);
    const expected = { kind: 'declined', key: declined.key, reason: 'insufficient-funds' };
    expect(webhook(second.rawBody, second.signature)).toMatchObject(expected);
  });

  test('a webhook that is forged, old or no event is refused by its code', async () => {
    const charge = order(await tokenOf('4242424242424242'));
    await gateway.charge(charge);
    const { rawBody, signature } = await party.webhookOf(charge.key);
    const changed = Buffer.from(rawBody.toString().replace('2500', '9900'));
    expect(webhook(changed, signature)).toBe('forged');
    for (const header of ['', 't=1,v1=00', signature.replace('v1=', 'v0=')])
      expect(webhook(rawBody, header)).toBe('forged');
    expect(webhook(rawBody, signWebhook(rawBody, 'another', now))).toBe('forged');
    expect(webhook(rawBody, signature, new Date(now.getTime() + 301_000))).toBe('stale');
    for (const text of [
      '',
      'not json',
      '{}',
      '[]',
      'null',
      '{"id":"evt","type":"payment_intent.succeeded","data":{"object":{}}}',
    ]) {
      const body = Buffer.from(text);
      expect(webhook(body, signWebhook(body, webhookSecret, now)), text).toBe('unreadable');
    }
  });
});
