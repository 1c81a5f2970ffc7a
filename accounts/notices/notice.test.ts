import { randomUUID } from 'node:crypto';
import { openAccount } from '#db/accounts.ts';
import { NOTICE } from '#db/notices.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { FundingNotice } from '../funding/notices.ts';
import type { FundingDeps } from '../funding/ports.ts';
import { fundingWords } from '../funding/notice-words.ts';
import { notifyWith } from './notice.ts';

const at = new Date('2026-05-01T12:00:00Z');
const notify: FundingDeps['notify'] = notifyWith(fundingWords, () => at);
let server: TestDatabase;
let notice: FundingNotice;
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(async () => {
  const accountId = randomUUID();
  await openAccount(server.db, { id: accountId, numbers: [], at });
  const to = { mobile: '+12135550142', email: 'family@example.com' };
  const news = { kind: 'textpay-paying', cents: 2_000 } as const;
  notice = { key: randomUUID(), accountId, accountEnding: '0042', language: 'en', to, news };
});
afterAll(() => server.stop());

const rows = () => server.db.selectFrom('notice').selectAll().where('key', '=', notice.key).orderBy('id').execute();
const work = async () => {
  const ids = (await rows()).map(({ id }) => id);
  const entries = await server.db.selectFrom('outbox').select('payload').where('topic', '=', NOTICE).execute();
  return entries.map(({ payload }) => String(payload['noticeId'])).filter((id) => ids.includes(id));
};

test('a notice is one row and one work for each channel, in the words of its feature', async () => {
  await notify(server.db, notice);
  const words = 'Thank you. Adding $20.00 (account ending 0042).';
  expect(await rows()).toMatchObject([
    { channel: 'text', recipient: '+12135550142', body: words, subject: null, state: 'waiting', writtenAt: at },
    { channel: 'e-mail', recipient: 'family@example.com', body: `${words}\n`, subject: 'Homeline: AutoPay & TextPay' },
  ]);
  expect((await rows()).map(({ accountId }) => accountId)).toEqual([notice.accountId, notice.accountId]);
  expect(await work()).toHaveLength(2);
});

test('a key that was written before does nothing, also when ten write it at once', async () => {
  await Promise.all(Array.from({ length: 10 }, () => server.db.transaction().execute((trx) => notify(trx, notice))));
  expect(await rows()).toHaveLength(2);
  expect(await work()).toHaveLength(2);
});

test('with its cause undone there is no notice', async () => {
  const undone = server.db.transaction().execute(async (trx) => {
    await notify(trx, notice);
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  expect(await rows()).toEqual([]);
  expect(await work()).toEqual([]);
});

test('it goes only where there is an address', async () => {
  await notify(server.db, { ...notice, to: { email: 'family@example.com' } });
  expect((await rows()).map(({ channel }) => channel)).toEqual(['e-mail']);
});

test('only the text that confirms an opt-out is marked to go out in spite of it', async () => {
  await notify(server.db, { ...notice, language: 'es', news: { kind: 'texts-stopped' } });
  expect((await rows())[0]).toMatchObject({ despiteOptOut: true });
  notice = { ...notice, key: randomUUID() };
  await notify(server.db, notice);
  expect((await rows())[0]).toMatchObject({ despiteOptOut: false });
});
