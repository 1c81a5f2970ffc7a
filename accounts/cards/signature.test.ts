import Stripe from 'stripe';
import { expect, test } from 'vitest';
import { checkSignature, sign } from './signature.ts';

const at = new Date('2026-05-15T12:00:00Z');
const later = (seconds: number) => new Date(at.getTime() + seconds * 1000);
const body = Buffer.from('{"id":"evt"}');
const codeOf = (work: () => void) => {
  try {
    work();
    return 'taken';
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};
const check = (header: string | undefined, now = at, sent = body) =>
  codeOf(() => checkSignature(sent, header, 'whsec', now));

test('the signature is the one of Stripe', () => {
  const timestamp = at.getTime() / 1000;
  const payload = body.toString();
  expect(sign(body, 'whsec', at)).toBe(
    new Stripe('sk_test_x').webhooks.generateTestHeaderString({ payload, secret: 'whsec', timestamp }),
  );
});

test('forged and stale webhooks are told apart', () => {
  const header = sign(body, 'whsec', at);
  expect(check(header)).toBe('taken');
  expect(check(header, later(300))).toBe('taken');
  expect([check(header, later(301)), check(header, later(-301))]).toEqual(['stale', 'stale']);
  const forged = [undefined, '', 't=1', header.replace('t=1', 't=2'), sign(body, 'other', at), `${header}0`];
  expect(forged.map((one) => check(one))).toEqual(forged.map(() => 'forged'));
  expect(check(header, at, Buffer.from('{"id":"evu"}'))).toBe('forged');
});
