import type { Language } from './language.ts';
import { languages } from './language.ts';
import type { Spoken } from './spoken/speak.ts';
import { speak } from './spoken/speak.ts';
import type { SpokenValue } from './spoken/value.ts';
import type { Utterance } from './utterance.ts';
import type { PromptKey } from './wording/catalogue.ts';
import { wording } from './wording/catalogue.ts';

export type { PromptKey } from './wording/catalogue.ts';

/** A DTMF key, as RFC 4733 §3.2 names them. */
export type Key = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#' | 'A' | 'B' | 'C' | 'D';

/** What stands in a placeholder of the wording: a value, never a piece of sentence. */
export type Value =
  | { readonly kind: 'recorded'; readonly path: string; readonly shown: string }
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'wording'; readonly key: PromptKey }
  | { readonly kind: 'key'; readonly key: string }
  | SpokenValue;

export interface Prompt {
  readonly key: PromptKey;
  readonly values: Readonly<Record<string, Value>>;
  /** Told in this language whatever the line speaks; only the choice of a language needs it. */
  readonly language?: Language;
}

export const prompt = (key: PromptKey, values: Record<string, Value> = {}, language?: Language): Prompt =>
  language ? { key, values, language } : { key, values };

/** One piece of a prompt, in the order in which it is heard. */
export type Piece =
  | { readonly kind: 'spoken'; readonly utterance: Utterance }
  | { readonly kind: 'recorded'; readonly path: string }
  | { readonly kind: 'pause'; readonly ms: number };

export interface Composed {
  readonly text: string;
  readonly pieces: readonly Piece[];
}

/**
 * The pieces of a prompt in a language, and its whole text as it is heard. A sentence is spoken in one go, values and all;
 * it falls apart only where a recorded voice stands in it, or a value that has pieces of its own (money, a date, digits): there
 * its punctuation is a silence. Throws when a placeholder has no value.
 */
export function compose(language: Language, { key, values }: Prompt): Composed {
  const pieces: Piece[] = [];
  const marks: string[] = [];
  let text = '';
  let stretch = '';
  let count = 0;
  const ids: { id: string; text: string }[] = [];
  const endStretch = () => {
    const spoken = stretch.replace(/^[\s,.;:]+/, '').trim();
    stretch = '';
    if (!/[\p{L}\d]/u.test(spoken)) return;
    const utterance = { id: `${key}.${++count}`, text: spoken };
    ids.push(utterance);
    pieces.push({ kind: 'spoken', utterance });
  };
  const parts = wording[language][key].split(/(\{\w+\})/);
  for (const [index, part] of parts.entries()) {
    if (!/^\{\w+\}$/.test(part)) {
      text += part;
      stretch += part;
      continue;
    }
    const name = part.slice(1, -1);
    const value = values[name];
    if (!value) throw new TypeError(`the prompt ${key} needs a value for {${name}}`);
    if (value.kind === 'recorded') {
      text += value.shown;
      endStretch();
      pieces.push({ kind: 'recorded', path: value.path });
      continue;
    }
    if (isSpoken(value)) {
      const after = parts[index + 1] ?? '';
      const spoken = speak(language, value, /^[.!?]/.test(after));
      text += heard(spoken);
      endStretch();
      pieces.push(...spoken.map(pieceOf));
      if (pauses[after[0] ?? '']) pieces.push({ kind: 'pause', ms: pauses[after[0] ?? ''] ?? 0 });
      continue;
    }
    const word = inWords(language, value);
    text += word;
    stretch += word;
    marks.push(value.kind === 'key' ? value.key : slug(word));
  }
  endStretch();
  if (pieces.at(-1)?.kind === 'pause') pieces.pop();
  // `offer.menu.1-2-9`, `offer.from.1.valley-view`: one name for one text, so that an artist's file can stand for it.
  const suffix = marks.map((mark) => mark.replace('*', 'star').replace('#', 'pound')).join('-');
  for (const utterance of ids) {
    const base = count === 1 ? key : utterance.id;
    utterance.id = suffix ? `${base}.${suffix}` : base;
  }
  return { text, pieces };
}

/** The whole wording of a language, as it is written. */
export const wordingOf = (language: Language): Readonly<Record<PromptKey, string>> => wording[language];

/** Every fault of the catalogue: a key that lacks a language, or placeholders that differ between languages. */
export function faultsOfWording(catalogue: Record<Language, Record<string, string>> = wording): string[] {
  const keys = new Set(languages.flatMap((language) => Object.keys(catalogue[language])));
  return [...keys].flatMap((key) => {
    const missing = languages.filter((language) => !catalogue[language][key]?.trim());
    if (missing.length > 0) return missing.map((language) => `${key} has no text in ${language}`);
    const placeholders = languages.map((language) =>
      (catalogue[language][key]?.match(/\{\w+\}/g) ?? []).sort().join(' '),
    );
    return new Set(placeholders).size > 1
      ? [`${key} has other placeholders per language: ${placeholders.join(' | ')}`]
      : [];
  });
}

/** What the punctuation after a spoken value is to the ear, milliseconds. */
const pauses: Readonly<Record<string, number>> = { '.': 400, '?': 400, '!': 400, ',': 200, ';': 200, ':': 200 };

type InOneGo = Extract<Value, { kind: 'name' | 'wording' | 'key' }>;

const isSpoken = (value: Exclude<Value, { kind: 'recorded' }>): value is SpokenValue =>
  value.kind !== 'name' && value.kind !== 'wording' && value.kind !== 'key';

const pieceOf = (spoken: Spoken): Piece =>
  'pauseMs' in spoken ? { kind: 'pause', ms: spoken.pauseMs } : { kind: 'spoken', utterance: spoken };

/** "two one three, five five five, ..." */
const heard = (spoken: readonly Spoken[]): string =>
  spoken
    .map((one) => ('pauseMs' in one ? ',' : ` ${one.text.replace(/\.$/, '')}`))
    .join('')
    .trim();

function inWords(language: Language, value: InOneGo): string {
  switch (value.kind) {
    case 'name':
      return value.text;
    case 'wording':
      return wording[language][value.key];
    case 'key':
      return wording[language][keyName(value.key)];
  }
}

function keyName(key: string): PromptKey {
  const name = `key.${key === '*' ? 'star' : key === '#' ? 'pound' : key}`;
  if (!(name in wording.en)) throw new TypeError(`no wording says the key ${JSON.stringify(key)}`);
  return name as PromptKey;
}

const slug = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-zA-Z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase();
