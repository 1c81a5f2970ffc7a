import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { HEADER, inPieces, itemLine, lockboxFile, type ItemFields } from '../testing/lockbox-file.ts';
import { fieldsOf } from './csv-line.ts';
import { LONGEST, MOST } from './lines.ts';
import { readLockbox, type LockboxRecord } from './read.ts';
import { LockboxRefusal } from './refusal.ts';

vi.setConfig({ testTimeout: 120_000 });

async function read(file: string | Uint8Array, size?: number): Promise<LockboxRecord[]> {
  const records: LockboxRecord[] = [];
  for await (const record of readLockbox(inPieces(file, size))) records.push(record);
  return records;
}
const refusal = (file: string | Uint8Array) =>
  read(file).then(
    () => 'taken',
    (error: unknown) => (error instanceof LockboxRefusal ? `${error.line} ${error.code}` : String(error)),
  );
/** What becomes of the only line of a file. */
const line = async (over: Partial<ItemFields>) => (await read(lockboxFile([itemLine(over)])))[1];
const fault = async (over: Partial<ItemFields>) => {
  const record = await line(over);
  return record?.kind === 'bad-line' ? record.fault : record?.kind;
};

test('a file of two payments reads as it was written, in pieces of any size', async () => {
  const serial = { kind: 'moneygram', serial: '12345678', issuer: '', memo: '1000000008', item: 2 } as const;
  const file = lockboxFile([
    itemLine({ amount: '1234567.89' }),
    itemLine({ ...serial, sender: ['', '', '', '', '', ''] }),
  ]);
  const sender = { name: 'Maria Lopez', address: { lines: ['1 Main St'], city: 'Fresno', state: 'CA', postalCode: '93650', country: 'US' } }; // prettier-ignore
  const payments = [
    { kind: 'money-order', cents: 123_456_789, memo: '', issuer: 'USPS', serial: '24681012141', receivedOn: '2026-05-04', sender }, // prettier-ignore
    { kind: 'moneygram', cents: 2_500, memo: '1000000008', issuer: '', serial: '12345678', receivedOn: '2026-05-04' },
  ];
  for (const size of [1, 7, 10_000])
    expect(await read(file, size)).toEqual([
      { kind: 'header', header: { lockbox: '650757', day: '2026-05-04', file: 1 } },
      { kind: 'item', line: 2, batch: 1, item: 1, payment: payments[0] },
      { kind: 'item', line: 3, batch: 1, item: 2, payment: payments[1] },
    ]);
});

test('a byte order mark, empty lines, LF and quotes change nothing; lines are counted as an editor does', async () => {
  const quoted = itemLine().replace('Maria Lopez', '"Lopez, ""Mari"" ñ"');
  const file = `\ufeff${lockboxFile([quoted])}`.replaceAll('\r\n', '\n').replace('\nI', '\n\nI').trimEnd();
  const [, item] = await read(file.replaceAll(',25.00\n', ',25.00'), 1);
  expect(item).toMatchObject({ line: 3, payment: { sender: { name: 'Lopez, "Mari" ñ' } } });
});

test('a file without payments is a file', async () => {
  expect(await read(lockboxFile([]))).toHaveLength(1);
});

test.each<[string, string, Partial<ItemFields>]>([
  ['a kind nobody knows', 'unknown-kind', { kind: 'card' }],
  ['no money', 'no-money', { amount: '0.00' }],
  ['a cheque of no bank', 'issuer-missing', { kind: 'personal-cheque', issuer: ' ' }],
  ['a cashier’s cheque of no bank', 'issuer-missing', { kind: 'cashiers-cheque', issuer: '' }],
  ['a money order of no issuer', 'item', { issuer: '' }],
  ['no serial', 'serial-missing', { serial: ' ' }],
  ['a serial that is none', 'not-a-serial', { serial: '12/34' }],
  ['a day that never was', 'not-a-day', { received: '2026-02-29' }],
  ['a day written otherwise', 'not-a-day', { received: '05/04/2026' }],
  ['a day of another century', 'not-a-day', { received: '1926-05-04' }],
  ['a day after the file', 'day-after-file', { received: '2026-05-05' }],
  ['a memo of 41 characters', 'text-too-long', { memo: 'x'.repeat(41) }],
  ['a memo of 40 characters', 'item', { memo: 'x'.repeat(40) }],
  ['a serial of 41 characters', 'text-too-long', { serial: '1'.repeat(41) }],
  ['an issuer of 41 characters', 'text-too-long', { issuer: 'x'.repeat(41) }],
  ['a name of 101 characters', 'text-too-long', { sender: ['x'.repeat(101), '', '', '', '', ''] }],
  ['a control character', 'unprintable-text', { memo: '1\u00002' }],
  ['a street and no city', 'address-incomplete', { sender: ['M', '1 Main St', '', '', 'CA', '93650'] }],
  ['an address of nobody', 'address-incomplete', { sender: ['', '1 Main St', '', 'Fresno', 'CA', '93650'] }],
  ['a second line alone', 'address-incomplete', { sender: ['M', '', 'Apt 2', '', '', ''] }],
  ['a name alone', 'item', { sender: ['M', '', '', '', '', ''] }],
])('a line with %s: %s', async (_, expected, over) => {
  expect(await fault(over)).toBe(expected);
});

