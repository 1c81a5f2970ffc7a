import { describe, expect, it } from 'vitest';
import { activeSpeechLevel } from '../speech-level.ts';
import { overTheLine } from './line.ts';
import { spanishPronunciation, wordsOf } from './pronunciation.ts';
import { wordErrors } from './word-errors.ts';

describe('the comparison of voices', () => {
  it.each([
    ['press one now', 'press one now', 0],
    ['press one now', 'press nine now', 1],
    ['press one now', 'press now', 1],
    ['press one now', 'please press one right now', 2],
    ['press one now', '', 3],
  ])('counts the errors of %j heard as %j', (said, heard, errors) => {
    expect(wordErrors(said.split(' '), heard.split(' ').filter(Boolean))).toEqual({ errors, words: 3 });
  });

  it('counts words as they are said', () => {
    expect(wordsOf('en', "Don't press 1.")).toEqual(["don't", 'press', 'one']);
    expect(wordsOf('es', '¿Oprimió 9? Adio\u0301s.')).toEqual(['oprimió', 'nueve', 'adiós']);
  });

  it('reads Spanish as it is written', () => {
    expect(spanishPronunciation('llamada')).toEqual(['Y AA M AA D AA', 'Y AH M AH DH AH']);
    expect(spanishPronunciation('seguir')).toEqual(['S EH G IY R', 'S EY G IY R']);
    expect(spanishPronunciation('quien')).toEqual(['K Y EH N', 'K Y EY N']);
    expect(spanishPronunciation('hoy')).toEqual(['OW IY', 'AO IY']);
    expect(spanishPronunciation('тест')).toEqual([]);
  });

  it('puts the sound through mu-law: near, but not the same', () => {
    const sound = { rate: 8000, samples: Float32Array.from({ length: 8000 }, (_, n) => 0.2 * Math.sin(n / 3)) };
    const { samples } = overTheLine(sound);
    const error = { rate: 8000, samples: samples.map((sample, n) => sample - sound.samples[n]!) };
    const distance = activeSpeechLevel(sound) - activeSpeechLevel(error);
    expect(distance).toBeGreaterThan(33); // G.711 keeps about 38 dB
    expect(distance).toBeLessThan(45);
  });
});
