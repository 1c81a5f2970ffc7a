import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { programAt } from '#processes/program.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { signIn } from './sign-in.ts';
import { Home, PASSWORD } from './testing/home.ts';
import { verifyByLink } from './verify.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const email = 'ines@example.com';
let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

/** Guesses in a process of its own, and tells how that ended. */
async function guess(at: { readonly email: string } | { readonly token: string }): Promise<unknown> {
  const { execArgv, path } = await programAt(join(import.meta.dirname, 'testing', 'dying-guesser.ts'));
  const order = JSON.stringify({ url: server.url, password: 'Wrong-Horse-7', ...at });
  const child = spawn(process.execPath, [...execArgv, path, order], { stdio: ['pipe', 'ignore', 'inherit'] });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return signal ?? code;
}

test('whoever kills the process as it looks at a password has guessed all the same', async () => {
  const home = new Home(server.db);
  const deps = await home.deps();
  await home.registered(email);
  expect(await guess({ email })).toBe('SIGKILL');
  expect((await signIn(server.db, deps, { email, password: PASSWORD })).kind).toBe('locked');

  const other = `other-${email}`;
  await home.submitted(other);
  const { token } = await home.mailed(other);
  expect(await guess({ token })).toBe('SIGKILL');
  expect((await verifyByLink(server.db, deps, { token, password: PASSWORD })).kind).toBe('no-tries-left');
});