test('a bad line is reported with its number and worth, and the good ones around it are read', async () => {
  const file = lockboxFile([itemLine(), itemLine({ item: 2, serial: '', amount: '7.05' }), itemLine({ item: 3 })]);
  const kinds = (await read(file)).map((record) => (record.kind === 'bad-line' ? record : record.kind));
  expect(kinds).toEqual(['header', 'item', { kind: 'bad-line', line: 3, fault: 'serial-missing', cents: 705 }, 'item']);
});

test('of a card’s number that somebody wrote in the memo only the last four are read', async () => {
  for (const memo of ['4111111111111111', 'pay 4111-1111 1111 1111', '4111 1111 1111 1'])
    expect(JSON.stringify(await line({ memo }))).not.toMatch(/4111|1111[ -]1/);
  expect(await line({ memo: 'acct 100-000-0008' })).toMatchObject({ payment: { memo: 'acct 100-000-0008' } });
});

const good = itemLine();
const trailer = 'T,1,25.00';
test.each<[string, string, readonly string[]]>([
  ['of nothing', '1 no-header', []],
  ['without a header', '1 no-header', [good, trailer]],
  ['with a header of another day', '1 bad-header', ['H,650757,2026-13-04,1', trailer]],
  ['with a header of too many fields', '1 bad-header', [`${HEADER},1`, trailer]],
  ['with a lockbox that is none', '1 bad-header', ['H,650 757,2026-05-04,1', trailer]],
  ['with two headers', '2 second-header', [HEADER, HEADER, trailer]],
  ['with a broken second header', '2 second-header', [HEADER, 'H,1', trailer]],
  ['that was cut off', '2 no-trailer', [HEADER, good]],
  ['with a header alone', '1 no-trailer', [HEADER]],
  ['with something after its trailer', '4 after-trailer', [HEADER, good, trailer, good]],
  ['with a trailer of too few fields', '3 bad-trailer', [HEADER, good, 'T,1']],
  ['with a trailer of no amount', '3 bad-trailer', [HEADER, good, 'T,1,25']],
  ['with a trailer that counts words', '3 bad-trailer', [HEADER, good, 'T,one,25.00']],
  ['with one line more than it says', '4 count-differs', [HEADER, good, good, 'T,1,50.00']],
  ['with a cent more than it says', '3 total-differs', [HEADER, good, 'T,1,24.99']],
  ['with a cent less than it says', '3 total-differs', [HEADER, good, 'T,1,25.01']],
  ['with an amount that cannot be read', '3 amount-unreadable', [HEADER, itemLine({ amount: '25' }), 'T,1,25.00']],
  ['with a negative amount', '3 amount-unreadable', [HEADER, itemLine({ amount: '-25.00' }), 'T,1,25.00']],
  ['with a third of a cent', '3 amount-unreadable', [HEADER, itemLine({ amount: '25.003' }), 'T,1,25.00']],
  ['with ten million dollars', '3 amount-unreadable', [HEADER, itemLine({ amount: '10000000.00' }), 'T,1,0.00']],
  ['with a line of another kind', '3 amount-unreadable', [HEADER, 'X,1', 'T,1,0.00']],
  ['with a line of too few fields', '3 amount-unreadable', [HEADER, 'I,1,1,money-order,25.00', trailer]],
  ['with a quote left open', '3 amount-unreadable', [HEADER, good.replace('Maria', '"Maria'), trailer]],
  ['with a count that is none', '3 total-differs', [HEADER, good.replace('I,1,', 'I,x,'), 'T,1,24.00']],
  ['with a line that never ends', '2 line-too-long', [HEADER, 'x'.repeat(LONGEST + 1), trailer]],
])('a file %s is refused: %s', async (_, expected, lines) => {
  expect(await refusal(lines.join('\r\n'))).toBe(expected);
});

