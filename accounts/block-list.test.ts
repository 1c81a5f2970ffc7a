import { randomUUID } from 'node:crypto';
import { closeAccount } from '#db/accounts.ts';
import { liftBlock, placeBlock, type Actor, type BlockScope } from '#db/blocks.ts';
import { saveFacility } from '#db/facilities.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { blockList, type BlockViewer } from './block-list.ts';
import { unblock } from './blocks.ts';
import { Desk, facility, freshNumber } from './enrolment/testing/desk.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let desk: Desk;
beforeAll(async () => {
  server = await startTestDatabase();
  desk = new Desk(server.db);
  await desk.furnish();
  for (const n of [1, 2, 3, 4])
    await saveFacility(server.db, {
      ...facility,
      number: undefined,
      id: `site-${n}`,
      name: `Site ${n}`,
      active: n !== 4,
    });
});
afterAll(() => server.stop());

const at = (day: number) => new Date(Date.UTC(2026, 3, day));
const site = (n: number) => ({ facilityId: `site-${n}` });
const place = (number: string, scope: BlockScope, by: Actor, day: number) =>
  placeBlock(server.db, { number, scope, by, reason: 'asked', at: at(day) });
const list = (number: string, by: BlockViewer, page: { limit?: number; cursor?: string } = {}) =>
  blockList(server.db, { number, by, limit: 10, ...page });
const agent = { kind: 'agent', id: 'a1' } as const;
const web = (accountId: string) => ({ kind: 'web', accountId }) as const;

test('the list of a number shows date, site and action, the newest first; all facilities as such (row 20)', async () => {
  const { accountId, number } = await desk.account();
  await place(number, site(1), { kind: 'called-party-key', callId: randomUUID() }, 1);
  await place(number, site(2), { kind: 'closing', id: 'before' }, 2);
  await place(number, 'all', { kind: 'phone-line' }, 3);
  await place(number, site(4), agent, 4);
  await place(freshNumber(), site(3), agent, 5);
  const line = (day: number, where: unknown) => ({
    ...{ id: expect.any(String) as string, placedAt: at(day), site: where },
    placedBy: expect.objectContaining({ kind: expect.any(String) as string }) as object,
  });
  const named = (n: number) => ({ ...site(n), name: `Site ${n}` });
  expect(await list(number, web(accountId))).toEqual({
    kind: 'blocks',
    lines: [
      { ...line(4, named(4)), action: 'unblock' },
      { ...line(3, 'all'), action: 'unblock' },
      line(2, named(2)),
      { ...line(1, named(1)), action: 'unblock' },
    ],
  });
  const actions = async (by: BlockViewer) => {
    const shown = await list(number, by);
    return shown.kind === 'blocks' ? shown.lines.map(({ action }) => action) : shown.reason;
  };
  expect(await actions(agent)).toEqual(['unblock', 'unblock', 'unblock', 'unblock']);
  expect(await actions({ kind: 'phone-line', accountId })).toEqual([undefined, undefined, undefined, undefined]);
});

test('a line is offered exactly when it can be lifted', async () => {
  const { accountId, number } = await desk.account();
  await place(number, site(1), { kind: 'web', id: 'user-1' }, 1);
  await place(number, site(2), { kind: 'closing', id: 'before' }, 2);
  await place(number, 'all', agent, 3);
  const shown = await list(number, web(accountId));
  if (shown.kind !== 'blocks') throw new Error(shown.reason);
  for (const { site: where, action } of shown.lines) {
    const scope = where === 'all' ? where : { facilityId: where.facilityId };
    const lifted = await unblock(server.db, { number, scope, by: { kind: 'web', id: 'u' }, reason: 'asked' });
    expect(lifted.kind === 'lifted').toBe(action === 'unblock');
  }
  expect(await list(number, web(accountId))).toMatchObject({ lines: [{ site: { facilityId: 'site-2' } }] });
});

test('pages follow each other without a gap, whatever is placed and lifted between them', async () => {
  const { accountId, number } = await desk.account();
  for (const n of [1, 2, 3, 4]) await place(number, site(n), { kind: 'web' }, n);
  const first = await list(number, web(accountId), { limit: 2 });
  if (first.kind !== 'blocks' || first.next === undefined) throw new Error('There is another page.');
  expect(first.lines.map((line) => line.placedAt)).toEqual([at(4), at(3)]);
  const rest = { kind: 'blocks', lines: [{ placedAt: at(2) }, { placedAt: at(1) }] };
  expect(await list(number, web(accountId), { limit: 2, cursor: first.next })).toMatchObject(rest);
  await place(number, 'all', { kind: 'web' }, 5);
  await liftBlock(server.db, first.next, { by: agent, reason: 'asked' });
  const second = await list(number, web(accountId), { limit: 2, cursor: first.next });
  expect(second).toMatchObject(rest);
  expect(second).not.toHaveProperty('next');
  for (const cursor of ['0', 'x', '-1', '1'.repeat(19)])
    expect(await list(number, agent, { cursor })).toEqual({ kind: 'refused', reason: 'bad-cursor' });
});

test('a holder sees the numbers of their own open account alone; an agent sees every number', async () => {
  const [mine, other] = [await desk.account(), await desk.account()];
  await place(other.number, 'all', agent, 1);
  const notYours = { kind: 'refused', reason: 'not-your-number' };
  expect(await list(other.number, web(mine.accountId))).toEqual(notYours);
  expect(await list(freshNumber(), web(mine.accountId))).toEqual(notYours);
  expect(await list(mine.number, web(mine.accountId))).toEqual({ kind: 'blocks', lines: [] });
  expect(await list(freshNumber(), agent)).toEqual({ kind: 'blocks', lines: [] });
  expect(await list(other.number, agent)).toMatchObject({ lines: [{ site: 'all', action: 'unblock' }] });
  await closeAccount(server.db, other.accountId, at(2));
  expect(await list(other.number, web(other.accountId))).toEqual(notYours);
});
