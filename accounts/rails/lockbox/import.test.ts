import { closeAccount } from '#db/accounts.ts';
import { openDatabase } from '#db/connect.ts';
import { sumsOf, unfinishedFiles } from '#db/lockbox.ts';
import { paymentHistory } from '#db/payment-events.ts';
import { findPayment } from '#db/payments.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { DatabaseUnavailable } from '#db/unavailable.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { RailDeps } from '../ports.ts';
import { HEADER, inPieces, itemLine, lockboxFile } from '../testing/lockbox-file.ts';
import { MailRoom } from '../testing/mail-room.ts';
import { finishFile, finishFiles } from './finish.ts';
import { importLockbox, type ImportResult } from './import.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: TestDatabase;
let room: MailRoom;
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(() => {
  room = new MailRoom(server.db);
});
afterAll(() => server.stop());

const load = (file: string, deps: RailDeps = room.deps(), db = server.db) =>
  importLockbox(db, deps, { source: inPieces(file), agentId: 'a1' });
const reportOf = (result: ImportResult) => {
  if (result.kind !== 'imported') throw new Error(result.kind);
  return result.report;
};
const sums = async (result: Promise<ImportResult>) =>
  reportOf(await result).sums.map(({ state, lines, cents }) => [state, lines, cents]);
let boxes = 0;
/** Nobody else's items have these keys. */
const header = () => `H,box-${++boxes},2026-05-04,1`;
let serials = 500_000;
const serial = () => String(++serials);
const counted = async () => {
  const many = (table: 'lockboxFile' | 'lockboxLine' | 'payment') =>
    server.db.selectFrom(table).select((eb) => eb.fn.countAll<string>().as('many')).executeTakeFirstOrThrow(); // prettier-ignore
  return [await many('lockboxFile'), await many('lockboxLine'), await many('payment')];
};

test('good lines are posted, what matches nobody is in suspense with its reason, a bad line is told by number', async () => {
  const holder = await room.holder();
  const gone = await room.holder();
  await closeAccount(server.db, gone.id, room.at);
  const lines = [
    itemLine({ item: 1, memo: holder.number, amount: '250.00', serial: serial() }),
    itemLine({ item: 2, memo: `${holder.number.slice(0, 9)}x`, amount: '1.00', serial: serial() }),
    itemLine({ item: 3, memo: holder.number, amount: '2.00', serial: '' }),
    itemLine({ item: 4, memo: gone.number, amount: '4.00', serial: serial() }),
    itemLine({ item: 5, memo: '', amount: '8.00', serial: serial() }),
    itemLine({ item: 6, memo: '1000000008', amount: '16.00', serial: serial() }),
    itemLine({ item: 7, memo: '1000000009', amount: '32.00', serial: serial() }),
    itemLine({ item: 8, memo: holder.number, amount: '1000.01', serial: serial() }),
    itemLine({ item: 9, kind: 'moneygram', memo: holder.number, amount: '5.00', issuer: '', serial: serial() }),
  ];
  let result: ImportResult | undefined;
  const moved = await room.moved(async () => (result = await load(lockboxFile(lines, header()))));
  expect(moved).toEqual({
    ...{ holder: 25_500, suspense: 100 + 400 + 800 + 1_600 + 3_200 + 100_001 },
    ...{ 'cheque-clearing': -25_000 - 6_100 - 100_001, 'money-transfer-clearing': -500 },
  });
  if (!result) return;
  const report = reportOf(result);
  expect(report.file).toMatchObject({ day: '2026-05-04', file: 1, importedBy: 'a1', importedAt: room.at });
  expect(report.rejected).toEqual([{ line: 4, cents: 200, state: 'rejected', reason: 'serial-missing' }]);
  const reasons = await server.db.selectFrom('lockboxLine').select(['line', 'reason', 'paymentId']).where('state', '=', 'in-suspense').where('fileId', '=', report.file.id).orderBy('line').execute(); // prettier-ignore
  expect(reasons.map(({ line, reason }) => [line, reason])).toEqual([
    ...[[3, 'not-an-account-number'] as const, [5, 'account-closed'] as const, [6, 'no-account-number'] as const],
    ...[[7, 'unknown-account'] as const, [8, 'wrong-check-digit'] as const, [9, 'above-maximum'] as const],
  ]);
  expect(await paymentHistory(server.db, reasons[0]?.paymentId ?? '')).toMatchObject([{ kind: 'entered', byId: 'a1' }]);
  const sender = { name: 'Maria Lopez', address: { lines: ['1 Main St'], postalCode: '93650' } };
  expect(await findPayment(server.db, { id: reasons[0]?.paymentId ?? '' })).toMatchObject({
    source: 'lockbox',
    sender,
  });
  expect(room.news.map(({ kind, accountId }) => [kind, accountId])).toEqual([['paid-in', holder.id], ['paid-in', holder.id]]); // prettier-ignore
});

test('the same file again is the same import, and moves nothing', async () => {
  const { number: memo } = await room.holder();
  const file = lockboxFile([itemLine({ memo, serial: serial() })], header());
  const first = await load(file);
  expect(first).toMatchObject({ again: false });
  const moved = await room.moved(async () => expect(await load(file)).toEqual({ ...first, again: true }));
  expect(moved).toEqual({});
});

