import { readFileSync } from 'node:fs';
import type { Language } from '../utterance.ts';

/** Phones as the recogniser's English model has them (ARPABET), one line for each way of saying a word. */
export type Pronounce = (word: string) => readonly string[];

/** A dictionary of English: the CMU dictionary that comes with the model. */
export function englishPronunciation(dictionary: string): Pronounce {
  const known = new Map<string, string[]>();
  for (const line of readFileSync(dictionary, 'utf8').split('\n')) {
    const [, word, phones] = /^(\S+?)(?:\(\d+\))? (.+)$/.exec(line.trim()) ?? [];
    if (word !== undefined && phones !== undefined) known.set(word, [...(known.get(word) ?? []), phones]);
  }
  return (word) => known.get(word) ?? [];
}

/** Spanish letters in order of looking; the first that fits is taken. Where two ways are given, both are tried as a whole. */
const spanish: readonly (readonly [RegExp, string, string?])[] = [
  [/^ch/, 'CH'],
  [/^ll/, 'Y'],
  [/^rr?/, 'R'],
  [/^qu/, 'K'],
  [/^gu(?=[eiéí])/, 'G'],
  [/^gü/, 'G W'],
  [/^g(?=[eiéí])|^j/, 'HH'],
  [/^c(?=[eiéí])|^z/, 'S', 'TH'],
  [/^[ck]/, 'K'],
  [/^h/, ''],
  [/^[bv]/, 'B'],
  [/^ñ/, 'N Y'],
  [/^x/, 'K S'],
  [/^y$/, 'IY'],
  [/^y/, 'Y'],
  [/^i(?=[aeouáéóú])/, 'Y'],
  [/^u(?=[aeioáéíó])/, 'W'],
  [/^[aá]/, 'AA', 'AH'],
  [/^[eé]/, 'EH', 'EY'],
  [/^[ií]/, 'IY'],
  [/^[oó]/, 'OW', 'AO'],
  [/^[uúü]/, 'UW'],
  [/^d/, 'D', 'DH'],
  [/^f/, 'F'],
  [/^g/, 'G'],
  [/^l/, 'L'],
  [/^m/, 'M'],
  [/^n/, 'N'],
  [/^p/, 'P'],
  [/^s/, 'S'],
  [/^t/, 'T'],
  [/^w/, 'W'],
];

/** Spanish is read as it is written; its phones are the nearest of English, so absolute figures are too high, for all voices alike. */
export const spanishPronunciation: Pronounce = (word) => {
  const ways = [[], []] as [string[], string[]];
  for (let rest = word; rest !== '';) {
    const rule = spanish.find(([letters]) => letters.test(rest));
    if (!rule) return [];
    ways[0].push(rule[1]);
    ways[1].push(rule[2] ?? rule[1]);
    rest = rest.replace(rule[0], '');
  }
  return [...new Set(ways.map((way) => way.join(' ').replace(/\s+/g, ' ').trim()))];
};

const digitNames: Readonly<Record<Language, readonly string[]>> = {
  en: ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'],
  es: ['cero', 'uno', 'dos', 'tres', 'cuatro', 'cinco', 'seis', 'siete', 'ocho', 'nueve'],
};

/** The words of a sentence as they are counted: small letters, digits named. */
export const wordsOf = (language: Language, text: string): string[] =>
  text
    .normalize('NFC')
    .toLowerCase()
    .replace(/\d/g, (digit) => ` ${digitNames[language][Number(digit)]} `)
    .match(/[\p{L}']+/gu) ?? [];
