import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { blockByKey, unblock } from '#accounts/blocks.ts';
import { activeBlock, blockHistory } from '#db/blocks.ts';
import { callReport } from '#db/calls.ts';
import { findRecording } from '#db/recordings.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { isUnavailable } from '#db/unavailable.ts';
import { MovedClock } from '../testing/moved-clock.ts';
import type { CallNote } from './call-note.ts';
import { noteText, readNote } from './call-note.ts';
import { NoteSpool } from './note-spool.ts';

// A real server on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let folder: string;
let clock: MovedClock;
const logged: { readonly level: string; readonly fields: object }[] = [];
let told = (_fields: object): void => undefined;
const log = {
  info: (fields: object) => told(fields),
  warn: () => undefined,
  error: (fields: object) => void logged.push({ level: 'error', fields }),
};
beforeAll(async () => {
  server = await startTestDatabase();
  await seedDemo(server.db, { pinPepper: 'pepper', realm: 'homeline', now: new Date() });
});
afterAll(() => server.stop());
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'homeline-notes-')), 'notes');
  clock = new MovedClock();
  logged.length = 0;
  told = () => undefined;
  return () => rm(join(folder, '..'), { recursive: true });
});

const open = () => NoteSpool.open({ folder, db: server.db, clock, log });
const at = (second: number) => new Date(Date.UTC(2026, 10, 1, 12, 0, second));
const number = '+12135550177';

/** A whole call, as its process would note it. */
const notesOf = (callId: string): CallNote[] => [
  {
    kind: 'opened',
    ...{ id: callId, facilityId: 'valley-view', stationId: 'valley-view-trunk', node: 'n', offHookAt: at(0) },
    callerLeg: { sipCallId: `sip ${callId}` },
  },
  {
    kind: 'journal',
    events: [{ callId, seq: 0, at: at(1), kind: 'begun', data: { name: 'É "1"', at: at(1).toISOString() } }],
  },
  { kind: 'number', callId, number, at: at(2) },
  { kind: 'recordingIntended', id: callId, callId, spoolPath: `/spool/${callId}.wav`, channels: 2, at: at(3) },
  { kind: 'leg', callId, side: 'outside', sipCallId: `out ${callId}`, dialogId: 'd' },
  { kind: 'recordingBegan', id: callId, at: at(4) },
  {
    kind: 'recorded',
    id: callId,
    file: { sha256: 'a'.repeat(64), bytes: 1, seconds: 2.5, repaired: false, at: at(9) },
  },
  { kind: 'blocked', number, facilityId: 'valley-view', callId, at: at(5) },
  {
    kind: 'closed',
    callId,
    ending: {
      ...{ disposition: 'talked', endedBy: 'outside', cause: 'bye', q850: 16, acceptedKey: '1', acceptedAt: at(6) },
      states: { offHook: at(0), talking: at(7), done: at(8) },
    },
  },
];

const expectWhole = async (callId: string) => {
  const report = await callReport(server.db, callId);
  expect(report?.call).toMatchObject({
    ...{ disposition: 'talked', number, closedAt: at(8), acceptedAt: at(6) },
    states: { offHook: at(0), talking: at(7), done: at(8) },
  });
  expect(report?.events).toMatchObject([{ seq: 0, at: at(1), kind: 'begun', data: { name: 'É "1"' } }]);
  expect(await findRecording(server.db, callId)).toMatchObject({ state: 'finished', startedAt: at(4) });
  expect((await activeBlock(server.db, number, { facilityId: 'valley-view' }))?.placed).toMatchObject({ at: at(5) });
};

const lift = () =>
  unblock(server.db, { number, scope: { facilityId: 'valley-view' }, by: { kind: 'agent', id: 'a' }, reason: 'asked' });

