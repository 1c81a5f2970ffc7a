import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { closeAccount, openAccount } from './accounts.ts';
import { activeBlock, blockHistory, liftBlock, placeBlock, type Actor } from './blocks.ts';
import { up } from './migrations/0029-closing-blocks.ts';
import { startTestDatabase, type TestDatabase } from './testing.ts';

let server: TestDatabase;
const at = new Date('2026-05-01T12:00:00Z');
let last = 1_000;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

/** A number that only its account's state kept from being called, as it was before. */
async function closedNumber(): Promise<string> {
  const [id, number] = [randomUUID(), `+1415555${++last}`];
  await openAccount(server.db, { id, numbers: [number], at });
  await closeAccount(server.db, id, at);
  return number;
}
const place = (number: string, by: Actor['kind']) =>
  placeBlock(server.db, { number, scope: 'all', by: { kind: by }, reason: 'r', at });
const blocked = async (number: string) => (await activeBlock(server.db, number, 'all'))?.placed.by.kind;
const migrated = () => server.db.transaction().execute((trx) => up(trx as unknown as Kysely<unknown>));

test('a number of an account that was closed before gets the block of it, in place of one an account could lift', async () => {
  const [bare, byWeb] = [await closedNumber(), await closedNumber()];
  await place(byWeb, 'web');
  await migrated();
  expect([await blocked(bare), await blocked(byWeb)]).toEqual(['closing', 'closing']);
  const [block] = await blockHistory(server.db, bare);
  expect(block).toMatchObject({ scope: 'all', placed: { at, reason: 'account closed' } });
  await migrated();
  expect(await blockHistory(server.db, byWeb)).toHaveLength(2);
});

test('a block of closing that an agent has lifted stays lifted; who came back with an account is not blocked', async () => {
  const [lifted, back, open] = [await closedNumber(), await closedNumber(), `+1415555${++last}`];
  await place(lifted, 'closing');
  const there = await activeBlock(server.db, lifted, 'all');
  await liftBlock(server.db, there?.id ?? '', { by: { kind: 'agent', id: 'a1' }, reason: 'verified', at });
  await openAccount(server.db, { id: randomUUID(), numbers: [back], at });
  await openAccount(server.db, { id: randomUUID(), numbers: [open], at });
  await migrated();
  expect([await blocked(lifted), await blocked(back), await blocked(open)]).toEqual([undefined, undefined, undefined]);
});
