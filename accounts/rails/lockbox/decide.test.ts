import { openDatabase } from '#db/connect.ts';
import { sumsOf } from '#db/lockbox.ts';
import { decideLine, linesIn } from '#db/lockbox-lines.ts';
import { paymentHistory } from '#db/payment-events.ts';
import type { Schema } from '#db/schema.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { brokenConstraint } from '#db/unavailable.ts';
import { sql, type UpdateObject } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { assign } from '../suspense/assign.ts';
import { inPieces, itemLine, lockboxFile } from '../testing/lockbox-file.ts';
import { MailRoom } from '../testing/mail-room.ts';
import { dismissLine, enterLine, type LineAct, type LineEntry } from './decide.ts';
import { importLockbox } from './import.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let room: MailRoom;
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(() => {
  room = new MailRoom(server.db);
});
afterAll(() => server.stop());

let boxes = 0;
/** A file whose lines were taken; the first line is 2. Returns its id. */
async function load(...lines: readonly string[]): Promise<string> {
  const source = inPieces(lockboxFile(lines, `H,decided-${++boxes},2026-05-04,1`));
  const result = await importLockbox(server.db, room.deps(), { source, agentId: 'a1' });
  if (result.kind !== 'imported') throw new Error(result.kind);
  return result.report.file.id;
}
/** One whose only line has no serial. */
const unread = () => load(itemLine({ memo: 'smudge', amount: '25.00', serial: '' }));
const act = (fileId: string): LineAct => ({ fileId, line: 2, agentId: 'a2', reason: 'seen on the scan' });
const entry = (fileId: string, item: Parameters<MailRoom['item']>[0]): LineEntry => ({
  ...{ ...act(fileId), item: room.item(item), unmatched: 'refuse' },
});
const enter = (order: LineEntry, db = server.db) => enterLine(db, room.deps(), order);
const dismiss = (order: LineAct, db = server.db) => dismissLine(db, room.deps(), order);
const statesOf = async (fileId: string) =>
  (await sumsOf(server.db, fileId)).map(({ state, lines, cents }) => [state, lines, cents]);

test('a rejected line is entered as the agent reads it, once, and who, when and why is kept beside what the file said', async () => {
  const holder = await room.holder();
  const fileId = await unread();
  const order = entry(fileId, { memo: holder.number, cents: 2_600 });
  room.days(1);
  const at = room.at;
  const moved = await room.moved(async () => {
    const first = await enter(order);
    expect(first).toMatchObject({ kind: 'entered', entered: { kind: 'on-account', accountId: holder.id } });
    room.days(1);
    expect(await enter(order)).toEqual(first);
  });
  expect(moved).toEqual({ holder: 2_600, 'cheque-clearing': -2_600 });
  expect(room.news).toMatchObject([{ kind: 'paid-in', accountId: holder.id }]);
  const [line] = await linesIn(server.db, fileId, 'entered');
  const decided = { byId: 'a2', reason: 'seen on the scan', at };
  expect(line).toMatchObject({ line: 2, cents: 2_500, reason: 'serial-missing', decided });
  expect(await paymentHistory(server.db, line?.paymentId ?? '')).toMatchObject([{ kind: 'entered', byId: 'a2' }]);
  // As the trailer said.
  expect(await statesOf(fileId)).toEqual([['entered', 1, 2_500]]);
});

test('what is decided stays: by somebody else, for another reason or as another item it is told as it is', async () => {
  const { number: memo } = await room.holder();
  const fileId = await unread();
  const order = entry(fileId, { memo });
  await enter(order);
  const moved = await room.moved(async () => {
    for (const other of [
      { ...order, agentId: 'a3' },
      { ...order, reason: 'again' },
      { ...order, item: room.item({ memo }) },
      { ...order, item: { ...order.item, cents: 2_700 } },
    ])
      expect(await enter(other)).toMatchObject({ kind: 'wrong-state', line: { state: 'entered' } });
    expect((await dismiss(act(fileId))).kind).toBe('wrong-state');
  });
  expect(moved).toEqual({});
});