test('a refused file tells its bad lines, not more than a hundred of them', async () => {
  const lines = Array.from({ length: 150 }, () => itemLine({ serial: '' }));
  const error: unknown = await read([HEADER, ...lines, 'T,150,0.00'].join('\n')).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'total-differs', line: 152 });
  const told = (error as LockboxRefusal).badLines;
  expect(told).toHaveLength(100);
  expect(told[0]).toEqual({ line: 2, fault: 'serial-missing' });
});

test('what is not UTF-8 is refused, in the middle and cut off at the end', async () => {
  const file = new TextEncoder().encode(lockboxFile([itemLine({ memo: 'ñ' })]));
  const at = file.indexOf(0xc3);
  expect(await refusal(file.subarray(0, at + 1))).toBe('2 not-utf-8');
  expect(await refusal(file.with(at, 0xff))).toMatch(/^\d not-utf-8$/);
});

test('a line of the longest length is read, and told as a bad one', async () => {
  const line = itemLine({ memo: 'x' });
  const long = line.replace(',x,', `,${'x'.repeat(LONGEST - line.length + 1)},`);
  expect(long).toHaveLength(LONGEST);
  const [, told] = await read([HEADER, long, 'T,1,25.00'].join('\n'), 10_000);
  expect(told).toMatchObject({ kind: 'bad-line', line: 2, fault: 'text-too-long', cents: 2_500 });
});

test('a file of as many lines as may be is read; one more refuses it', async () => {
  const ending = (at: number) => `${HEADER}${'\n'.repeat(at - 1)}T,0,0.00`;
  expect(await read(ending(MOST), 100_000)).toHaveLength(1);
  expect(await refusal(ending(MOST + 1))).toBe(`${MOST + 1} too-many-lines`);
});

test('small letters of a serial, an issuer and a state are read as large ones: the same item is known again', async () => {
  const sender = ['Maria Lopez', '1 Main St', '', 'Fresno', 'ca', '93650'];
  const read = { issuer: 'USPS', serial: 'AB-12', sender: { address: { state: 'CA' } } };
  expect(await line({ issuer: 'usps', serial: 'ab-12', sender })).toMatchObject({ kind: 'item', payment: read });
});

test('a file that has no end is refused at a bound', async () => {
  async function* endless() {
    for (;;) yield new TextEncoder().encode('\n\n\n\n\n\n\n\n'.repeat(1_000) + itemLine() + '\n');
  }
  async function* begun() {
    yield new TextEncoder().encode(`${HEADER}\n`);
    yield* endless();
  }
  const drain = async (source: AsyncIterable<Uint8Array>) => {
    const records = readLockbox(source);
    while (!(await records.next()).done);
  };
  await expect(drain(begun())).rejects.toMatchObject({ code: 'too-many-lines' });
  expect(MOST).toBe(200_000);
  async function* line() {
    for (;;) yield new Uint8Array(64).fill(65);
  }
  await expect(drain(line())).rejects.toMatchObject({ code: 'line-too-long', line: 1 });
});

test('no bytes make it throw anything but its own refusal; what it takes adds up', async () => {
  const pieces = fc.oneof(
    fc.constantFrom(HEADER, itemLine(), itemLine({ serial: '' }), 'T,1,25.00', 'T,0,0.00', 'I', 'H', 'T', '"', ',', '\r', '\n', '\0', '\ud800'), // prettier-ignore
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  const text = fc.array(pieces, { maxLength: 12 }).map((parts) => new TextEncoder().encode(parts.join('\n')));
  const mutated = fc
    .tuple(fc.nat(), fc.nat({ max: 255 }), fc.array(fc.constant(itemLine()), { maxLength: 4 }))
    .map(([at, byte, lines]) => {
      const file = new TextEncoder().encode(lockboxFile(lines));
      return file.with(at % file.length, byte);
    });
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(text, mutated, fc.uint8Array({ maxLength: 300 })), async (file) => {
      try {
        for (const record of await read(file))
          if (record.kind === 'item') expect(Number.isSafeInteger(record.payment.cents)).toBe(true);
        taken++;
      } catch (error) {
        expect(error).toBeInstanceOf(LockboxRefusal);
      }
    }),
    { numRuns: 1_000 },
  );
  expect(taken).toBeGreaterThan(0);
});

test('fields are what csv-parse takes them for', () => {
  const part = fc.constantFrom('"', '""', ',', 'a', ' ', 'ñ', '"b"', '"b,""c"');
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 10 }), (parts) => {
      const text = parts.join('');
      let theirs: string[] | undefined;
      try {
        theirs = parse(text, { relax_column_count: true })[0];
      } catch {
        theirs = undefined;
      }
      expect(fieldsOf(text)).toEqual(theirs);
    }),
    { numRuns: 1_000 },
  );
});
