import { describe, expect, it } from 'vitest';
import { languages } from './language.ts';
import type { Prompt } from './prompt.ts';
import { compose, prompt } from './prompt.ts';
import { familyLineUtterances } from './script.ts';

const heard = (language: 'en' | 'es', said: Prompt): string[] =>
  compose(language, said).pieces.map((piece) =>
    piece.kind === 'pause' ? `(${piece.ms} ms)` : piece.kind === 'spoken' ? piece.utterance.text : piece.path,
  );
const facility = { kind: 'name', text: 'Río Claro' } as const;

describe('a prompt with values that are spoken in pieces', () => {
  it('keeps the sentence around them whole, and falls at its end', () => {
    const readBack = prompt('pay.read-back', {
      amount: { kind: 'money', cents: 2_550 },
      card: { kind: 'last-four', digits: '4242' },
    });
    expect(heard('en', readBack)).toEqual([
      'You add',
      'twenty-five',
      'dollars and',
      'fifty',
      'cents',
      'from your card ending in',
      'four',
      'two',
      'four',
      'two.',
    ]);
    expect(compose('en', readBack).text).toBe(
      'You add twenty-five dollars and fifty cents from your card ending in four two four two.',
    );
  });

  it('makes a silence of the punctuation after a value, but none at the end', () => {
    const reference = { reference: { kind: 'reference', digits: '1234' } } as const;
    expect(heard('es', prompt('pay.reference', reference))).toEqual([
      'Su número de referencia es',
      ...['uno', 'dos', 'tres', 'cuatro.', '(400 ms)'],
      'Por favor, anótelo.',
    ]);
    expect(heard('es', prompt('pay.reference-again', reference))).toEqual([
      'Su número de referencia otra vez:',
      ...['uno', 'dos', 'tres', 'cuatro.'],
    ]);
    const deposit = prompt('account.deposit', {
      date: { kind: 'date', date: { year: 2026, month: 5, day: 5 }, today: { year: 2026, month: 11, day: 28 } },
      amount: { kind: 'money', cents: 100 },
    });
    expect(heard('en', deposit)).toEqual(['on May', 'fifth', '(200 ms)', 'you added', 'one', 'dollar.']);
  });
});

describe('what must be recorded for the 866 line', () => {
  it.each(languages)('in %s has one name for one text', (language) => {
    const all = familyLineUtterances(language, ['Valley View', 'Río Claro']);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(all.every(({ text }) => /\p{L}/u.test(text) && !/[{}]/.test(text))).toBe(true);
  });

  it.each(languages)('in %s holds every piece of what is said', (language) => {
    const ids = new Set(familyLineUtterances(language, ['Río Claro']).map(({ id }) => id));
    const said = [
      prompt('account.balance', { balance: { kind: 'money', cents: 12_345 } }),
      prompt('agent.hours', {
        opens: { kind: 'time', hour: 5, minute: 0 },
        closes: { kind: 'time', hour: 21, minute: 30 },
      }),
      prompt('block.check', { facility }),
      prompt('menu.press', { key: { kind: 'key', key: '#' } }),
    ];
    for (const { pieces } of said.map((one) => compose(language, one)))
      for (const piece of pieces) if (piece.kind === 'spoken') expect(ids).toContain(piece.utterance.id);
  });
});