test('a dismissed line is left out of the books for good, with its reason', async () => {
  const { number: memo } = await room.holder();
  const fileId = await unread();
  const at = room.at;
  const moved = await room.moved(async () => {
    const first = await dismiss(act(fileId));
    expect(first).toMatchObject({ kind: 'dismissed', line: { decided: { byId: 'a2', reason: 'seen on the scan', at } } }); // prettier-ignore
    room.days(1);
    expect(await dismiss(act(fileId))).toEqual(first);
    expect((await dismiss({ ...act(fileId), reason: 'otherwise' })).kind).toBe('wrong-state');
    expect((await dismiss({ ...act(fileId), agentId: 'a3' })).kind).toBe('wrong-state');
    expect((await enter(entry(fileId, { memo }))).kind).toBe('wrong-state');
  });
  expect(moved).toEqual({});
  expect(await statesOf(fileId)).toEqual([['dismissed', 1, 2_500]]);
});

test('who belongs to nobody is refused while the agent may mend it, and is kept in suspense when told so', async () => {
  const holder = await room.holder();
  const fileId = await unread();
  const order = entry(fileId, { memo: '1000000009' });
  expect(await enter(order)).toEqual({ kind: 'refused', code: 'wrong-check-digit' });
  expect(await statesOf(fileId)).toEqual([['rejected', 1, 2_500]]);
  const kept = await enter({ ...order, unmatched: 'suspend' });
  if (kept.kind !== 'entered') throw new Error(kept.kind);
  expect(kept.entered).toMatchObject({ kind: 'in-suspense', why: 'wrong-check-digit' });
  const assignment = { key: 'later', paymentId: kept.entered.payment.id, agentId: 'a2', reason: 'they called' };
  expect((await assign(server.db, room.deps(), { ...assignment, accountNumber: holder.number })).kind).toBe('assigned');
});

test('an item that is in the books is not entered again; its line is to be dismissed', async () => {
  const { number: memo } = await room.holder();
  const there = room.order({ memo });
  await room.enter(there);
  const fileId = await unread();
  const moved = await room.moved(async () =>
    expect(await enter({ ...entry(fileId, {}), item: there.item })).toMatchObject({
      ...{ kind: 'entered-before', sameAmount: true },
    }),
  );
  expect(moved).toEqual({});
  expect((await dismiss(act(fileId))).kind).toBe('dismissed');
});

test('a line the bank can tell is entered under its own key, so that no other file enters it again', async () => {
  const { number: memo } = await room.holder();
  // Of the day after tomorrow: rejected as it is posted, not as it is read.
  const day = '2026-05-06';
  const name = `H,decided-${++boxes},${day},1`;
  const line = itemLine({ memo, serial: `KEY${boxes}`, received: day });
  const load = async (...lines: readonly string[]) => {
    const source = inPieces(lockboxFile(lines, name));
    const result = await importLockbox(server.db, room.deps(), { source, agentId: 'a1' });
    return result.kind === 'imported' ? result.report : undefined;
  };
  const report = await load(line);
  const fileId = report?.file.id ?? '';
  expect(report?.rejected).toMatchObject([{ line: 2, reason: 'day-in-future' }]);
  expect((await enter(entry(fileId, { memo }))).kind).toBe('entered');
  room.days(2);
  const again = await load(line, itemLine({ item: 2, memo, serial: `MORE${boxes}`, received: day }));
  expect(again?.sums).toMatchObject([{ state: 'on-account', lines: 1 }, { state: 'rejected', lines: 1 }]); // prettier-ignore
  expect(again?.rejected).toMatchObject([{ line: 2, reason: 'key-reused' }]);
  // Its key is another payment's now: what is on the paper is entered under a key of the line.
  expect((await enter(entry(again?.file.id ?? '', { memo }))).kind).toBe('entered');
});

