import { identityKeys } from '#accounts/identity/keys.ts';
import { TwilioStandIn } from '#accounts/notices/testing/twilio-stand-in.ts';
import { expect, test } from 'vitest';
import { readConfig, WrongSetting } from './config.ts';
import { sendersOf } from './senders.ts';

const twilio = {
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'token-of-the-account',
  TWILIO_FROM: '+18669490290',
  // Nobody listens there.
  TWILIO_URL: 'http://127.0.0.1:1',
};
const mail = { to: 'family@example.com', subject: 'Hello', body: 'Hello\n', noticeId: '1' };

test('without a provider the log shows what would be sent, and not all of whom to', async () => {
  const lines: [object, string][] = [];
  const { texts, mails } = sendersOf(readConfig({}), { info: (facts, line) => void lines.push([facts, line]) });
  expect(await texts.send({ to: '+12135550199', body: 'Hello' })).toMatchObject({ kind: 'accepted' });
  expect(await mails.send(mail)).toMatchObject({ kind: 'accepted' });
  expect(lines.map(([, line]) => line)).toEqual(['a text that nobody sends', 'an e-mail that nobody sends']);
  expect(lines[1]?.[0]).toMatchObject({ subject: 'Hello', body: 'Hello\n' });
  expect(JSON.stringify(lines)).not.toMatch(/12135550|family@/);
});

test('of a confidential e-mail the log shows no word', async () => {
  const lines: object[] = [];
  const { mails } = sendersOf(readConfig({}), { info: (facts) => void lines.push(facts) });
  await mails.send({ ...mail, body: 'What somebody wrote', confidential: true });
  expect(lines).toEqual([{ to: 'f…@example.com', subject: 'Hello', characters: 19, notice: '1' }]);
});

test('with providers nothing is told to the log instead', async () => {
  const unlogged = { info: () => expect.fail('the log was told') };
  const { texts, mails } = sendersOf(readConfig({ ...twilio, SMTP_URL: 'smtp://127.0.0.1:1' }), unlogged);
  expect((await texts.send({ to: '+12135550199', body: 'Hello' })).kind).not.toBe('accepted');
  expect(await mails.send(mail)).toEqual({ kind: 'not-now', reason: 'no-answer' });
});

test('digits that prove a number are put into a text for Twilio, and into no line of a log', async () => {
  const standIn = new TwilioStandIn();
  const url = await standIn.open();
  const secret = 'a secret of these tests';
  const settings = {
    ...{ ...twilio, TWILIO_ACCOUNT_SID: standIn.accountSid, TWILIO_AUTH_TOKEN: standIn.authToken },
    ...{ TWILIO_URL: url, IDENTITY_SECRET: secret },
  };
  const lines: object[] = [];
  const log = { info: (facts: object) => void lines.push(facts) };
  const proof = { to: '+12135550199', body: 'Homeline: {code} is your code.', proofId: 'one' };
  const { code } = identityKeys(secret).mailed('one');
  expect((await sendersOf(readConfig(settings), log).texts.send(proof)).kind).toBe('accepted');
  expect(standIn.messages.map(({ body }) => body)).toEqual([`Homeline: ${code} is your code.`]);
  await sendersOf(readConfig({ IDENTITY_SECRET: secret }), log).texts.send(proof);
  expect(JSON.stringify(lines)).not.toContain(code);
  await standIn.close();
});

test.each(['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_FROM'] as const)('%s does not come alone', (name) => {
  expect(() => readConfig({ [name]: twilio[name] })).toThrow(WrongSetting);
});

test.each([
  ['SMTP_URL', 'mail.example.com'],
  ['PUBLIC_URL', 'https://phone.example.com/api'],
  ['MAIL_FROM', 'Homeline'],
  ['SMTP_CA_FILE', '/nowhere/ca.pem'],
])('%s=%s is a wrong setting', (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`wrong setting: ${name}: `));
});
