import type { AddressInfo } from 'node:net';
import { text as whole } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { Home, PASSWORD, SECRET } from '#accounts/identity/testing/home.ts';
import { verifyByCode, verifyByLink } from '#accounts/identity/verify.ts';
import { sendNotice } from '#accounts/notices/send.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { sendersOf } from './senders.ts';

const email = 'rosa@example.com';
const arrived: string[] = [];
let database: TestDatabase;
let mailServer: SMTPServer;
beforeAll(async () => {
  database = await startTestDatabase();
  mailServer = new SMTPServer({
    ...{ authOptional: true, disabledCommands: ['STARTTLS'], closeTimeout: 1 },
    onData: (stream, _session, done) => void whole(stream).then((text) => (arrived.push(text), done())),
  });
  await new Promise<void>((resolve) => mailServer.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await new Promise<void>((resolve) => mailServer.close(resolve));
  await database.stop();
});

test('the digits and the link that a mail server is given complete registrations; a log is given neither', async () => {
  const { port } = mailServer.server.address() as AddressInfo;
  const home = new Home(database.db);
  const settings = { IDENTITY_SECRET: SECRET, WEB_ADDRESS: 'https://home.example' };
  const logged: unknown[] = [];
  const log = { info: (...line: unknown[]) => void logged.push(line) };
  const now = () => home.at;
  const byMail = sendersOf(readConfig({ ...settings, SMTP_URL: `smtp://127.0.0.1:${port}` }), log, now);
  const waiting = async () =>
    (await home.db.selectFrom('notice').select('id').where('state', '=', 'waiting').executeTakeFirstOrThrow()).id;
  const deps = await home.deps();

  const holder = await home.submitted(email);
  expect(await sendNotice(home.db, byMail, await waiting())).toEqual({ kind: 'sent' });
  const [, code = ''] = /\r\n(\d{6})\r\n/.exec(arrived[0] ?? '') ?? [];
  expect((await verifyByCode(home.db, deps, holder, code)).kind).toBe('registered');
  await sendNotice(home.db, byMail, await waiting());

  await home.submitted(`other-${email}`);
  await sendNotice(home.db, byMail, await waiting());
  const unfolded = arrived.at(-1)?.replaceAll('=\r\n', '') ?? '';
  const [, token = ''] = /https:\/\/home\.example\/confirm#([\w-]{43})\r\n/.exec(unfolded) ?? [];
  expect((await verifyByLink(home.db, deps, { token, password: PASSWORD })).kind).toBe('registered');
  await sendNotice(home.db, byMail, await waiting());
  expect(logged).toEqual([]);

  await home.submitted(`third-${email}`);
  expect(await sendNotice(home.db, sendersOf(readConfig(settings), log, now), await waiting())).toEqual({
    kind: 'sent',
  });
  const secrets = await home.mailed(`third-${email}`);
  expect(logged).toHaveLength(1);
  for (const secret of Object.values(secrets)) expect(JSON.stringify(logged)).not.toContain(secret);
});
