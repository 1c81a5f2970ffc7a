import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { callDetailsOf } from './calls.ts';
import { attemptsCsv, callsCsv, csvOf, statementCsv, transactionsCsv } from './csv.ts';
import { statementOf } from './statement.ts';

const timeZone = 'America/Los_Angeles';
const at = new Date('2026-05-02T05:30:00Z');
const line = { at, reference: '0000000018', kind: 'video-call', cents: -325, memo: { seconds: 780 } };
const statement = statementOf(
  {
    accountId: '1',
    timeZone,
    period: { from: new Date('2026-05-01T07:00:00Z'), until: new Date('2026-06-01T07:00:00Z') },
  },
  { openingCents: 1_000, closingCents: 675, lines: [line] },
);
const call = {
  id: 'a',
  at,
  facility: 'Río "Claro", Facility',
  timeZone,
  number: '+12135550142',
  disposition: 'talked',
  talkSeconds: 125,
  billedCents: 0,
};
const records = (text: string) => parse(text, { bom: true, record_delimiter: '\r\n' });

test('a statement adds up in its own file', () => {
  expect(statementCsv(statement, { language: 'en' }).split('\r\n')).toEqual([
    'Date,Time,Reference,Description,Duration,Amount,Balance',
    '2026-05-01,,,Opening balance,,,10.00',
    '2026-05-01,10:30 PM,0000000018,Video call,13:00,-3.25,6.75',
    '2026-05-31,,,Closing balance,,,6.75',
    '',
  ]);
});

test('text that a spreadsheet would run is text; amounts of ours stay numbers', () => {
  for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\nx', '＝1'])
    expect(records(csvOf([[text, 'b']]))).toEqual([[`'${text}`, 'b']]);
  expect(csvOf([[{ cents: -325 }, 'a=b']])).toBe('-3.25,a=b\r\n');
});

test('commas, quotes and line ends survive (RFC 4180)', () => {
  const text = 'a,"b"\r\nc';
  expect(csvOf([[text, 'd']])).toBe('"a,""b""\r\nc",d\r\n');
});

test('the byte order mark is there when it is asked for, and only then', () => {
  const bytes = (bom: boolean) => [...Buffer.from(statementCsv(statement, { language: 'es', bom })).subarray(0, 3)];
  expect(bytes(true)).toEqual([0xef, 0xbb, 0xbf]);
  expect(bytes(false)).toEqual([...Buffer.from('Fec')]);
});

test('transactions', () => {
  const csv = transactionsCsv([{ ...line, balanceCents: 675 }], timeZone, { language: 'es' });
  expect(records(csv)).toEqual([
    ['Fecha', 'Hora', 'Referencia', 'Descripción', 'Monto', 'Balance'],
    ['2026-05-01', expect.stringMatching(/^10:30/), '0000000018', 'Videollamada', '-3.25', '6.75'],
  ]);
});

test('calls with their total, free ones at 0.00; attempts with how they went', () => {
  const missed = { ...call, disposition: 'no-answer', talkSeconds: 0 };
  const details = callDetailsOf([call, { ...call, billedCents: 57 }, missed]);
  const place = ['2026-05-01', '10:30 PM', 'Río "Claro", Facility', '(213) 555-0142'];
  expect(records(callsCsv(details, { language: 'en' })).slice(1)).toEqual([
    [...place, '2:05', '0.00'],
    [...place, '2:05', '0.57'],
    ['Total cost', '', '', '', '4:10', '0.57'],
  ]);
  expect(records(attemptsCsv(details, { language: 'es' })).map((record: string[]) => record.at(-1))).toEqual([
    'Resultado',
    'Conectada',
    'Conectada',
    'Perdida',
  ]);
});