test('the same items in another file are duplicates; changed ones are rejected, and nothing is posted for them', async () => {
  const { number: memo } = await room.holder();
  const box = header();
  const [one, two, three, four] = [serial(), serial(), serial(), serial()];
  const lines = [
    itemLine({ item: 1, memo, serial: one }),
    itemLine({ item: 2, memo: '', serial: two }),
    itemLine({ item: 3, memo, serial: three }),
  ];
  expect(await sums(load(lockboxFile(lines, box)))).toEqual([['in-suspense', 1, 2_500], ['on-account', 2, 5_000]]); // prettier-ignore
  const again = [
    ...lines.slice(0, 2),
    itemLine({ item: 3, memo, serial: four }), // another cheque under its number
    itemLine({ item: 4, memo, serial: three }), // the same cheque under another number
    itemLine({ item: 5, memo, serial: one, amount: '20.00' }),
  ];
  let result: ImportResult | undefined;
  const moved = await room.moved(async () => (result = await load(lockboxFile(again, box))));
  expect(moved).toEqual({});
  if (!result) return;
  const { duplicates, rejected } = reportOf(result);
  expect(duplicates.map(({ line }) => line)).toEqual([2, 3, 5]);
  expect(rejected.map(({ line, reason }) => [line, reason])).toEqual([
    [4, 'key-reused'],
    [6, 'entered-for-another-amount'],
  ]);
  for (const { paymentId } of [...duplicates, ...rejected]) expect(paymentId).toBeDefined();
});

test('an item that an agent entered from the paper is a duplicate when the file comes', async () => {
  const { number: memo } = await room.holder();
  const order = room.order({ memo, serial: serial() });
  await room.enter(order);
  const lines = [itemLine({ memo, serial: order.item.serial })];
  expect(await sums(load(lockboxFile(lines, header())))).toEqual([['duplicate', 1, 2_500]]);
});

test('the bank counts anew each day, and for each lockbox: the same batch and item are another payment', async () => {
  const { number: memo } = await room.holder();
  const box = `box-${++boxes}`;
  for (const [name, day] of [
    [box, '2026-05-04'],
    [box, '2026-05-05'],
    [`${box}b`, '2026-05-04'],
  ] as const) {
    const file = lockboxFile([itemLine({ memo, serial: serial() })], `H,${name},${day},1`);
    expect(await sums(load(file))).toEqual([['on-account', 1, 2_500]]);
  }
});

test('two lines of one number are one payment and one that is told', async () => {
  const { number: memo } = await room.holder();
  const lines = [itemLine({ memo, serial: serial() }), itemLine({ memo, serial: serial() })];
  const report = reportOf(await load(lockboxFile(lines, header())));
  expect(report.rejected).toMatchObject([{ line: 3, reason: 'key-reused' }]);
  expect(report.sums).toHaveLength(2);
});

test('a file whose totals differ is refused as a whole: nothing of it is kept', async () => {
  const { number: memo } = await room.holder();
  const before = await counted();
  const file = lockboxFile([itemLine({ memo, serial: serial() }), itemLine({ serial: '' })], header());
  const result = await load(file.replace(/50\.00\r\n$/, '50.01\r\n'));
  const refusal = { code: 'total-differs', line: 4, badLines: [{ line: 3, fault: 'serial-missing' }] };
  expect(result).toMatchObject({ kind: 'refused', refusal });
  expect(await counted()).toEqual(before);
  expect((await load(file)).kind).toBe('imported');
});

test('nobody imports nothing', async () => {
  const order = { source: inPieces(lockboxFile([], HEADER)), agentId: '' };
  expect(await importLockbox(server.db, room.deps(), order)).toEqual({ kind: 'agent-missing' });
  expect(await sums(load(lockboxFile([], header())))).toEqual([]);
});

test('a file that breaks off while it comes leaves nothing, and may come again', async () => {
  const { number: memo } = await room.holder();
  const lines = Array.from({ length: 1_100 }, (_, n) => itemLine({ item: n + 1, memo: '', serial: serial(), kind: n ? 'moneygram' : 'money-order' })); // prettier-ignore
  const file = lockboxFile([itemLine({ batch: 2, memo, serial: serial() }), ...lines.slice(0, 60)], header());
  const long = lockboxFile(lines, header());
  const before = await counted();
  async function* broken(text: string) {
    yield* inPieces(text.slice(0, -100), 4_096);
    throw new Error('connection lost');
  }
  for (const text of [file, long])
    await expect(importLockbox(server.db, room.deps(), { source: broken(text), agentId: 'a1' })).rejects.toThrow(
      'lost',
    );
  expect(await counted()).toEqual(before);
  expect(await sums(load(file))).toEqual([['in-suspense', 60, 150_000], ['on-account', 1, 2_500]]); // prettier-ignore
});

