import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMeasured, secondsOfText } from '#flows/explore/seconds.ts';
import type { Language } from '#flows/language.ts';
import { languages } from '#flows/language.ts';
import type { Prompt } from '#flows/prompt.ts';
import { compose } from '#flows/prompt.ts';
import type { Utterance } from '#flows/utterance.ts';
import { PromptStore } from '#media/prompts/prompt-store.ts';
import { root } from '../states/documents.ts';
import { everyWorld, exploreWorld, testDepth } from './worlds.ts';

/** Everything that is spoken of these prompts in a language, each text once, in the order of the texts. */
export function textsOf(language: Language, prompts: readonly Prompt[]): readonly Utterance[] {
  const texts = new Map<string, Utterance>();
  for (const prompt of prompts)
    if ((prompt.language ?? language) === language)
      for (const piece of compose(language, prompt).pieces)
        if (piece.kind === 'spoken') texts.set(piece.utterance.text, piece.utterance);
  return [...texts.values()].sort((one, other) => (one.text < other.text ? -1 : 1));
}

/** How many texts there are, and how many of them were measured. */
export function measuredOf(prompts: readonly Prompt[]): { readonly all: number; readonly measured: number } {
  const each = languages.flatMap((language) =>
    textsOf(language, prompts).map(({ text }) => isMeasured(language, text)),
  );
  return { all: each.length, measured: each.filter(Boolean).length };
}

/**
 * Measures how long each text is told, and writes it where the explorer finds it. What was measured before is kept, as one of the
 * synthesisers never says a text twice alike; what nobody says any longer is dropped. Returns how many are new;
 * their times are known to a program that begins after that.
 */
export async function measure(prompts: readonly Prompt[]): Promise<number> {
  const store = new PromptStore({ cacheFolder: join(root, 'var', 'prompts') });
  let made = 0;
  for (const language of languages) {
    const seconds: Record<string, number> = {};
    for (const utterance of textsOf(language, prompts)) {
      const { text } = utterance;
      if (isMeasured(language, text)) seconds[text] = secondsOfText(language, text);
      else {
        seconds[text] = Math.round((await store.audioFor(language, utterance)).seconds * 100) / 100;
        made++;
      }
    }
    const file = join(root, 'flows', 'explore', `seconds.${language}.json`);
    await writeFile(file, `${JSON.stringify(seconds, null, 2)}\n`);
  }
  return made;
}

/* The first half of `npm run flows`. */
if (process.argv[1] === import.meta.filename) {
  const prompts = [];
  for (const world of everyWorld) prompts.push(...(await exploreWorld(world, testDepth)).found.prompts);
  console.log(`${await measure(prompts)} texts were measured for the first time`);
}
