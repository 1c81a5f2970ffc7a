import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { statementOf } from './statement.ts';
import { statementPdf, type PdfOptions } from './statement-pdf.ts';
import { pagesOf } from './statement-table.ts';

const at = new Date('2026-06-02T16:00:00Z');
const period = { from: new Date('2026-05-01T07:00:00Z'), until: new Date('2026-06-01T07:00:00Z') };

function statement(many: number, kind = 'video-call') {
  const lines = Array.from({ length: many }, (_, n) => ({
    reference: String(1_000_000_000 + n),
    kind: n === 0 ? 'card-deposit' : kind,
    at: new Date(period.from.getTime() + n * 60_000),
    cents: n === 0 ? 5_000 : -1,
    memo: n === 0 ? {} : { seconds: 780 },
  }));
  const closingCents = 100_000 + lines.reduce((sum, { cents }) => sum + cents, 0);
  const about = { accountId: '4821-0093', period, timeZone: 'America/Los_Angeles' };
  return statementOf(about, { openingCents: 100_000, closingCents, lines });
}

const pdf = (many: number, options: Partial<PdfOptions> = {}) =>
  buffer(statementPdf(statement(many), { language: 'en', at, compress: false, ...options }));

const winAnsi = (hex: string) =>
  Buffer.from(hex, 'hex').toString('latin1').replaceAll('\x96', '–').replaceAll('\x85', '…');

/** What is written on each page: pdfkit shows text as hexadecimal WinAnsi strings, in parts where letters are kerned. */
function textOf(bytes: Buffer): string[] {
  const streams = [...bytes.toString('latin1').matchAll(/stream\n([\s\S]*?)\nendstream/g)].map(([, body = '']) => body);
  const shown = (body: string) =>
    [...body.matchAll(/\[([^\]]*)\] TJ/g)].map(
      ([, parts = '']) =>
      [...parts.matchAll(/<([0-9a-f]*)>/g)].map(([, hex = '']) => winAnsi(hex)).join(''), // prettier-ignore
    );
  return streams.filter((body) => body.includes(' TJ')).map((body) => shown(body).join('\n'));
}

test('a statement says whose it is, of which time, its four figures and its lines', async () => {
  const [page = '', ...others] = textOf(await pdf(2, { contact: '866-555-0100' }));
  expect(others).toEqual([]);
  const lines = page.split('\n');
  for (const text of [
    'Homeline Connect',
    'Account statement',
    '4821-0093',
    'May 1, 2026 – May 31, 2026',
    'June 2, 2026',
  ])
    expect(lines).toContain(text);
  for (const text of ['$1,000.00', '$50.00', '$0.01', '$1,049.99', 'Page 1 of 1', '866-555-0100'])
    expect(lines).toContain(text);
  expect(page).toContain('May 1, 2026\n1000000001\nVideo call\n13:00\n');
});

test('in Spanish all of it is', async () => {
  const [page = ''] = textOf(await pdf(2, { language: 'es' }));
  for (const text of [
    'Estado de cuenta',
    'Período',
    '1 de mayo de 2026 – 31 de mayo de 2026',
    'Depósito con tarjeta',
    'Videollamada',
    'Página 1 de 1',
  ])
    // prettier-ignore
    expect(page).toContain(text);
  expect(page).not.toMatch(/Balance final.*Closing|Deposit\b|Page/s);
});

test('a long statement has the head of its table and its number on every page, and every line once', async () => {
  const pages = textOf(await pdf(200));
  expect(pages).toHaveLength(pagesOf(statement(200).lines).length);
  for (const [index, page] of pages.entries()) {
    expect(page).toContain('Date\nReference\nDescription\nDuration\nIn\nOut\nBalance');
    expect(page).toContain(`Page ${index + 1} of ${pages.length}`);
    expect(page).toContain('4821-0093');
  }
  const references = pages.join('\n').match(/^1000000\d{3}$/gm);
  expect(references).toEqual(statement(200).lines.map(({ reference }) => reference));
});

test('pages break where they are full, never with an empty one', () => {
  const lines = (many: number) => pagesOf(Array.from({ length: many }, (_, n) => n));
  const [first = [], second = []] = lines(200);
  expect(lines(0)).toEqual([[]]);
  expect(lines(first.length)).toHaveLength(1);
  expect(lines(first.length + 1).map((page) => page.length)).toEqual([first.length, 1]);
  expect(lines(first.length + second.length)).toHaveLength(2);
  expect(lines(200).flat()).toEqual(Array.from({ length: 200 }, (_, n) => n));
});

test('a statement of a time in which nothing happened says so', async () => {
  expect(textOf(await pdf(0)).join()).toContain('Nothing was paid in or out in this period.');
});

test('no text runs into the next column', async () => {
  const long = statementPdf(statement(2, 'a-kind'), { language: 'en', at, compress: false });
  expect(textOf(await buffer(long)).join()).toContain('Charge');
  const big = { ...statement(2), accountId: 'account '.repeat(20) };
  const page = textOf(await buffer(statementPdf(big, { language: 'en', at, compress: false }))).join();
  expect(page).toMatch(/acco?u?n?t?…/);
  expect(page).not.toContain(big.accountId.trim());
});

test('a screen reader finds title, language, headings and cells', async () => {
  const text = (await pdf(2)).toString('latin1');
  for (const mark of [
    '/Lang (en-US)',
    '/DisplayDocTitle true',
    '/Marked true',
    '/S /Document',
    '/S /H1',
    '/S /Table',
    '/Scope /Column',
  ])
    // prettier-ignore
    expect(text).toContain(mark);
  expect(text.match(/\/S \/TR/g)).toHaveLength(3);
  expect(text.match(/\/S \/TD/g)).toHaveLength(14);
  expect((await pdf(1, { language: 'es' })).toString('latin1')).toContain('/Lang (es-US)');
});

test('the same statement at the same instant is the same to the byte, at another it is not', async () => {
  const [first, again, later] = await Promise.all([pdf(40), pdf(40), pdf(40, { at: new Date(at.getTime() + 1_000) })]);
  expect(first.equals(again)).toBe(true);
  expect(first.equals(later)).toBe(false);
});

test('two thousand lines take less than three seconds of work', async () => {
  const began = process.cpuUsage();
  const bytes = await pdf(2_000, { compress: true });
  expect(process.cpuUsage(began).user / 1e6).toBeLessThan(3);
  expect(bytes.length).toBeLessThan(4_000_000);
});

test('who reads slowly is not run ahead of, and other work has its turn', async () => {
  const stream = statementPdf(statement(2_000), { language: 'en', at, compress: false });
  await once(stream, 'readable');
  for (let turns = 0; turns < 200; turns++) await turn();
  expect(stream.readableLength).toBeLessThan(400_000);
  let turns = 0;
  const counting = (async () => {
    for (; !stream.readableEnded; turns++) await turn();
  })();
  expect((await buffer(stream)).length).toBeGreaterThan(4_000_000);
  await counting;
  expect(turns).toBeGreaterThan(40);
});
