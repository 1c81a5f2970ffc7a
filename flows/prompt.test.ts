import { describe, expect, it } from 'vitest';
import { dispositions } from '#ivr/cdr/dispositions.ts';
import { languages } from './language.ts';
import type { Value } from './prompt.ts';
import { compose, faultsOfWording, prompt, wordingOf } from './prompt.ts';
import { utterancesOf } from './script.ts';

const keys = { accept: '1', refuse: '2', block: '9', language: '*' };
const spoken = (value: ReturnType<typeof compose>) =>
  value.pieces.map((piece) =>
    piece.kind === 'spoken'
      ? `${piece.utterance.id}: ${piece.utterance.text}`
      : piece.kind === 'pause'
        ? `(${piece.ms} ms)`
        : piece.path,
  );

describe('the wording', () => {
  it('has every key in every language, with the same placeholders', () => {
    expect(faultsOfWording()).toEqual([]);
  });

  it('is found wanting when a language lacks a key or a placeholder', () => {
    const en = { a: 'Hello {name}', b: 'Bye' };
    expect(faultsOfWording({ en, es: { a: 'Hola {name}', b: ' ' } })).toEqual(['b has no text in es']);
    expect(faultsOfWording({ en, es: { a: 'Hola', b: 'Adiós' } })).toHaveLength(1);
  });

  it('has an announcement for every ending that is told', () => {
    for (const { announcement } of Object.values(dispositions))
      if (announcement !== null) expect(Object.keys(wordingOf('en'))).toContain(announcement);
  });

  it('names the recording and the way out for attorneys in the notice', () => {
    expect(wordingOf('en')['offer.notice']).toMatch(/recorded.*monitored.*attorney.*hang up/);
    expect(wordingOf('es')['offer.notice']).toMatch(/grabada.*monitoreada.*abogado.*cuelgue/);
  });
});

describe('a prompt', () => {
  const facility: Value = { kind: 'name', text: 'Río Claro' };

  it('is spoken in one go, values and all', () => {
    const values: Record<string, Value> = {};
    for (const [meaning, key] of Object.entries(keys)) values[meaning] = { kind: 'key', key };
    const { text, pieces } = compose('es', prompt('offer.menu', values));
    expect(pieces).toEqual([{ kind: 'spoken', utterance: { id: 'offer.menu.1-2-9', text } }]);
    expect(text).toContain('oprima uno');
  });

  it('falls apart only where a recorded voice stands in it', () => {
    const composed = compose(
      'en',
      prompt('offer.from', { name: { kind: 'recorded', path: '/a.wav', shown: 'Alex' }, facility }),
    );
    expect(composed.text).toBe('Hello. You have a call from Alex, at Río Claro. This call is free of charge.');
    expect(spoken(composed)).toEqual([
      'offer.from.1.rio-claro: Hello. You have a call from',
      '/a.wav',
      'offer.from.2.rio-claro: at Río Claro. This call is free of charge.',
    ]);
  });

  it('refuses to be told without its values, and keys that have no name', () => {
    expect(() => compose('en', prompt('offer.from'))).toThrow(TypeError);
    expect(() => compose('en', prompt('offer.other-language', { language: { kind: 'key', key: '12' } }))).toThrow(
      TypeError,
    );
  });

  it('has one name for one text', () => {
    for (const language of languages) {
      const all = utterancesOf(language, ['Valley View', 'Río Claro'], keys);
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
      expect(all.every(({ text }) => /\p{L}/u.test(text) && !/[{}]/.test(text))).toBe(true);
    }
  });
});
