import { expect, test } from 'vitest';
import type { Mail, Taken } from '../notices/ports.ts';
import { parts } from '../notices/testing/parts.ts';
import { fillProof, fillTextProof } from './fill-proof.ts';
import { identityKeys } from './keys.ts';
import type { IdentityNews } from './news.ts';
import { identityWords } from './wording.ts';

const keys = identityKeys('an identity secret of tests');

async function sent(news: IdentityNews, language: 'en' | 'es', webUrl?: string): Promise<string> {
  const { mail } = identityWords({ news, language });
  if (!mail) throw new Error('There are no words.');
  const mails: Mail[] = [];
  const send = async (taken: Mail): Promise<Taken> => {
    mails.push(taken);
    return { kind: 'accepted', providerId: null };
  };
  await fillProof({ send }, keys, webUrl).send({ to: 'rosa@example.com', noticeId: '1', ...mail });
  return mails[0]?.body ?? '';
}

test.each(['en', 'es'] as const)('the digits and the link are put in as the mail leaves (%s)', async (language) => {
  for (const kind of ['prove-address', 'reset-password'] as const) {
    const { code, token } = keys.mailed('one');
    const body = await sent({ kind, proofId: 'one' }, language, 'https://home.example');
    expect(body).toContain(`\n\n${code}\n\n`);
    expect(body).toContain(` https://home.example/confirm#${token}\n`);
    expect(body).not.toMatch(/[{}]/);
    const bare = await sent({ kind, proofId: 'one' }, language);
    expect(bare).toContain(`\n\n${code}\n\n`);
    expect(bare).not.toMatch(/[{}#]|https/);
  }
});

test('every other mail says something in both languages, and has no places to fill', async () => {
  const news: IdentityNews[] = [
    ...(['known-address', 'registered', 'session-replayed'] as const).map((kind) => ({ kind })),
    ...(['password-reset', 'password-changed'] as const).map((kind) => ({ kind })),
    { kind: 'sign-in-locked', minutes: 1 },
    { kind: 'reset-locked', minutes: 1 },
  ];
  for (const each of news) {
    const [english, spanish] = [await sent(each, 'en'), await sent(each, 'es')];
    expect(english).not.toBe(spanish);
    expect(english + spanish).not.toMatch(/[{}]|1 minutes|1 minutos/);
  }
  expect(await sent({ kind: 'sign-in-locked', minutes: 15 }, 'es')).toContain('15 minutos');
});

test('tokens and digits are of one proof, one use and one secret', () => {
  const other = identityKeys('another secret of these tests');
  const all = [keys.mailed('one'), keys.mailed('two'), other.mailed('one')];
  expect(new Set(all.map(({ token }) => token)).size).toBe(3);
  expect(keys.mailed('one')).toEqual(all[0]);
  for (const { token, code } of all) expect([token.length, code.length]).toEqual([43, 6]);
  expect(keys.signUpToken('one')).not.toBe(all[0]?.token);
  expect(keys.codeDigest('one', '123456')).not.toBe(keys.codeDigest('two', '123456'));
  expect(keys.subject('a', 'b')).not.toBe(keys.subject('b', 'a'));
  expect(() => identityKeys('too short')).toThrow('sixteen');
});

test('digits are put into a text as it leaves, and where it is looked for what left; into no other', async () => {
  const seen: object[] = [];
  const sender = fillTextProof(
    {
      send: async (text) => (seen.push(text), { kind: 'accepted', providerId: '1' }),
      find: async (text) => (seen.push(text), ['1']),
    },
    keys,
  );
  const to = '+12135550142';
  for (const language of ['en', 'es'] as const) {
    const { text = '', proofId, mail } = identityWords({ news: { kind: 'prove-number', proofId: 'one' }, language });
    expect([proofId, mail]).toEqual(['one', undefined]);
    const body = text.replace('{code}', keys.mailed('one').code);
    expect(parts(body)).toBe(1);
    expect(body).toContain('10');
    const since = new Date(0);
    await sender.send({ to, body: text, proofId: 'one' });
    expect(await sender.find({ to, body: text, proofId: 'one', since })).toEqual(['1']);
    await sender.send({ to, body: text });
    expect(seen.splice(0)).toEqual([
      { to, body },
      { to, body, since },
      { to, body: text },
    ]);
  }
});
