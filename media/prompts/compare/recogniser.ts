import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Sound } from '../sound.ts';
import { resampled } from '../telephone-sound.ts';
import type { Pronounce } from './pronunciation.ts';

const model = '/usr/share/pocketsphinx/model/en-us';
export const englishDictionary = join(model, 'cmudict-en-us.dict');
const run = promisify(execFile);

/** The Debian packages without which nothing can be recognised, or undefined when all is there. */
export const missingPackages = (): string | undefined =>
  existsSync('/usr/bin/pocketsphinx_batch') && existsSync(englishDictionary)
    ? undefined
    : 'apt-get install pocketsphinx pocketsphinx-en-us';

/** How the recogniser is told what may be said. */
export type Expectation =
  /** Any English: the trigram model of the package. */
  | { readonly kind: 'english' }
  /** Any row of the words given, all equally likely: the ear alone decides. */
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly pronounce: Pronounce };

/** What PocketSphinx hears in each sound, in the words expected. */
export async function recognise(
  sounds: ReadonlyMap<string, Sound>,
  expectation: Expectation,
): Promise<Map<string, string[]>> {
  const folder = await mkdtemp(join(tmpdir(), 'homeline-compare-'));
  try {
    const ids = [...sounds.keys()];
    for (const [n, sound] of [...sounds.values()].entries()) await writeFile(join(folder, `${n}.raw`), padded(sound));
    await writeFile(join(folder, 'list'), ids.map((_, n) => `${n}\n`).join(''));
    const written = expectation.kind === 'words' ? await writeGrammar(folder, expectation) : undefined;
    const expected = written ?? ['-lm', join(model, 'en-us.lm.bin'), '-dict', englishDictionary];
    const args = [
      '-adcin',
      'yes',
      '-cepdir',
      folder,
      '-cepext',
      '.raw',
      '-ctl',
      join(folder, 'list'),
      '-hmm',
      join(model, 'en-us'),
    ];
    const heard = join(folder, 'heard');
    await run('pocketsphinx_batch', [...args, ...expected, '-hyp', heard], { maxBuffer: 1 << 28 });
    const result = new Map<string, string[]>();
    for (const line of (await readFile(heard, 'utf8')).split('\n')) {
      const [, words, n] = /^(.*?)\s*\((\d+) -?\d+\)$/.exec(line) ?? [];
      if (words === undefined) continue;
      const names = words
        .split(/\s+/)
        .filter(Boolean)
        .map((word) => word.replace(/\(\d+\)$/, ''));
      result.set(
        ids[Number(n)]!,
        expectation.kind === 'words' ? names.map((name) => expectation.words[Number(name.slice(1))]!) : names,
      );
    }
    return result;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Words go by number in the files, since the recogniser knows ASCII alone. */
async function writeGrammar(folder: string, { words, pronounce }: Expectation & { kind: 'words' }): Promise<string[]> {
  const lines = words.flatMap((word, n) => {
    const ways = pronounce(word);
    if (ways.length === 0) throw new Error(`nobody knows how to pronounce ${JSON.stringify(word)}`);
    return ways.map((phones, way) => `w${n}${way === 0 ? '' : `(${way + 1})`} ${phones}\n`);
  });
  await writeFile(join(folder, 'words.dict'), lines.join(''));
  const any = words.map((_, n) => `w${n}`).join(' | ');
  await writeFile(join(folder, 'words.gram'), `#JSGF V1.0;\ngrammar words;\npublic <words> = (${any})+;\n`);
  // without a language model words come cheap: entering one costs 1e-4, and beams are wide enough to survive that
  const beams = ['-wip', '1e-4', '-beam', '1e-80', '-wbeam', '1e-60', '-pbeam', '1e-80'];
  return ['-jsgf', join(folder, 'words.gram'), '-dict', join(folder, 'words.dict'), ...beams];
}

/** Raw 16-bit samples at the model's 16 kHz, with the silence around that the recogniser needs to settle. */
function padded(sound: Sound): Buffer {
  const { samples } = resampled(sound, 16000);
  const silence = 4800;
  const raw = Buffer.alloc((samples.length + 2 * silence) * 2);
  samples.forEach((sample, n) =>
    raw.writeInt16LE(Math.max(-32768, Math.min(32767, Math.round(sample * 32768))), (n + silence) * 2),
  );
  return raw;
}
