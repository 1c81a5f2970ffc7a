import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Algorithm } from './credentials.ts';
import type { Question } from './digest.ts';
import { challenge, nonceLifetime, verify } from './digest.ts';
import { NonceCounts } from './nonce-counts.ts';

const realm = 'homeline.example';
const secret = 'a secret of thirty-two characters';
const start = new Date('2026-11-23T20:00:00Z');
const after = (seconds: number) => new Date(start.getTime() + seconds * 1000);
const password = 'correct horse battery staple';

interface Answer {
  readonly username?: string;
  readonly password?: string;
  readonly realm?: string;
  readonly nonce?: string;
  readonly nc?: string;
  readonly method?: string;
  readonly uri?: string;
  readonly algorithm?: Algorithm;
}

/** What is stored in the place of a password: H(username:realm:password). */
const ha1Of = (username: string, realm: string, password: string, algorithm: Algorithm = 'MD5') =>
  createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
    .update(`${username}:${realm}:${password}`)
    .digest('hex');

/** What a phone answers to a challenge: written here by RFC 7616 §3.4, not with the code under test. */
function authorization(answer: Answer = {}): string {
  const { username = 'phone-1', nc = '00000001', method = 'REGISTER', uri = 'sip:homeline.example' } = answer;
  const { algorithm = 'MD5', nonce = nonceOf(challenge(realm, secret, start)) } = answer;
  const hash = (text: string) =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex');
  const a1 = hash(`${username}:${answer.realm ?? realm}:${answer.password ?? password}`);
  const response = hash(`${a1}:${nonce}:${nc}:0a4f113b:auth:${hash(`${method}:${uri}`)}`);
  return (
    `Digest username="${username}", realm="${answer.realm ?? realm}", nonce="${nonce}", uri="${uri}", ` +
    `response="${response}", algorithm=${algorithm}, cnonce="0a4f113b", qop=auth, nc=${nc}`
  );
}

const nonceOf = (header: string) => /nonce="([^"]+)"/.exec(header)?.[1] ?? '';

let counts = new NonceCounts();
beforeEach(() => {
  counts = new NonceCounts();
});

/** Without a request URI to compare with. */
const question = (header: string | undefined): Question => ({
  authorization: header,
  method: 'REGISTER',
  realm,
  secret,
  counts,
  now: start,
  lookup: (username) => (username === 'phone-1' ? ha1Of(username, realm, password) : undefined),
});

const ask = (header: string | undefined, change: Partial<Question> = {}) =>
  verify({ ...question(header), uri: 'sip:homeline.example', ...change });

