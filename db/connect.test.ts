import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openDatabase, type Database } from './connect.ts';
import { startTestDatabase, type TestDatabase } from './testing.ts';
import { brokenConstraint, classify, DatabaseUnavailable, isUnavailable } from './unavailable.ts';

// A real server on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no failure',
    (error: unknown) => error,
  );
const one = (db: Database) => sql<{ one: number }>`select 1 as one`.execute(db);
const fastFail = { connectMs: 300, statementMs: 300 };

test('during an outage a statement fails at once as unavailable, and after it the same database works again', async () => {
  const db = openDatabase(server.url, { max: 3 });
  await Promise.all([one(db), one(db), one(db)]);
  await server.crash();
  const started = performance.now();
  const failures = await Promise.all(Array.from({ length: 20 }, () => failureOf(one(db))));
  expect(performance.now() - started).toBeLessThan(8_000);
  expect(failures.every(isUnavailable)).toBe(true);
  await server.revive();
  expect((await Promise.all(Array.from({ length: 20 }, () => one(db)))).map((result) => result.rows)).toEqual(
    Array.from({ length: 20 }, () => [{ one: 1 }]),
  );
  await db.destroy();
});

test('a transaction that loses its connection is over: nothing of it runs outside', async () => {
  const db = openDatabase(server.url, { max: 1 });
  await sql`create table torn (step integer)`.execute(db);
  const torn = db.transaction().execute(async (trx) => {
    await sql`insert into torn values (1)`.execute(trx);
    await server.crash();
    await server.revive();
    await sql`insert into torn values (2)`.execute(trx);
  });
  expect(await failureOf(torn)).toBeInstanceOf(DatabaseUnavailable);
  expect((await sql`select step from torn`.execute(db)).rows).toEqual([]);
  await db.destroy();
});

test('a server killed again and again tears no transaction, and every failure is one that may be tried again', async () => {
  const db = openDatabase(server.url, { max: 6, connectMs: 1_000, statementMs: 1_000 });
  await sql`create table pairs (id integer generated always as identity, second boolean)`.execute(server.db);
  let over = false;
  let others = 0;
  const work = async () => {
    const pair = db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ id: number }>`insert into pairs default values returning id`.execute(trx);
      await sql`update pairs set second = true where id = ${rows[0]?.id}`.execute(trx);
    });
    await pair.catch((error: unknown) => (others += isUnavailable(error) ? 0 : 1));
  };
  const workers = Array.from({ length: 12 }, async () => {
    while (!over) await work();
  });
  for (let kill = 0; kill < 4; kill++) {
    await server.crash();
    await server.revive();
    await expect.poll(() => failureOf(one(db))).toBe('no failure');
  }
  over = true;
  await Promise.all(workers);
  const { rows } = await sql<{
    some: boolean;
    torn: number;
  }>`select count(*) > 0 as some, count(*) filter (where second is null)::int as torn from pairs`.execute(db);
  expect({ ...rows[0], others }).toEqual({ some: true, torn: 0, others: 0 });
  await db.destroy();
});

test('a server that takes connections and then says nothing is given up in time', async () => {
  const sockets = new Set<Socket>();
  const mute = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
  await once(mute, 'listening');
  const { port } = mute.address() as AddressInfo;
  const db = openDatabase(`postgres://a:b@127.0.0.1:${port}/c`, { max: 1, ...fastFail });
  const started = performance.now();
  const failure = await failureOf(one(db));
  expect(failure).toBeInstanceOf(DatabaseUnavailable);
  expect(performance.now() - started).toBeLessThan(5_000);
  await db.destroy();
  for (const socket of sockets) socket.destroy();
  mute.close();
});

test('a connection that falls silent in the middle of its life is cut at the deadline, and replaced', async () => {
  const { port, hostname } = new URL(server.url);
  let silent = false;
  const sockets = new Set<Socket>();
  const { connect } = await import('node:net');
  const between = createServer((near) => {
    const far = connect(Number(port), hostname);
    sockets.add(near).add(far);
    near.on('data', (bytes) => silent || far.write(bytes)).on('error', () => undefined);
    far.on('data', (bytes) => silent || near.write(bytes)).on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(between, 'listening');
  const url = new URL(server.url);
  url.port = String((between.address() as AddressInfo).port);
  const db = openDatabase(url.href, { max: 1, ...fastFail });
  await one(db);
  silent = true;
  expect(await failureOf(one(db))).toMatchObject({ name: 'DatabaseUnavailable', code: 'DEADLINE' });
  silent = false;
  expect((await one(db)).rows).toEqual([{ one: 1 }]);
  await db.destroy();
  for (const socket of sockets) socket.destroy();
  between.close();
});

test('a statement that takes too long is cancelled by the server, and its connection goes on', async () => {
  const db = openDatabase(server.url, { max: 1, ...fastFail });
  const pid = async () => (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)).rows[0]?.pid;
  const before = await pid();
  expect(await failureOf(sql`select pg_sleep(30)`.execute(db))).toMatchObject({
    name: 'DatabaseUnavailable',
    code: '57014',
  });
  expect(await pid()).toBe(before);
  await db.destroy();
});

test('who waits too long for a connection of the pool is told so, and the pool is whole afterwards', async () => {
  const db = openDatabase(server.url, { max: 1, connectMs: 100, statementMs: 5_000 });
  const outcome = await db.connection().execute(async (busy) => {
    const late = await failureOf(one(db));
    await one(busy);
    return late;
  });
  expect(outcome).toMatchObject({ name: 'DatabaseUnavailable', code: 'POOL_EXHAUSTED' });
  expect((await one(db)).rows).toEqual([{ one: 1 }]);
  await db.destroy();
});

test('who waits gets the place of a connection that was lost', async () => {
  const db = openDatabase(server.url, { max: 1, connectMs: 5_000 });
  const waiting = await db.connection().execute(async (busy) => {
    const next = one(db);
    await failureOf(sql`select pg_terminate_backend(pg_backend_pid())`.execute(busy));
    return { next };
  });
  expect((await waiting.next).rows).toEqual([{ one: 1 }]);
  await db.destroy();
});

test('a broken constraint is no outage, and is told by its name', async () => {
  await sql`create table picky (n integer constraint n_small check (n < 10))`.execute(server.db);
  const failure = await failureOf(sql`insert into picky values (11)`.execute(server.db));
  expect(isUnavailable(failure)).toBe(false);
  expect(brokenConstraint(failure)).toBe('n_small');
});

test('the password is in no error', async () => {
  const wrong = new URL(server.url);
  wrong.password = 'xyzzy-secret';
  const db = openDatabase(wrong.href, { max: 1 });
  const failure = await failureOf(one(db));
  expect(isUnavailable(failure)).toBe(false);
  expect((failure as { code?: string }).code).toBe('28P01');
  expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure)) + String((failure as Error).stack)).not.toContain(
    'xyzzy',
  );
  await db.destroy();
});

test.each([
  ['ECONNREFUSED', true],
  ['ENOTFOUND', true],
  ['CONNECT_TIMEOUT', true],
  ['CONNECTION_CLOSED', true],
  ['57P01', true],
  ['53300', true],
  ['40P01', true],
  ['40001', true],
  ['23505', false],
  ['42601', false],
  ['28P01', false],
  ['UNDEFINED_VALUE', false],
])('%s is an outage: %s', (code, outage) => {
  expect(isUnavailable(classify(Object.assign(new Error('x'), { code })))).toBe(outage);
});
