import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { facilities } from '#db/seed/demo-world.ts';
import { NpmStart, running } from '#processes/testing/npm-start.ts';
import { recordShortPrompts } from './short-prompts.ts';

// Every process of the platform begins here, on a machine that may be busy.
vi.setConfig({ testTimeout: 180_000 });

const artist = join(import.meta.dirname, '..', 'var', 'short-prompts');
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeline-start-'));
  // As root, PostgreSQL runs as another user, who must be able to enter.
  await chmod(folder, 0o711);
  await recordShortPrompts(artist, facilities);
});
afterEach(async () => {
  for (const { pid } of await running(folder)) process.kill(pid, 'SIGKILL');
  await rm(folder, { recursive: true });
});

async function freePort(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return String(port);
}

test('npm start tells what to dial and as whom; SIGINT, and SIGTERM after it, end it in order, once, with all it started', async () => {
  // What is set to nothing is not set: the token is the one that was made and kept.
  const line = { FAMILY_LINE_NUMBER: '+18669490290' };
  const settings = { ARTIST_FOLDER: artist, DRAIN_SECONDS: '1', API_PORT: await freePort(), API_TOKEN: '', ...line };
  const start = new NpmStart(folder, settings);
  await start.saying('console is at');
  await start.saying('supervisor\n');
  await start.saying('At the first sign-in Sam Reed sets up a code');
  const { API_TOKEN: token } = JSON.parse(await readFile(join(folder, 'secrets.json'), 'utf8')) as Record<
    string,
    string
  >;
  const calls = await fetch(`http://127.0.0.1:${settings.API_PORT}/v1/calls`, {
    headers: { authorization: `Bearer ${token ?? ''}` },
  });
  expect(calls.status).toBe(200);
  const [, username, password] = /user (ana) +password (\S+) +agent\n/.exec(start.said) ?? [];
  const signIn = await fetch(`http://127.0.0.1:${settings.API_PORT}/v1/staff/sessions`, {
    ...{
      method: 'POST',
      body: JSON.stringify({ username, password }),
      headers: { 'content-type': 'application/json' },
    },
  });
  expect([signIn.status, ((await signIn.json()) as { agentId?: string }).agentId]).toEqual([201, 'demo-ana']);

  start.kill('SIGINT');
  await start.saying('No new calls');
  start.kill('SIGTERM');
  const { code, left, out, err } = await start.ended;
  expect([code, left, err]).toEqual([0, [], '']);
  expect(out).toMatch(/Homeline serves SIP on 127\.0\.0\.1:\d+ \(UDP; TCP at port \d+\)/);
  expect(out).toContain(`The API is at http://127.0.0.1:${settings.API_PORT}/openapi.json`);
  expect(out).toMatch(
    /At home press 1 to accept.*\nTo pay.* dial from a home phone: sip:\+18669490290@127\.0\.0\.1:\d+\n/,
  );
  for (const shown of [/ {2}\S.* user inside1 +password \S+/, /user home1 +password \S+ +answers \+1\d{10}/, / 4821 /])
    expect(out).toMatch(shown);
  expect(out.match(/No new calls/g)).toHaveLength(1);
});
