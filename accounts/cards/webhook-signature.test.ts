import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WebhookRefused } from './gateway.ts';
import { refuseStale, signWebhook, verifySignature } from './webhook-signature.ts';

const now = new Date('2026-05-01T12:00:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
const codeOf = (work: () => void): string => {
  try {
    work();
    return 'taken';
  } catch (error) {
    if (error instanceof WebhookRefused) return error.code;
    throw error;
  }
};

test('any body signed with the secret is taken, and with one byte changed it is forged', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), (bytes, at) => {
      const body = Buffer.from(bytes);
      const signature = signWebhook(body, 'secret', now);
      expect(codeOf(() => verifySignature(body, signature, 'secret'))).toBe('taken');
      expect(codeOf(() => verifySignature(body, signature, 'other'))).toBe('forged');
      const changed = Buffer.from(body);
      const index = at % changed.length;
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(codeOf(() => verifySignature(changed, signature, 'secret'))).toBe('forged');
    }),
  );
});

test('the time is part of what is signed: a later time put in is forged', () => {
  const body = Buffer.from('{}');
  const [, hash = ''] = signWebhook(body, 'secret', now).split(',');
  expect(codeOf(() => verifySignature(body, `t=${now.getTime() / 1_000 + 60},${hash}`, 'secret'))).toBe('forged');
});

test('a signature is good for five minutes before and after, and not a second longer', () => {
  const signature = signWebhook(Buffer.from('{}'), 'secret', now);
  for (const seconds of [-300, 0, 300]) expect(codeOf(() => refuseStale(signature, later(seconds)))).toBe('taken');
  for (const seconds of [-301, 301]) expect(codeOf(() => refuseStale(signature, later(seconds)))).toBe('stale');
});

test('while the secret is changed, either of two signatures will do', () => {
  const body = Buffer.from('{}');
  const [, old = ''] = signWebhook(body, 'old', now).split(',');
  const both = `${signWebhook(body, 'new', now)},${old}`;
  expect(codeOf(() => verifySignature(body, both, 'old'))).toBe('taken');
  expect(codeOf(() => verifySignature(body, both, 'new'))).toBe('taken');
});

test('any other header is forged, never an error', () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      expect(codeOf(() => verifySignature(Buffer.from('{}'), header, 'secret'))).toBe('forged');
    }),
  );
});