describe('notes that wait on disk', () => {
  it('are for this user alone, whole, and in the database in order once that is back', async () => {
    const callId = randomUUID();
    const notes = await open();
    for (const note of notesOf(callId)) await notes.keep(callId, note);
    const files = await readdir(folder);
    expect(files).toHaveLength(9);
    for (const file of files) expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect([notes.size, notes.holds(callId), notes.holds('another')]).toEqual([9, true, false]);
    await notes.deliver();
    await expectWhole(callId);
    expect([notes.size, notes.holds(callId), await readdir(folder)]).toEqual([0, false, []]);
    await lift();
    notes.close();
  });

  it('are taken up by whoever starts next, in order, whatever the number of their files', async () => {
    const callId = randomUUID();
    const dead = await open();
    dead.close();
    for (const note of notesOf(callId)) await dead.keep(callId, note);
    // Half a file, of a process that died while it wrote.
    await writeFile(join(folder, `00000099.${callId}.json.part`), '{"kind":"clo');
    const next = await open();
    expect(next.size).toBe(9);
    await next.keep(callId, { kind: 'recordingBegan', id: callId, at: at(1) });
    expect(
      (await readdir(folder))
        .filter((file) => file.endsWith('.json'))
        .sort()
        .at(-1),
    ).toMatch(/^00000009\./);
    await next.deliver();
    await expectWhole(callId);
    await lift();
    next.close();
  });

  it('may be delivered twice: a process can die between the database and the disk; a block that was lifted stays lifted', async () => {
    const callId = randomUUID();
    for (let time = 1; time <= 2; time++) {
      const notes = await open();
      for (const note of notesOf(callId)) await notes.keep(callId, note);
      await notes.deliver();
      if (time === 1) await expectWhole(callId);
      if (time === 1) await lift();
      notes.close();
    }
    expect(await activeBlock(server.db, number, { facilityId: 'valley-view' })).toBeUndefined();
    const pressedAgain = { number, facilityId: 'valley-view', callId, at: at(20) };
    expect(await blockByKey(server.db, pressedAgain)).toBe('placed');
    await lift();
  });

  it('wait until the database is back, and are looked after every two seconds', async () => {
    const callId = randomUUID();
    const notes = await open();
    for (const note of notesOf(callId)) await notes.keep(callId, note);
    expect(clock.waits).toEqual([2_000]);
    await server.crash();
    await expect(notes.deliver()).rejects.toSatisfy(isUnavailable);
    const again = clock.asked(2_000);
    await clock.move(2_000);
    await again;
    expect(notes.size).toBe(9);
    await server.revive();
    const delivered = new Promise<object>((resolve) => (told = resolve));
    await clock.move(2_000);
    expect(await delivered).toEqual({ notes: 9 });
    await expectWhole(callId);
    expect([notes.size, clock.waits, logged]).toEqual([0, [], []]);
    await lift();

    await notes.keep(callId, { kind: 'recordingBegan', id: callId, at: at(4) });
    expect(clock.waits).toEqual([2_000]);
    notes.close();
    expect(clock.waits).toEqual([]);
  });

  it('that a rule refuses, or that are none, are set aside and logged; the others go on', async () => {
    const [unknown, callId] = [randomUUID(), randomUUID()];
    const notes = await open();
    await notes.keep(unknown, { kind: 'number', callId: unknown, number, at: at(1) });
    for (const note of notesOf(callId)) await notes.keep(callId, note);
    await writeFile(join(folder, `00000000.${unknown}.json`), 'no note');
    await notes.deliver(unknown);
    expect(notes.holds(unknown)).toBe(false);
    expect(notes.size).toBe(9);
    const aside = `00000000.${unknown}.json.refused`;
    expect(await readFile(join(folder, aside), 'utf8')).toBe('no note');
    expect(logged).toMatchObject([{ fields: { call: unknown, file: `00000000.${unknown}.json` } }]);
    await notes.keep(unknown, { kind: 'number', callId: unknown, number, at: at(1) });
    await notes.deliver();
    expect(logged).toHaveLength(2);
    await expectWhole(callId);
    expect((await readdir(folder)).filter((file) => !file.endsWith('.refused'))).toEqual([]);
    expect((await blockHistory(server.db, number)).filter(({ lifted }) => lifted === undefined)).toHaveLength(1);
    await lift();
    notes.close();
  });

  it('are not kept when the disk does not take them', async () => {
    const notes = await open();
    await rm(folder, { recursive: true });
    await expect(notes.keep('c', { kind: 'recordingBegan', id: 'c', at: at(1) })).rejects.toMatchObject({
      code: 'ENOENT',
    });
    expect([notes.size, clock.waits]).toEqual([0, []]);
  });
});

it('a note is the same after it was text, times as times', () => {
  for (const note of notesOf('c')) expect(readNote(noteText(note))).toEqual(note);
  for (const text of ['', '{', 'null', '1', '{"kind":"toString"}', '{"kind":1}', '[]'])
    expect(readNote(text)).toBeUndefined();
});
