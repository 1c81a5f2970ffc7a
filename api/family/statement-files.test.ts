import { parse } from 'csv-parse/sync';
import { post } from '#db/ledger.ts';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import * as shared from '../resources.ts';
import { Household, type Family } from './testing/household.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let household: Household;
let family: Family;
let accountNumber = '';
beforeAll(async () => {
  household = await Household.open();
  family = await household.family();
  ({ accountNumber } = await family.enrolled());
  const { db } = household.database;
  const { id } = await db
    .selectFrom('account')
    .select('id')
    .where('number', '=', accountNumber)
    .executeTakeFirstOrThrow();
  const entries = [
    { ledger: { holder: id }, cents: 2_550 },
    { ledger: 'card-clearing', cents: -2_550 },
  ] as const;
  await post(db, { key: randomUUID(), kind: 'card-deposit', at: new Date('2026-05-03T05:30:00Z'), entries });
});
afterAll(() => household.close());

const ask = (days: string, headers: Record<string, string> = {}, of = accountNumber, by = family) =>
  by.send('GET', `/v1/accounts/${of}/statements/${days}`, undefined, headers);
const problem = (answer: Awaited<ReturnType<typeof ask>>) => {
  const { status, type } = shared.problem.parse(answer.json());
  return [status, type.replace('urn:homeline:problem:', '')];
};
const days = '2026-05-01..2026-05-31';

test('a statement is a file that a spreadsheet opens, of the account’s number and days, and nobody keeps it on the way', async () => {
  const answer = await ask(`${days}.csv`);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': `attachment; filename="homeline-${accountNumber}-2026-05-01-2026-05-31.csv"`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    vary: 'Origin, Accept',
  });
  expect([...answer.rawPayload.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  const rows = parse(answer.body, { bom: true, record_delimiter: '\r\n' });
  expect(rows).toEqual([
    ['Date', 'Time', 'Reference', 'Description', 'Duration', 'Amount', 'Balance'],
    ['2026-05-01', '', '', 'Opening balance', '', '', '0.00'],
    ['2026-05-02', '10:30 PM', expect.stringMatching(/^\d{10}$/), 'Deposit by card', '', '25.50', '25.50'],
    ['2026-05-31', '', '', 'Closing balance', '', '', '25.50'],
  ]);
});

test('or a PDF, whole, for whoever has no wish or says so', async () => {
  for (const [at, accept] of [
    [days, undefined],
    [`${days}.pdf`, 'text/csv'],
    [days, 'application/pdf, text/csv;q=0.5'],
  ] as const) {
    const answer = await ask(at, accept === undefined ? {} : { accept });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': `attachment; filename="homeline-${accountNumber}-2026-05-01-2026-05-31.pdf"`,
    });
    expect(answer.rawPayload.subarray(0, 8).toString('latin1')).toMatch(/^%PDF-1\./);
    expect(answer.rawPayload.subarray(-6).toString('latin1').trim()).toBe('%%EOF');
  }
  expect((await ask(days, { accept: 'text/csv' })).headers['content-type']).toContain('text/csv');
});

test('whoever takes neither is told so', async () => {
  expect(problem(await ask(days, { accept: 'application/json' }))).toEqual([406, 'about:blank']);
  expect((await ask(`${days}.csv`, { accept: 'application/json' })).statusCode).toBe(200);
});

test('in the language that is asked for, else the holder’s', async () => {
  expect((await ask(`${days}.csv?language=es`)).body).toContain('Depósito con tarjeta');
  const { etag } = await family.told('GET', '/v1/account/profile');
  const preferences = { language: 'es', notices: 'none' };
  const changed = await family.told('PUT', '/v1/account/preferences', preferences, { 'if-match': etag });
  expect(changed.status).toBe(200);
  expect((await ask(`${days}.csv`)).body).toContain('Depósito con tarjeta');
  expect((await ask(`${days}.csv?language=en`)).body).toContain('Deposit by card');
});

test('nobody else’s account, and no days that are none', async () => {
  const other = await household.family();
  await other.enrolled();
  expect(problem(await ask(days, {}, accountNumber, other))).toEqual([404, 'account-unknown']);
  expect(problem(await ask(days, {}, '1999999999'))).toEqual([404, 'account-unknown']);
  for (const wrong of [
    '2026-05-31..2026-05-01',
    '2026-02-31..2026-03-01',
    '2026-03-01..2026-02-31',
    '2025-05-01..2026-05-03',
    '2026-05-01',
    `${days}.xls`,
    '2026-05-01..2026-05-31.CSV',
  ])
    expect([wrong, (await ask(wrong)).statusCode]).toEqual([wrong, 400]);
  expect((await ask('2025-05-01..2026-05-02.csv')).statusCode).toBe(200);
  expect((await household.ask('GET', `/v1/accounts/${accountNumber}/statements/${days}`)).statusCode).toBe(401);
});

test('files are counted by themselves: so many in an hour', async () => {
  const busy = await household.family();
  const own = await busy.enrolled();
  const answers = [];
  for (let nth = 0; nth < 61; nth++) answers.push((await ask(`${days}.csv`, {}, own.accountNumber, busy)).statusCode);
  expect(answers).toEqual([...Array.from({ length: 60 }, () => 200), 429]);
  expect((await busy.told('GET', '/v1/account')).status).toBe(200);
});
