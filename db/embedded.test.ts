import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openDatabase } from './connect.ts';
import { canLiveIn, EmbeddedPostgresError, startEmbeddedPostgres } from './embedded.ts';
import { fastPlace } from './testing.ts';
import { birthOf, readPidFile } from './embedded/postmaster.ts';

// A real server on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(await fastPlace(), 'homeline-embedded-'));
  await chmod(folder, 0o711);
});
afterAll(() => rm(folder, { recursive: true }));

const ask = async <T>(url: string, statement: string): Promise<T[]> => {
  const db = openDatabase(url, { max: 1 });
  try {
    return (await sql<T>`${sql.raw(statement)}`.execute(db)).rows;
  } finally {
    await db.destroy();
  }
};

const serverPid = async (cluster = join(folder, 'data')) => (await readPidFile(cluster))?.pid ?? 0;

test(
  'the first start makes a UTF-8 cluster on loopback that writes through to the disk',
  { timeout: 30_000 },
  async () => {
    const server = await startEmbeddedPostgres({ folder });
    try {
      const url = new URL(server.url);
      expect(url.hostname).toBe('127.0.0.1');
      expect(url.password.length).toBeGreaterThanOrEqual(24);
      const settings =
        'listen_addresses,server_encoding,fsync,synchronous_commit,unix_socket_directories,password_encryption';
      const rows = await ask<{ name: string; setting: string }>(
        server.url,
        `select name, setting from pg_settings where name in ('${settings.replaceAll(',', "','")}') order by name`,
      );
      expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
        fsync: 'on',
        listen_addresses: '127.0.0.1',
        password_encryption: 'scram-sha-256',
        server_encoding: 'UTF8',
        synchronous_commit: 'on',
        unix_socket_directories: '',
      });
      expect((await stat(join(folder, 'data'))).mode & 0o777).toBe(0o700);
      expect((await readdir(folder)).sort()).toEqual(['data', 'owner.json']);
    } finally {
      await server.stop();
    }
  },
);

test('a second start on the same folder uses the running server and does not stop it', async () => {
  const first = await startEmbeddedPostgres({ folder });
  const second = await startEmbeddedPostgres({ folder });
  expect(second.url).toBe(first.url);
  await second.stop();
  expect(await ask(first.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  const pid = await serverPid();
  await first.stop();
  expect(await birthOf(pid)).toBeUndefined();
});

test(
  'what was committed is there after the server was killed, and the next start finds its way',
  { timeout: 30_000 },
  async () => {
    const server = await startEmbeddedPostgres({ folder });
    await ask(server.url, 'create table kept as select 7 as number');
    process.kill(await serverPid(), 'SIGKILL');
    const again = await startEmbeddedPostgres({ folder });
    try {
      expect(await ask(again.url, 'select number from kept')).toEqual([{ number: 7 }]);
    } finally {
      await again.stop();
      await server.stop();
    }
  },
);

test(
  'a server whose starter was killed is adopted, and stopped by the one that adopts it',
  { timeout: 30_000 },
  async () => {
    const program = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'embedded.ts')).href)});
    console.log((await startEmbeddedPostgres({ folder: ${JSON.stringify(folder)} })).url);
    setInterval(() => {}, 1000);`;
    const starter = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(starter.stdout, 'data')) as [Buffer];
    starter.kill('SIGKILL');
    await once(starter, 'exit');

    const adopted = await startEmbeddedPostgres({ folder });
    expect(adopted.url).toBe(line.toString().trim());
    const pid = await serverPid();
    await adopted.stop();
    expect(await birthOf(pid)).toBeUndefined();
  },
);

test('two starts at once on an empty folder end with one server', async () => {
  const empty = join(folder, 'twice');
  const both = await Promise.all([startEmbeddedPostgres({ folder: empty }), startEmbeddedPostgres({ folder: empty })]);
  expect(both[0].url).toBe(both[1].url);
  await Promise.all(both.map((server) => server.stop()));
  expect(await serverPid(join(empty, 'data'))).toBe(0);
});

test('a folder of another version is left as it is, and it is said which and what to do', async () => {
  const old = join(folder, 'old');
  await mkdir(join(old, 'data'), { recursive: true, mode: 0o711 });
  await writeFile(join(old, 'data', 'PG_VERSION'), '15\n');
  const start = startEmbeddedPostgres({ folder: old });
  await expect(start).rejects.toThrow(EmbeddedPostgresError);
  await expect(start).rejects.toThrow(
    /\/old\/data was made by PostgreSQL 15, and this is PostgreSQL 18, which cannot read it\. .*another VAR_FOLDER/,
  );
  expect(await readdir(join(old, 'data'))).toEqual(['PG_VERSION']);
  expect(await readFile(join(old, 'data', 'PG_VERSION'), 'utf8')).toBe('15\n');
});

test('a taken port is said plainly', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const start = startEmbeddedPostgres({ folder, port });
  await expect(start).rejects.toThrow(
    new EmbeddedPostgresError(`Port ${port} on 127.0.0.1 is taken; PostgreSQL needs another (or 0 for any).`),
  );
  taken.close();
});

test.runIf(process.getuid?.() === 0)('as root, a folder that nobody may enter is refused with advice', async () => {
  const closed = join(folder, 'closed');
  await mkdir(closed, { mode: 0o700 });
  expect(await canLiveIn(join(closed, 'postgres'))).toBe(false);
  expect(await canLiveIn(join(folder, 'postgres'))).toBe(true);
  const start = startEmbeddedPostgres({ folder: join(closed, 'postgres') });
  await expect(start).rejects.toThrow(`that user may not enter ${closed}. Keep its data elsewhere`);
});
