import { randomUUID } from 'node:crypto';
import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Facility } from '#db/facilities.ts';
import { languages } from '#flows/language.ts';
import { familyLineUtterances, utterancesOf } from '#flows/script.ts';
import { writeSound } from '#media/prompts/sound.ts';
import { babble } from './phone/sound.ts';

/** A voice artist in a hurry: every prompt is half a second of a babble of its own, so that whole calls take seconds. */
export async function recordShortPrompts(folder: string, facilities: readonly Facility[]): Promise<void> {
  for (const language of languages) {
    await mkdir(join(folder, language), { recursive: true });
    const names = facilities.map(({ name }) => name);
    const all = facilities.flatMap(({ name, offerKeys }) => utterancesOf(language, [name], { ...offerKeys }));
    for (const { id } of [...all, ...familyLineUtterances(language, names)]) {
      const path = join(folder, language, `${id}.wav`);
      if (await exists(path)) continue;
      await writeBabble(path, 500, seedOf(`${language} ${id}`));
    }
  }
}

/** A babble as a file, which others may be about to read or to write as well: it is there whole or not at all. */
export async function writeBabble(path: string, ms: number, seed: number): Promise<void> {
  const { pcm } = babble({ ms, seed });
  const own = `${path}.${randomUUID()}`;
  await writeFile(own, writeSound({ rate: 8000, samples: Float32Array.from(pcm, (sample) => sample / 32768) }));
  await rename(own, path);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** FNV-1a. */
const seedOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
};
