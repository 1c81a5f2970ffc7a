import type { AddressInfo } from 'node:net';
import { text as whole } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, expect, test } from 'vitest';
import { smtpSender } from './smtp-sender.ts';

const mail = {
  to: 'family@example.com',
  subject: 'Depósito',
  body: 'Se depositaron $20.00.\n.\nFin.\n',
  noticeId: '7',
};
const arrived: string[] = [];
let server: SMTPServer | undefined;
afterEach(async () => {
  arrived.length = 0;
  const closing = server;
  server = undefined;
  if (closing) await new Promise<void>((resolve) => closing.close(resolve));
});

async function open(options: SMTPServerOptions = {}): Promise<string> {
  const opened = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    closeTimeout: 1,
    onData: (stream, _session, done) => void whole(stream).then((text) => (arrived.push(text), done())),
    ...options,
  });
  opened.on('error', () => undefined);
  await new Promise<void>((resolve) => opened.listen(0, '127.0.0.1', resolve));
  server = opened;
  return `127.0.0.1:${(opened.server.address() as AddressInfo).port}`;
}
const send = (at: string) =>
  smtpSender({
    url: `smtp://${at}`,
    from: 'Homeline <news@homeline.example>',
    now: () => new Date('2026-05-01T12:00:00Z'),
    timeoutMs: 2_000,
  }).send(mail);
const reply = (code: number) => Object.assign(new Error('No.'), { responseCode: code });

test('an e-mail arrives with the Message-ID of its notice, the same each time', async () => {
  const at = await open();
  expect(await send(at)).toEqual({ kind: 'accepted', providerId: null });
  expect(await send(at)).toEqual({ kind: 'accepted', providerId: null });
  for (const text of arrived) {
    expect(text).toContain('Message-ID: <notice-7@homeline.example>');
    expect(text).toContain('From: Homeline <news@homeline.example>');
    expect(text).toContain('To: family@example.com');
    expect(text).toContain('Subject: =?UTF-8?Q?Dep=C3=B3sito?=');
    expect(text).toContain('Se depositaron $20.00.\r\n.\r\nFin.');
  }
});

test.each<[string, SMTPServerOptions, unknown]>([
  ['refuses the sender', { onMailFrom: (_to, _s, done) => done(reply(550)) }, { kind: 'refused', reason: 'smtp-550' }],
  ['refuses the recipient', { onRcptTo: (_to, _s, done) => done(reply(550)) }, { kind: 'refused', reason: 'smtp-550' }],
  ['is greylisting', { onRcptTo: (_to, _s, done) => done(reply(451)) }, { kind: 'not-now', reason: 'smtp-451' }],
  ['wants a log-in', { onMailFrom: (_to, _s, done) => done(reply(530)) }, { kind: 'not-now', reason: 'smtp-530' }],
  ['turns away who connects', { onConnect: (_s, done) => done(reply(554)) }, { kind: 'not-now', reason: 'smtp-554' }],
  ['goes silent before DATA', { onRcptTo: () => undefined }, { kind: 'not-now', reason: 'no-answer' }],
  [
    'refuses the words',
    { onData: (stream, _s, done) => void whole(stream).then(() => done(reply(554))) },
    { kind: 'refused', reason: 'smtp-554' },
  ],
  [
    'is full after DATA',
    { onData: (stream, _s, done) => void whole(stream).then(() => done(reply(452))) },
    { kind: 'not-now', reason: 'smtp-452' },
  ],
  ['goes silent after DATA', { onData: (stream) => void whole(stream) }, { kind: 'in-doubt', reason: 'no-answer' }],
])('a server that %s', async (_how, options, taken) => {
  expect(await send(await open(options))).toEqual(taken);
});

test('a server that is away is tried again', async () => {
  const at = await open();
  const closing = server;
  server = undefined;
  await new Promise<void>((resolve) => closing?.close(resolve));
  expect(await send(at)).toEqual({ kind: 'not-now', reason: 'no-answer' });
});

test('it logs in when it is told to; a wrong secret is tried again and told to nobody', async () => {
  const at = await open({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      username === 'us' && password === 's:e@c' ? done(null, { user: 'us' }) : done(reply(535)),
  });
  expect(await send(`us:s%3Ae%40c@${at}`)).toEqual({ kind: 'accepted', providerId: null });
  expect(await send(`us:wrong@${at}`)).toEqual({ kind: 'not-now', reason: 'smtp-535' });
});
