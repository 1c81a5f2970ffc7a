import { expect, test } from 'vitest';
import { base32, hotp, newTotpKey, STEP_SECONDS, stepAt, stepOf, totpUri } from './totp.ts';

const key = (length: number) => Buffer.from('12345678901234567890'.repeat(4).slice(0, length));

/** RFC 4226, Appendix D. */
const values = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583', '399871', '520489'];
test.each(values.map((value, counter) => [counter, value] as const))(
  'the value of counter %i is %s',
  (counter, value) => expect(hotp(key(20), counter)).toBe(value),
);

/** RFC 6238, Appendix B; each algorithm has a key as long as its hash (errata 2866). */
test.each([
  [59, '94287082', '46119246', '90693936'],
  [1111111109, '07081804', '68084774', '25091201'],
  [1111111111, '14050471', '67062674', '99943326'],
  [1234567890, '89005924', '91819424', '93441116'],
  [2000000000, '69279037', '90698825', '38618901'],
  [20000000000, '65353130', '77737706', '47863826'],
])('the codes at second %i', (second, sha1, sha256, sha512) => {
  const step = stepAt(new Date(second * 1_000));
  expect(hotp(key(20), step, 8, 'sha1')).toBe(sha1);
  expect(hotp(key(32), step, 8, 'sha256')).toBe(sha256);
  expect(hotp(key(64), step, 8, 'sha512')).toBe(sha512);
});

test('a code is known in its step and the ones beside it, and in no other', () => {
  const at = new Date(1111111111_000);
  const code = hotp(key(20), stepAt(at));
  const after = (steps: number) => new Date(at.getTime() + steps * STEP_SECONDS * 1_000);
  for (const steps of [-1, 0, 1]) expect(stepOf(key(20), code, after(steps))).toBe(stepAt(at));
  for (const steps of [-2, 2]) expect(stepOf(key(20), code, after(steps))).toBeUndefined();
  for (const wrong of ['', code.slice(1), `${code}0`, ` ${code.slice(1)}`, '000000', '¹²³⁴⁵⁶'])
    expect(stepOf(key(20), wrong, at)).toBeUndefined();
});

/** RFC 4648 §10. */
test.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('base32 of %j is %j', (text, wanted) => expect(base32(Buffer.from(text))).toBe(wanted));

test('a new key is 160 bits that no other has, and a phone is told all of it', () => {
  const [one, other] = [newTotpKey(), newTotpKey()];
  expect([one.length, one.equals(other)]).toEqual([20, false]);
  const uri = new URL(totpUri(one, 'ana torres'));
  expect([uri.protocol, uri.host, uri.pathname]).toEqual(['otpauth:', 'totp', '/Homeline:ana%20torres']);
  expect(Object.fromEntries(uri.searchParams)).toEqual({
    ...{ secret: base32(one), issuer: 'Homeline', digits: '6', period: '30' },
  });
});
