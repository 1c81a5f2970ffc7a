import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { NOBODY } from '#db/embedded/identity.ts';
import { listFacilities } from '#db/facilities.ts';
import type { TestDatabase } from '#db/testing.ts';
import { startTestDatabase } from '#db/testing.ts';
import type { Ended } from './testing/npm-start.ts';
import { NpmStart, running } from './testing/npm-start.ts';

// Every process of the platform begins here, on a machine that may be busy.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

let database: TestDatabase;
beforeAll(async () => void (database = await startTestDatabase()));
afterAll(() => database.stop());

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeline-start-'));
  // As root, PostgreSQL runs as another user, who must be able to enter.
  await chmod(folder, 0o711);
});
afterEach(async () => {
  for (const { pid } of await running(folder)) process.kill(pid, 'SIGKILL');
  await rm(folder, { recursive: true });
});

/** `npm start` with these settings, until it has ended. */
const started = (settings: Record<string, string>, through?: readonly string[]): Promise<Ended> =>
  new NpmStart(folder, settings, through).ended;

/** It said one line, ended with 1, and left nothing running; nothing that its processes said is told twice. */
function expectRefused(ended: Ended, line: RegExp): void {
  const said = ended.err.trimEnd();
  expect(said).toMatch(line);
  expect(said).not.toContain('\n');
  expect(ended).toMatchObject({ code: 1, left: [], out: 'Homeline: starting ...\n' });
}

test('a SIP port that is taken', async () => {
  const other = createSocket('udp4');
  other.bind(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address();
  const ended = await started({ DATABASE_URL: database.url, SIP_PORT: String(port) });
  expectRefused(
    ended,
    new RegExp(`^sip: port ${port} is in use by another program; stop that, or choose another port`),
  );
  other.close();
  // Who had been started before was stopped in order, and did not find itself alone.
  expect(await readFile(join(folder, 'log', 'media.log'), 'utf8')).toContain('"why":"SIGTERM"');
  // A database that is given gets no demonstration people.
  expect(await listFacilities(database.db)).toEqual([]);
});

test('a data folder of another PostgreSQL version', async () => {
  const cluster = join(folder, 'postgres', 'data');
  await mkdir(cluster, { recursive: true, mode: 0o711 });
  await writeFile(join(cluster, 'PG_VERSION'), '15\n');
  await writeFile(join(cluster, 'homeline.password'), 'of another time');
  if (process.getuid?.() === 0) await chown(cluster, NOBODY.uid, NOBODY.gid);
  const ended = await started({});
  expectRefused(
    ended,
    /^\S+\/postgres\/data was made by PostgreSQL 15, and this is PostgreSQL 18, which cannot read it\./,
  );
  expect(ended.err).not.toContain('of another time');
});

/** Whether a disk of our own can be mounted here, for one process alone. */
const mayMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', tmpdir()]).status === 0;

test.runIf(mayMount)('no room for what calls leave', async () => {
  await mkdir(join(folder, 'spool'));
  const full = 'mount -t tmpfs -o size=64k none "$VAR_FOLDER/spool" && exec "$0" "$@"';
  const ended = await started({ DATABASE_URL: database.url }, ['unshare', '-m', 'sh', '-c', full]);
  expectRefused(
    ended,
    /^ivr: there is no space left on the disk at \S+\/spool; free some, or choose another VAR_FOLDER$/,
  );
});

test.runIf(!mayMount)('a file where what calls leave is to lie', async () => {
  await writeFile(join(folder, 'spool'), '');
  const ended = await started({ DATABASE_URL: database.url });
  expectRefused(ended, /^jobs: a file stands where a folder must be at \S+\/spool\/\S+; move it, or choose another/);
});

test('a database address where nobody listens, and one where nobody answers', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  const closed = createServer().listen(0, '127.0.0.1');
  await Promise.all([once(silent, 'listening'), once(closed, 'listening')]);
  const urlOf = ({ port }: AddressInfo) => `postgres://us:not-to-be-seen@127.0.0.1:${port}/homeline`;
  const urls = [closed, silent].map((server) => urlOf(server.address() as AddressInfo));
  closed.close();
  const refused = async (url: string, code: string) => {
    const ended = await new NpmStart(join(folder, code), { DATABASE_URL: url }).ended;
    expectRefused(
      ended,
      new RegExp(`^the database does not answer \\(${code}\\); see that it runs, and that DATABASE_URL`),
    );
    expect(ended.err).not.toContain('not-to-be-seen');
  };
  const [none = '', mute = ''] = urls;
  await Promise.all([refused(none, 'ECONNREFUSED'), refused(mute, 'CONNECT_TIMEOUT')]);
  silent.close();
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s while it starts ends it at once', async (signal) => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const asked = once(silent, 'connection');
  const { port } = silent.address() as AddressInfo;
  const start = new NpmStart(folder, { DATABASE_URL: `postgres://us@127.0.0.1:${port}/homeline` });
  await asked;
  start.kill(signal);
  expect(await start.ended).toEqual({ code: 1, left: [], out: 'Homeline: starting ...\n', err: '' });
  silent.close();
});
