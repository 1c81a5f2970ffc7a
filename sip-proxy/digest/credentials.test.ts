import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCredentials, usernameIn } from './credentials.ts';

const response = '6629fae49393a05397450978507c4ef1';
const parts = {
  username: '"phone-1"',
  realm: '"homeline.example"',
  nonce: '"abc=="',
  uri: '"sip:homeline.example"',
  response: `"${response}"`,
  qop: 'auth',
  nc: '00000001',
  cnonce: '"x"',
};
type Parts = Partial<Record<keyof typeof parts | 'algorithm' | 'userhash' | 'opaque', string | undefined>>;
const header = (change: Parts = {}, separator = ', ') =>
  'Digest ' +
  Object.entries({ ...parts, ...change })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join(separator);

const expected = {
  algorithm: 'MD5',
  username: 'phone-1',
  realm: 'homeline.example',
  nonce: 'abc==',
  uri: 'sip:homeline.example',
  response,
  cnonce: 'x',
  nc: '00000001',
};

describe('the credentials of an Authorization header', () => {
  test.each([
    ['as usual', header()],
    ['without spaces', header({}, ',')],
    ['over several lines', header({}, ' ,\r\n\t ')],
    ['with an empty element', header({}, ', ,')],
    ['with qop in quotes', header({ qop: '"auth"' })],
    ['with the algorithm', header({ algorithm: 'MD5' })],
    ['with the algorithm in quotes and lower case', header({ algorithm: '"md5"' })],
    ['with the response in upper case', header({ response: `"${response.toUpperCase()}"` })],
    ['with userhash=false', header({ userhash: 'false' })],
    ['with opaque', header({ opaque: '"a, b=\\"c\\""' })],
    ['in upper case', header().replace('Digest', 'DIGEST').replace('username', 'USERNAME').replace('nc=', 'Nc=')],
  ])('%s', (_name, text) => {
    expect(readCredentials(text)).toEqual(expected);
  });

  test('SHA-256 has a longer response', () => {
    const long = 'a'.repeat(64);
    expect(readCredentials(header({ algorithm: 'SHA-256', response: `"${long}"` }))).toEqual({
      ...expected,
      algorithm: 'SHA-256',
      response: long,
    });
    expect(readCredentials(header({ algorithm: 'SHA-256' }))).toBe('malformed');
    expect(readCredentials(header({ response: `"${long}"` }))).toBe('malformed');
  });

  test('a user name is unescaped, with commas, quotes and backslashes', () => {
    const read = readCredentials(header({ username: '"a\\"b\\\\c, d=e"' }));
    expect(read).toEqual({ ...expected, username: 'a"b\\c, d=e' });
  });

  test.each(['Basic abc', 'Bearer x', '', 'Digester x', 'NTLM'])('%j is another scheme', (text) => {
    expect(readCredentials(text)).toBe('other');
  });

  test.each([
    ...Object.keys(parts).map((name) => [`without ${name}`, header({ [name]: undefined })] as const),
    ...Object.keys(parts).map((name) => [`with an empty ${name}`, header({ [name]: '""' })] as const),
    ['without qop, as RFC 2069', header({ qop: undefined, nc: undefined, cnonce: undefined })],
    ['with qop=auth-int', header({ qop: 'auth-int' })],
    ['with userhash', header({ userhash: 'true' })],
    ['with a session algorithm', header({ algorithm: 'MD5-sess' })],
    ['with an unknown algorithm', header({ algorithm: 'ROT13' })],
    ['with a short nc', header({ nc: '1' })],
    ['with an nc that is no hex', header({ nc: '0000000g' })],
    ['with a short response', header({ response: '"6629"' })],
    ['with a response that is no hex', header({ response: `"${'g'.repeat(32)}"` })],
    ['with two user names', `${header()}, username="phone-2"`],
    ['with an open quote', `${header()}, opaque="x`],
    ['with a word alone', `${header()}, stale`],
    ['with rubbish', `${header()} rubbish`],
    ['with two credentials', `${header()}, ${header()}`],
    ['that is endless', header({ opaque: `"${'x'.repeat(5000)}"` })],
    ['of nothing', 'Digest'],
  ] as (readonly [string, string])[])('%s: malformed', (_name, text) => {
    expect(readCredentials(text)).toBe('malformed');
  });

  test.each([
    [header(), 'phone-1'],
    [header({ username: '"ph\\one-1"' }), 'phone-1'],
    [header().replace('Digest ', 'Digest xusername="decoy", '), 'phone-1'],
    [undefined, ''],
    ['Basic abc', ''],
    ['Digest username="phone-1"', ''],
  ])('%s names "%s", however it is written', (text, username) => {
    expect(usernameIn(text)).toBe(username);
  });

  test('anything is read without a fault, and in time that grows with its length', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'=,"\\ \t\r\na1\'') })), (text) => {
        expect(['other', 'malformed']).toContain(readCredentials(`Digest ${text}`));
      }),
    );
    expect(readCredentials(`Digest ${'"\\'.repeat(2000)}`)).toBe('malformed');
    expect(readCredentials(`Digest ${', '.repeat(2000)}`)).toBe('malformed');
  });
});