describe('a challenge', () => {
  test('offers MD5 with qop auth, no opaque, and no stale unless it is', () => {
    const header = challenge(realm, secret, start);
    expect(header).toMatch(/^Digest realm="homeline\.example", nonce="[\w.-]{20,60}", algorithm=MD5, qop="auth"$/);
    expect(challenge(realm, secret, start, { stale: true })).toMatch(/", stale=true, algorithm=MD5, qop="auth"$/);
    expect(challenge(realm, secret, start, { algorithm: 'SHA-256' })).toContain(' algorithm=SHA-256,');
  });

  test('never gives a nonce twice', () => {
    const nonces = Array.from({ length: 100 }, () => nonceOf(challenge(realm, secret, start)));
    expect(new Set(nonces).size).toBe(100);
  });

  test('escapes its realm', () => {
    expect(challenge('a "b" \\c', secret, start)).toContain('realm="a \\"b\\" \\\\c"');
  });
});

describe('credentials', () => {
  test('with the right password are verified', async () => {
    expect(await ask(authorization())).toEqual({ kind: 'verified', username: 'phone-1' });
  });

  test('are verified for the process next door, which never saw the challenge', async () => {
    expect(await ask(authorization(), { counts: new NonceCounts() })).toMatchObject({ kind: 'verified' });
  });

  test('look up the HA1 for the realm and algorithm, also when the look-up takes time', async () => {
    const asked: string[] = [];
    const lookup: Question['lookup'] = async (...key) => {
      asked.push(key.join(' '));
      return ha1Of('phone-1', realm, password).toUpperCase();
    };
    expect(await ask(authorization(), { lookup })).toMatchObject({ kind: 'verified' });
    expect(asked).toEqual(['phone-1 homeline.example MD5']);
  });

  test('of SHA-256 are verified where they are offered, and malformed where not', async () => {
    const header = authorization({ algorithm: 'SHA-256' });
    const lookup: Question['lookup'] = (username, its, algorithm) => ha1Of(username, its, password, algorithm);
    expect(await ask(header, { lookup })).toEqual({ kind: 'malformed' });
    expect(await ask(header, { lookup, algorithms: ['SHA-256', 'MD5'] })).toMatchObject({ kind: 'verified' });
    const onlyMd5: Question['lookup'] = (username) => ha1Of(username, realm, password);
    expect(await ask(authorization({ algorithm: 'SHA-256' }), { lookup: onlyMd5, algorithms: ['SHA-256'] })).toEqual({
      kind: 'wrong',
      username: 'phone-1',
    });
  });

  test.each([
    ['a wrong password', { password: 'incorrect horse' }],
    ['a user name in another case', { username: 'Phone-1' }],
    ['an unknown user', { username: 'phone-2' }],
    ['another method', { method: 'INVITE' }],
  ])('with %s are wrong', async (_name, answer: Answer) => {
    expect(await ask(authorization(answer))).toEqual({ kind: 'wrong', username: answer.username ?? 'phone-1' });
  });

  test.each([
    ['nc', authorization().replace('nc=00000001', 'nc=00000002')],
    ['cnonce', authorization().replace('cnonce="0a', 'cnonce="0b')],
    ['uri', authorization().replace('uri="sip:homeline.example"', 'uri="sip:homeline.example;x=1"')],
    ['nonce', authorization().replace(/nonce="\w/, 'nonce="0')],
    ['response', authorization({}).replace(/response="\w/, 'response="x')],
  ])('are refused when their %s was changed on the way', async (name, header) => {
    expect(await ask(header)).toEqual(
      name === 'response' ? { kind: 'malformed' } : { kind: 'wrong', username: 'phone-1' },
    );
  });

  test.each(['', 'd41d8cd98f00b204', 'x'.repeat(32), '\0'])(
    'against a stored HA1 that is none (%j) are wrong',
    async (ha1) => {
      const nonce = nonceOf(challenge(realm, secret, start));
      const md5 = (text: string) => createHash('md5').update(text).digest('hex');
      const response = md5(`${ha1}:${nonce}:00000001:0a4f113b:auth:${md5('REGISTER:sip:homeline.example')}`);
      const header = authorization({ nonce }).replace(/response="\w+"/, `response="${response}"`);
      expect(await ask(header, { lookup: () => ha1 })).toEqual({ kind: 'wrong', username: 'phone-1' });
      const nobody = authorization({ nonce, username: 'x' }).replace(/response="\w+"/, `response="${response}"`);
      expect(await ask(nobody)).toEqual({ kind: 'wrong', username: 'x' });
    },
  );

  test.each([
    ['none', undefined],
    ['another scheme', 'Basic cGhvbmUtMTpzZWNyZXQ='],
    ['another realm', authorization({ realm: 'elsewhere.example' })],
    ['a word that only begins like it', 'Digestive username="x"'],
  ])('%s are absent: the phone is challenged', async (_name, header) => {
    expect(await ask(header)).toEqual({ kind: 'absent' });
  });

  test('may be for the same resource in other words, and not for another', async () => {
    const uri = 'sip:homeline.example';
    expect(await ask(authorization({ uri }), { uri: 'SIP:HOMELINE.example:5060;transport=udp' })).toMatchObject({
      kind: 'verified',
    });
    for (const other of [
      'sip:elsewhere.example',
      'sips:homeline.example',
      'sip:a@homeline.example',
      'sip:homeline.example:5070',
    ])
      expect(await ask(authorization({ uri }), { uri: other })).toEqual({ kind: 'malformed' });
    const tel = authorization({ uri: 'tel:+14155550123' });
    expect(await ask(tel, { uri: 'tel:+14155550123' })).toMatchObject({ kind: 'verified' });
    expect(await ask(tel, { uri: 'tel:+14155550124' })).toEqual({ kind: 'malformed' });
    expect(await verify(question(authorization({ uri: 'sip:anything' })))).toMatchObject({ kind: 'verified' });
  });
});

describe('a nonce', () => {
  const nonce = nonceOf(challenge(realm, secret, start));

  test.each([
    [0, 'verified'],
    [nonceLifetime, 'verified'],
    [nonceLifetime + 0.001, 'stale'],
    [86_400, 'stale'],
    [-5, 'verified'],
    [-5.001, 'stale'],
  ])('%d seconds old is %s', async (age, kind) => {
    expect(await ask(authorization({ nonce }), { now: after(age) })).toMatchObject({ kind });
  });

  test('that is stale is no secret to keep from a wrong password: that stays wrong', async () => {
    const header = authorization({ nonce, password: 'guess' });
    expect(await ask(header, { now: after(86_400) })).toMatchObject({ kind: 'wrong' });
  });

  test.each([
    ['made with another secret', nonceOf(challenge(realm, 'another secret', start))],
    ['made for another realm', nonceOf(challenge('elsewhere.example', secret, start))],
    ['with another date', nonce.replace(/^\w/, 'l')],
    ['with another signature', nonce.replace(/.(?=.{9}$)/, (one) => (one === 'A' ? 'B' : 'A'))],
    ['cut short', nonce.slice(0, -1)],
    ['made by somebody', 'dcd98b7102dd2f0e8b11d0f600bfb0c093'],
  ])('%s is stale', async (_name, other) => {
    expect(other).not.toBe(nonce);
    expect(await ask(authorization({ nonce: other }))).toEqual({ kind: 'stale' });
  });

  test('counts up: the same request again is stale, the next is verified', async () => {
    const nth = (nc: string) => ask(authorization({ nonce, nc }));
    expect(await nth('00000001')).toMatchObject({ kind: 'verified' });
    expect(await nth('00000001')).toEqual({ kind: 'stale' });
    expect(await nth('00000002')).toMatchObject({ kind: 'verified' });
    expect(await nth('0000000A')).toMatchObject({ kind: 'verified' });
    expect(await nth('00000009')).toEqual({ kind: 'stale' });
    expect(await nth('0000000a')).toEqual({ kind: 'stale' });
    expect(await nth('ffffffff')).toMatchObject({ kind: 'verified' });
  });

  test('counts for nothing at zero', async () => {
    expect(await ask(authorization({ nonce, nc: '00000000' }))).toEqual({ kind: 'stale' });
  });

  test('is not used up by a wrong password', async () => {
    expect(await ask(authorization({ nonce, password: 'guess' }))).toMatchObject({ kind: 'wrong' });
    expect(await ask(authorization({ nonce }))).toMatchObject({ kind: 'verified' });
  });

  test('is forgotten when it is too old to be used', async () => {
    await ask(authorization({ nonce }));
    expect(counts.dump()).toEqual({ nonces: 1 });
    await ask(authorization({ nonce }), { now: after(nonceLifetime + 1) });
    expect(counts.dump()).toEqual({ nonces: 0 });
  });
});

test('no answer carries a password, an HA1 or a response', async () => {
  const header = authorization();
  const secrets = [password, ha1Of('phone-1', realm, password), /response="(\w+)"/.exec(header)?.[1] ?? '', secret];
  const answers = [
    await ask(header),
    await ask(header),
    await ask(authorization({ method: 'INVITE' })),
    await ask('Digest x'),
  ];
  expect(answers.map(({ kind }) => kind)).toEqual(['verified', 'stale', 'wrong', 'malformed']);
  for (const hidden of secrets) expect(JSON.stringify(answers)).not.toContain(hidden);
});

test('whatever stands in the header, the answer is one of five and never a fault', async () => {
  const mutated = fc
    .tuple(fc.nat(400), fc.string({ maxLength: 6 }), fc.nat(20))
    .map(([at, put, cut]) => authorization().slice(0, at) + put + authorization().slice(at + cut));
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        mutated,
        fc.string(),
        fc.string().map((text) => `Digest ${text}`),
      ),
      async (header) => {
        const { kind } = await ask(header, { counts: new NonceCounts() });
        expect(['verified', 'absent', 'stale', 'wrong', 'malformed']).toContain(kind);
      },
    ),
    { numRuns: 500 },
  );
});
