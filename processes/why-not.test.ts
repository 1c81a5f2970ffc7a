import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { DatabaseUnavailable } from '#db/unavailable.ts';
import { whyNot } from './why-not.ts';

const failed = (code: string, more: object = {}) => Object.assign(new Error(`${code}: text`), { code, ...more });

test.each([
  [
    failed('ENOSPC', { path: '/var/x' }),
    'there is no space left on the disk at /var/x; free some, or choose another VAR_FOLDER',
  ],
  [failed('ENOSPC'), 'there is no space left on the disk; free some, or choose another VAR_FOLDER'],
  [
    failed('EACCES', { path: '/x' }),
    'this user may not write at /x; give it the right to, or choose another VAR_FOLDER',
  ],
  [failed('EROFS'), 'this user may not write; give it the right to, or choose another VAR_FOLDER'],
  [failed('EACCES', { port: 443 }), /^this user may not use port 443; choose one above 1023/],
  [failed('EADDRINUSE', { port: 5060 }), /^port 5060 is in use by another program; stop that, or choose another port/],
  [failed('ENOTDIR', { path: '/x/y' }), /^a file stands where a folder must be at \/x\/y; move it/],
  [failed('EEXIST', { path: '/x' }), /^a file stands where a folder must be at \/x; move it/],
  [
    new DatabaseUnavailable('ECONNREFUSED'),
    'the database does not answer (ECONNREFUSED); see that it runs, and that DATABASE_URL, where it is set, says where',
  ],
  [new Error('one\n  two\n'), 'one two'],
  ['text\nmore', 'text more'],
])('%s is one line: %s', (error, line) => {
  const said = whyNot(error);
  expect(said).toMatch(line);
  expect(said).not.toContain('\n');
});

test('a port that is taken is named as the system names it', async () => {
  const first = createServer().listen(0, '127.0.0.1');
  await once(first, 'listening');
  const { port } = first.address() as { port: number };
  const second = createServer().listen(port, '127.0.0.1');
  const [error] = (await once(second, 'error')) as [Error];
  expect(whyNot(error)).toContain(`port ${port} is in use`);
  first.close();
});
