import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type * as files from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import type { Database } from '#db/connect.ts';
import { MovedClock } from '../testing/moved-clock.ts';
import { NoteSpool } from './note-spool.ts';

/** A disk on which no folder can be made durable. */
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof files>();
  const open: typeof real.open = async (path, flags, mode) => {
    const handle = await real.open(path, flags, mode);
    if (flags === 'r') handle.sync = () => Promise.reject(new Error('EIO'));
    return handle;
  };
  return { ...real, open };
});

it('a note whose folder cannot be made durable is not kept, and nobody finds it later', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'homeline-notes-'));
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const clock = new MovedClock();
  const notes = await NoteSpool.open({ folder, db: {} as Database, clock, log: quiet });
  await expect(notes.keep('c', { kind: 'recordingBegan', id: 'c', at: clock.now() })).rejects.toThrow('EIO');
  expect([notes.size, await readdir(folder)]).toEqual([0, []]);
  await rm(folder, { recursive: true });
});
