import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { GIVE_UP_MS, pauseAfter } from './patience.ts';
import { webhookKeys } from './secret.ts';
import { urlFault } from './subscribe.ts';
import { webhookWords } from './wording.ts';

describe('a webhook', () => {
  test('is signed over the second and the body, with a secret of its own that follows from the house’s', () => {
    const keys = webhookKeys('a secret of sixteen or more');
    const [one, two] = [keys.secretOf('one'), keys.secretOf('two')];
    expect(one).toMatch(/^whsec_[\w-]{43}$/);
    expect(two).not.toBe(one);
    expect(webhookKeys('another secret of sixteen').secretOf('one')).not.toBe(one);
    expect(webhookKeys('a secret of sixteen or more').secretOf('one')).toBe(one);
    const signed = keys.sign('one', Buffer.from('{"events":[]}'), new Date('2026-05-01T00:00:00.900Z'));
    const mac = createHmac('sha256', one).update('1777593600.{"events":[]}').digest('hex');
    expect(signed).toBe(`t=1777593600,v1=${mac}`);
    expect(() => webhookKeys('short')).toThrow('sixteen');
  });

  test.each([
    ['https://web.example.com/hook?of=1', undefined],
    ['http://localhost:3000/hook', undefined],
    ['http://127.8.0.1/hook', undefined],
    ['http://[::1]:3000/', undefined],
    ['http://web.example.com/hook', 'not-https'],
    ['http://localhost.evil.example/', 'not-https'],
    ['https://user@web.example.com/', 'has-credentials'],
    ['https://:secret@web.example.com/', 'has-credentials'],
    ['https://web.example.com/#x', 'has-fragment'],
    ['ftp://web.example.com/', 'no-url'],
    ['javascript:alert(1)', 'no-url'],
    ['web.example.com', 'no-url'],
    [`https://web.example.com/${'x'.repeat(2_000)}`, 'too-long'],
  ])('at %s: %s', (url, fault) => {
    expect(urlFault(url)).toBe(fault);
  });

  test('that fails is tried again after pauses that grow to a day, for five days', () => {
    expect([1, 2, 3, 10, 15, 16, 1_000].map(pauseAfter)).toEqual([
      ...[5_000, 10_000, 20_000, 2_560_000],
      ...[81_920_000, 86_400_000, 86_400_000],
    ]);
    expect(GIVE_UP_MS).toBe(5 * 86_400_000);
  });

  test('that is disabled is told in both languages', () => {
    const news = { kind: 'webhook-disabled', webhookId: 'w', host: 'web.example.com', since: new Date(0), why: 'timeout' } as const; // prettier-ignore
    expect(webhookWords({ news, language: 'en' }).mail?.body).toMatch(
      /web\.example\.com has failed since 1970-01-01 \(timeout\), and is disabled/,
    );
    expect(webhookWords({ news, language: 'es' }).mail?.subject).toBe(
      'Homeline: el webhook a web.example.com está desactivado',
    );
  });
});
