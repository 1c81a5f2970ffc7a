import { randomUUID } from 'node:crypto';
import { notifyWith } from '#accounts/notices/notice.ts';
import type { Taken } from '#accounts/notices/ports.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { sendNotice } from './send-notice.ts';
import { Later } from './topic.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

test('a notice that nobody takes now has to wait, which is no failure; taken once, it is not sent again', async () => {
  const { db } = server;
  const now = () => new Date();
  const words = () => ({ mail: { subject: 'Hello', body: 'Hello\n' } });
  const to = { email: 'family@example.com' };
  const notice = { key: randomUUID(), language: 'en', to, news: {} } as const;
  await notifyWith(words, now)(db, notice);
  const { id: noticeId } = await db
    .selectFrom('notice')
    .select('id')
    .where('key', '=', notice.key)
    .executeTakeFirstOrThrow();

  const answers: Taken[] = [
    { kind: 'not-now', reason: 'smtp-451' },
    { kind: 'accepted', providerId: null },
  ];
  const send = async () => answers.shift() ?? expect.fail('sent once more');
  const noTexts = () => Promise.reject(new Error('No text is sent here.'));
  const logged: string[] = [];
  const tell = (level: string) => (_: object, line: string) => void logged.push(`${level} ${line}`);
  const log = { info: tell('info'), warn: tell('warn'), error: tell('error') };
  const bench = { db, log, notices: { now, texts: { send: noTexts, find: noTexts }, mails: { send } } };
  await expect(sendNotice(bench, { noticeId })).rejects.toBeInstanceOf(Later);
  expect(await sendNotice(bench, { noticeId })).toBe('sent');
  expect(await sendNotice(bench, { noticeId })).toBe('done-before');
  expect(logged).toEqual(['info notice: sent', 'info notice: done-before']);
});
