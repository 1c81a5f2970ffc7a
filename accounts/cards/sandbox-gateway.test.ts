import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { sandboxBooks } from '#db/sandbox-gateway.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cents } from '../money.ts';
import { sandboxGateway } from './sandbox-gateway.ts';
import { sign } from './signature.ts';
import { Secret } from './secret.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });
let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());
const now = () => new Date('2026-05-15T12:00:00Z');
const gateway = () => sandboxGateway({ db: server.db, now, webhookSecret: 'whsec' });
async function tokenOf(number: string): Promise<string> {
  const card = { number: new Secret(number), cvv: new Secret('123'), expiryMonth: 4, expiryYear: 2027 };
  const made = await gateway().tokenise({ ...card, postalCode: '94103' }, 'once');
  return made.kind === 'token' ? made.card.token : made.reason;
}
let last = 0;
const fresh = async (number: string, key = `charge-${++last}`) =>
  ({
    key,
    token: await tokenOf(number),
    cents: cents(2500),
    currency: 'USD',
    reference: 'HL1',
    holder: 'present',
  }) as const;

test.each([
  ['4000000000009995', 'insufficient-funds'],
  ['4000000000000069', 'expired'],
  ['4000000000000127', 'wrong-cvv'],
  ['4000000000000002', 'declined'],
  ['4000000000000911', 'duplicate'],
])('%s is declined: %s', async (number, reason) => {
  expect(await gateway().charge(await fresh(number))).toEqual({ kind: 'declined', reason });
});

test('ten at once with one key charge once, and no more is given back than was taken', async () => {
  const charge = await fresh('4242424242424242');
  const all = await Promise.all(Array.from({ length: 10 }, () => gateway().charge(charge)));
  expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(1);
  const { captured } = await sandboxBooks(server.db);
  expect(captured.filter(({ key }) => key === charge.key)).toHaveLength(1);
  const gatewayId = all[0]?.kind === 'captured' ? all[0].gatewayId : '';
  const part = { key: 'refund-1', gatewayId, cents: cents(2000) };
  expect(await gateway().refund(part)).toEqual(await gateway().refund(part));
  expect(await gateway().refund({ ...part, key: 'refund-2', cents: cents(501) })).toEqual({
    kind: 'refused',
    reason: 'exceeds-charge',
  });
});

test('an unknown outcome is captured, or absent and the key is given up', async () => {
  const taken = await fresh('4000000000000929');
  expect(await gateway().charge(taken)).toEqual({ kind: 'unknown' });
  expect((await gateway().outcomeOf(taken.key)).kind).toBe('captured');
  const lost = await fresh('4000000000000937');
  expect(await gateway().charge(lost)).toEqual({ kind: 'unknown' });
  expect(await gateway().outcomeOf(lost.key)).toEqual({ kind: 'absent' });
  const late = await fresh('4242424242424242', lost.key);
  await expect(gateway().charge(late)).rejects.toMatchObject({ code: 'key-reused' });
});

test('a webhook that is signed but says nothing is unparsable', () => {
  const read = (text: string) => {
    const body = Buffer.from(text);
    return gateway().readWebhook(body, sign(body, 'whsec', now()), now());
  };
  for (const text of ['', '{', 'null', '{}', '[]', '{"eventId":"e","kind":"other","at":"never"}'])
    expect(() => read(text), text).toThrow(expect.objectContaining({ code: 'unparsable' }));
  const told = { eventId: 'e', kind: 'other', type: 'x', at: now() };
  expect(read(JSON.stringify(told))).toEqual(told);
});