test('whoever dies while posting leaves the rest waiting, which the next one posts: nothing twice, nothing lost', async () => {
  const holder = await room.holder();
  const lines = Array.from({ length: 12 }, (_, n) => itemLine({ item: n + 1, memo: holder.number, serial: serial(), amount: '2.00' })); // prettier-ignore
  const file = lockboxFile(lines, header());
  let posted = 0;
  const dying: RailDeps = {
    ...room.deps(),
    onNews: async () => {
      if (++posted % 4 === 0) throw new Error('died');
    },
  };
  await expect(load(file, dying)).rejects.toThrow('died');
  expect(await room.balance(holder.id)).toBe(3 * 200);
  const [fileId = ''] = await unfinishedFiles(server.db);
  expect(await sumsOf(server.db, fileId)).toMatchObject([{ state: 'on-account', lines: 3 }, { state: 'waiting', lines: 9 }]); // prettier-ignore
  await expect(finishFile(server.db, dying, fileId)).rejects.toThrow('died');
  expect(await room.balance(holder.id)).toBe(6 * 200);
  await expect(finishFiles(server.db, dying)).rejects.toThrow('died');
  expect(await room.balance(holder.id)).toBe(9 * 200);
  const rest = await load(file);
  expect(rest).toMatchObject({ kind: 'imported', again: true });
  expect(await room.balance(holder.id)).toBe(12 * 200);
  expect(await unfinishedFiles(server.db)).toEqual([]);
  expect(await finishFile(server.db, room.deps(), fileId)).toBe(0);
  expect(await finishFile(server.db, room.deps(), '0')).toBe(0);
  expect(await finishFiles(server.db, room.deps())).toBe(0);
});

test('a file that cannot be finished keeps no other waiting', async () => {
  const [hindered, free] = [await room.holder(), await room.holder()];
  const fails: RailDeps = { ...room.deps(), onNews: () => Promise.reject(new Error('no receipt')) };
  for (const { number: memo } of [hindered, free])
    await expect(load(lockboxFile([itemLine({ memo, serial: serial() })], header()), fails)).rejects.toThrow('receipt');
  const onNews: RailDeps['onNews'] = (_, { accountId }) =>
    accountId === hindered.id ? Promise.reject(new Error('no receipt')) : Promise.resolve();
  await expect(finishFiles(server.db, { ...room.deps(), onNews })).rejects.toThrow('no receipt');
  expect([await room.balance(hindered.id), await room.balance(free.id)]).toEqual([0, 2_500]);
  expect(await finishFiles(server.db, room.deps())).toBe(1);
  expect(await room.balance(hindered.id)).toBe(2_500);
});

test('with the database away no other file is tried', async () => {
  const holder = await room.holder();
  let tried = 0;
  const away = (): Promise<never> => {
    tried++;
    return Promise.reject(new DatabaseUnavailable('away'));
  };
  const deps = { ...room.deps(), onNews: away };
  for (let file = 0; file < 2; file++) {
    const lines = [itemLine({ memo: holder.number, serial: serial() })];
    await expect(load(lockboxFile(lines, header()), deps)).rejects.toThrow(DatabaseUnavailable);
  }
  tried = 0;
  await expect(finishFiles(server.db, deps)).rejects.toThrow(DatabaseUnavailable);
  expect(tried).toBe(1);
  expect(await finishFiles(server.db, room.deps())).toBe(2);
});

test('a file of more lines than are written at once is kept whole, each line once', async () => {
  const lines = Array.from({ length: 1_001 }, (_, n) => itemLine({ item: n + 1, serial: '' }));
  expect(await sums(load(lockboxFile(lines, header())))).toEqual([['rejected', 1_001, 1_001 * 2_500]]);
});

test('imported by many at once, it is one file, and each line is posted once', async () => {
  const pool = openDatabase(server.url, { max: 10, connectMs: 15_000, statementMs: 15_000 });
  const holder = await room.holder();
  const lines = Array.from({ length: 30 }, (_, n) => itemLine({ item: 1 + (n % 29), memo: holder.number, serial: serial(), amount: '2.00' })); // prettier-ignore
  const file = lockboxFile(lines, header());
  const results = await Promise.all(Array.from({ length: 5 }, () => load(file, room.deps(), pool)));
  expect(results.filter((result) => result.kind === 'imported' && !result.again)).toHaveLength(1);
  expect(new Set(results.map((result) => reportOf(result).file.id)).size).toBe(1);
  expect(await sums(load(file))).toEqual([['on-account', 29, 5_800], ['rejected', 1, 200]]); // prettier-ignore
  expect(await room.balance(holder.id)).toBe(29 * 200);
  await pool.destroy();
});

test('a card’s number in a memo is in no table', async () => {
  await load(lockboxFile([itemLine({ memo: '4111 1111 1111 1111', serial: serial() })], header()));
  const written = [await server.db.selectFrom('lockboxLine').selectAll().execute(), await server.db.selectFrom('payment').selectAll().execute(), await server.db.selectFrom('posting').selectAll().execute()]; // prettier-ignore
  expect(JSON.stringify(written)).not.toMatch(/4111 ?1111/);
  expect(JSON.stringify(written)).toContain('(card) 1111');
});
