import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { DarkroomBusy, DarkroomProcess, type DarkroomOptions } from './darkroom.ts';
import { picture } from './testing/pictures.ts';
import { animated } from './testing/spoilt.ts';

vi.setConfig({ testTimeout: 60_000 });

const hanging = fileURLToPath(new URL('./testing/hanging-darkroom.ts', import.meta.url));
let darkroom: DarkroomProcess;
const open = (options: DarkroomOptions = {}) => (darkroom = new DarkroomProcess(options));
afterEach(() => darkroom.close());

const of = (first: number) => Buffer.from([first, 2, 3]);

test('pictures are made anew in another process, one after the other, whatever became of the one before', async () => {
  open();
  const [good, bad] = [await picture('png'), animated(await picture('png'))];
  const made = await Promise.all([
    darkroom.remake(good, 'image/png'),
    darkroom.remake(bad, 'image/png'),
    darkroom.remake(Buffer.from('<svg/>'.repeat(9)), 'image/png'),
    darkroom.remake(good, 'image/png'),
  ]);
  expect(made.map((one) => (one.kind === 'remade' ? [one.width, one.height] : one.fault))).toEqual([
    ...[[800, 600], 'several-pictures', 'not-as-declared', [800, 600]],
  ]);
  expect(made.map((one) => one.kind === 'remade' && Buffer.isBuffer(one.jpeg))).toEqual([true, false, false, true]);
});

test('one that takes too long is refused, and the next is looked at by a new process', async () => {
  open({ path: hanging, limitMs: 2_000 });
  const [first, second] = [darkroom.remake(of(0), 'image/png'), darkroom.remake(of(9), 'image/png')];
  expect(await first).toEqual({ kind: 'refused', fault: 'not-decodable' });
  await expect(second).rejects.toThrow('could not be looked at');
});

test('a process that dies is an error of ours, and the next is looked at', async () => {
  open({ path: hanging });
  await expect(darkroom.remake(of(1), 'image/png')).rejects.toThrow('ended with 7');
  await expect(darkroom.remake(of(9), 'image/png')).rejects.toThrow('could not be looked at');
});

test('it knows none of our secrets', async () => {
  vi.stubEnv('DOCUMENT_KEYS', 'a secret');
  open({ path: hanging });
  await expect(darkroom.remake(of(9), 'image/png')).rejects.toThrow(/knows $/);
  vi.unstubAllEnvs();
});

test('more than can wait are turned away, and only as long as they wait', async () => {
  open({ path: hanging, most: 2 });
  const waiting = [darkroom.remake(of(9), 'image/png'), darkroom.remake(of(9), 'image/png')];
  await expect(darkroom.remake(of(9), 'image/png')).rejects.toThrow(DarkroomBusy);
  await Promise.allSettled(waiting);
  await expect(darkroom.remake(of(9), 'image/png')).rejects.toThrow('could not be looked at');
});
