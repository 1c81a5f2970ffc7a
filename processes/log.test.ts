import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { logOptions, openLog } from './log.ts';

const secrets = ['pin', 'password', 'passcode', 'secret', 'ha1', 'authToken', 'authorization', 'cardNumber', 'cvc'];

test.each(secrets)('no %s is ever in a line, wherever in an object it stands', (name) => {
  const lines: string[] = [];
  const log = pino(logOptions('test', 'info'), { write: (line: string) => void lines.push(line) });
  const value = 'not to be seen';
  log.info({ [name]: value, user: 'home1' }, 'said');
  log.info({ caller: { [name]: value, user: 'home1' } }, 'said');
  log.info({ request: { caller: { [name]: value, user: 'home1' } } }, 'said');
  log.error({ err: Object.assign(new Error('refused'), { [name]: value }) }, 'said');
  expect(lines).toHaveLength(4);
  for (const line of lines) expect(line).not.toContain(value);
  for (const line of lines.slice(0, 3)) expect(line).toContain('home1');
});

test('a log is a file of its process, whose lines are there at once, from its level on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'homeline-log-'));
  const log = openLog('ivr', 'warn', join(folder, 'logs'));
  log.info({}, 'too little');
  log.warn({ call: 'c' }, 'enough');
  const lines = (await readFile(join(folder, 'logs', 'ivr.log'), 'utf8')).trim().split('\n');
  await rm(folder, { recursive: true });
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([{ name: 'ivr', call: 'c', msg: 'enough' }]);
});