test('of many who decide at once one does', async () => {
  const { number: memo } = await room.holder();
  const fileId = await unread();
  const pool = openDatabase(server.url, { max: 8, connectMs: 15_000, statementMs: 15_000 });
  const entries = Array.from({ length: 5 }, (_, n) => ({ ...entry(fileId, { memo }), agentId: `a${n}` }));
  const moved = await room.moved(async () => {
    const ends = await Promise.all([...entries.map((order) => enter(order, pool)), dismiss(act(fileId), pool)]);
    expect(ends.filter(({ kind }) => kind === 'entered' || kind === 'dismissed')).toHaveLength(1);
    expect(ends.filter(({ kind }) => kind === 'wrong-state')).toHaveLength(5);
  });
  await pool.destroy();
  const [[state] = []] = await statesOf(fileId);
  expect(moved).toEqual(state === 'dismissed' ? {} : { holder: 2_500, 'cheque-clearing': -2_500 });
});

test('who enters a line that is being dismissed waits, and enters nothing', async () => {
  const { number: memo } = await room.holder();
  const fileId = await unread();
  const pool = openDatabase(server.url, { max: 2, connectMs: 15_000, statementMs: 15_000 });
  const waiting = sql<{ many: number }>`select count(*)::int as many from pg_locks where not granted`;
  let entering: ReturnType<typeof enter> | undefined;
  const moved = await room.moved(async () => {
    await server.db.transaction().execute(async (trx) => {
      await decideLine(trx, { fileId, line: 2 }, { byId: 'a1', reason: 'a blank', at: room.at });
      entering = enter(entry(fileId, { memo }), pool);
      await vi.waitFor(async () => expect((await waiting.execute(trx)).rows).toEqual([{ many: 1 }]), 15_000);
    });
    expect(await entering).toMatchObject({ kind: 'wrong-state', line: { state: 'dismissed' } });
  });
  await pool.destroy();
  expect(moved).toEqual({});
});

test('nobody decides without a name and a reason, or about what is not rejected', async () => {
  const { number: memo } = await room.holder();
  const fileId = await load(itemLine({ memo, serial: `GOOD${boxes}` }));
  const order = entry(fileId, { memo });
  const codes = async (over: Partial<LineEntry>) => [
    await enter({ ...order, ...over }),
    await dismiss({ ...act(fileId), ...over }),
  ];
  for (const answer of await codes({ agentId: '' })) expect(answer).toMatchObject({ code: 'agent-missing' });
  for (const answer of await codes({ reason: ' ' })) expect(answer).toMatchObject({ code: 'reason-missing' });
  for (const answer of await codes({ line: 9 })) expect(answer).toMatchObject({ code: 'unknown-line' });
  for (const answer of await codes({})) expect(answer).toMatchObject({ kind: 'wrong-state', line: { state: 'on-account' } }); // prettier-ignore
});

test('the database takes no line without an item that nobody rejected, and no decision without who, when and why', async () => {
  const fileId = await unread();
  const broken = (set: UpdateObject<Schema, 'lockboxLine'>) =>
    server.db.updateTable('lockboxLine').set(set).where('fileId', '=', fileId).execute().then(() => 'taken', brokenConstraint); // prettier-ignore
  const decided = { decidedById: 'a2', decisionReason: 'seen', decidedAt: room.at };
  expect(await broken({ state: 'waiting' })).toBe('lockbox_line_read');
  expect(await broken({ state: 'dismissed' })).toBe('lockbox_line_decided');
  expect(await broken({ state: 'dismissed', ...decided, decisionReason: null })).toBe('lockbox_line_decided');
  expect(await broken(decided)).toBe('lockbox_line_decided');
  expect(await broken({ state: 'dismissed', ...decided, reason: null })).toBe('lockbox_line_reason');
  expect(await broken({ state: 'entered', ...decided })).toBe('lockbox_line_paid');
});
