import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { House } from '#accounts/refunds/testing/house.ts';
import { ViewedHouse, type ViewConsole } from './testing.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let house: ViewedHouse;
let agent: ViewConsole;
let id = '';
let number = '';
beforeAll(async () => {
  house = await ViewedHouse.open();
  const books = new House(house.db);
  agent = await house.console();
  id = await books.account('+12135550801');
  await books.pay(id, 4_000);
  const row = await house.db.selectFrom('account').select('number').where('id', '=', id).executeTakeFirstOrThrow();
  ({ number } = row);
});
afterAll(() => house.close());

const url = (days: string, of = id) => `/v1/staff/accounts/${of}/statements/${days}`;
const days = '2020-01-01..2020-12-31';
const audited = async () => (await house.audited('account')).filter(({ act }) => act === 'statement.read');

test('an agent takes a statement out as a file, by the number on letters, and that is written down', async () => {
  const answer = await agent.ask('GET', url(`${days}.csv`));
  expect(answer.statusCode).toBe(200);
  expect(answer.headers).toMatchObject({
    'content-disposition': `attachment; filename="homeline-${number}-2020-01-01-2020-12-31.csv"`,
    'cache-control': 'no-store',
  });
  expect(parse(answer.body, { bom: true, record_delimiter: '\r\n' })).toHaveLength(3);
  const pdf = await agent.ask('GET', `${url(days)}?language=es`);
  expect(pdf.rawPayload.subarray(0, 5).toString('latin1')).toBe('%PDF-');
  const staffId = agent.id;
  expect(await audited()).toEqual([
    { act: 'statement.read', staffId, resourceId: id, after: { from: '2020-01-01', until: '2020-12-31', file: 'pdf' } },
    { act: 'statement.read', staffId, resourceId: id, after: { from: '2020-01-01', until: '2020-12-31', file: 'csv' } },
  ]);
});

test('what is not given out is not written down', async () => {
  const before = await audited();
  expect(await agent.refused('GET', url(days, 'nobody'))).toEqual([404, 'account-unknown']);
  expect((await agent.ask('GET', url('2020-02-01..2020-01-01'))).statusCode).toBe(400);
  expect((await agent.ask('GET', url(days), undefined, { accept: 'image/png' })).statusCode).toBe(406);
  const staff = await house.console({ role: 'facility-staff' });
  expect(await staff.refused('GET', url(days))).toEqual([403, 'not-allowed', ['statement.read']]);
  expect(await audited()).toEqual(before);
});
