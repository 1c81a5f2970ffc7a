import type { Language } from './language.ts';
import type { PromptKey, Value } from './prompt.ts';
import { compose } from './prompt.ts';
import { spokenWords } from './spoken/speak.ts';
import type { Utterance } from './utterance.ts';
import { callHomeKeys, familyLineKeys, stateKeys, wording } from './wording/catalogue.ts';

type Values = Readonly<Record<string, Value>>;

const someDay = { year: 2026, month: 1, day: 1 };
const name: Value = { kind: 'recorded', path: '', shown: '' };

/** One value for each placeholder that is spoken in pieces; any does, the sentence around it is the same. */
const spoken: Values = {
  amount: { kind: 'money', cents: 0 },
  most: { kind: 'money', cents: 0 },
  balance: { kind: 'money', cents: 0 },
  date: { kind: 'date', date: someDay, today: someDay },
  opens: { kind: 'time', hour: 5, minute: 0 },
  closes: { kind: 'time', hour: 21, minute: 0 },
  minutes: { kind: 'minutes', minutes: 0 },
  place: { kind: 'number', number: 0 },
  days: { kind: 'number', number: 0 },
  time: { kind: 'time', hour: 5, minute: 0 },
  message: name,
  card: { kind: 'last-four', digits: '0' },
  reference: { kind: 'reference', digits: '0' },
  phone: { kind: 'phone', number: '0' },
  extension: { kind: 'reference', digits: '0' },
};

/** What calls from these facilities with these keys say, in a language. */
export function utterancesOf(
  language: Language,
  facilities: readonly string[],
  keys: Record<string, string>,
): Utterance[] {
  const meanings = Object.entries(keys).map(([meaning, key]): [string, Value] => [meaning, { kind: 'key', key }]);
  const names: Value[] = [name, { kind: 'wording', key: 'offer.somebody' }];
  const values = facilities.flatMap((facility) =>
    names.map((name) => ({
      ...Object.fromEntries(meanings),
      name,
      facility: { kind: 'name', text: facility } as const,
    })),
  );
  return piecesOf(language, callHomeKeys, values);
}

/** What the 866 line says, in a language, when these facilities can be named on it; and every piece of what it says of values. */
export function familyLineUtterances(language: Language, facilities: readonly string[]): Utterance[] {
  const keys = [...'0123456789*#'].map((key): Values => ({ ...spoken, key: { kind: 'key', key } }));
  const named = facilities.map((facility): Values => ({ ...spoken, facility: { kind: 'name', text: facility } }));
  const having = (placeholder: string) => familyLineKeys.filter((key) => wording.en[key].includes(placeholder));
  const states = stateKeys.map((key): Values => ({ ...spoken, state: { kind: 'wording', key } }));
  const [withKey, withName, withState] = [having('{key}'), having('{facility}'), having('{state}')];
  const others = familyLineKeys.filter((key) => ![...withKey, ...withName, ...withState].includes(key));
  const all = [
    ...piecesOf(language, others, [spoken]),
    ...piecesOf(language, withKey, keys),
    ...piecesOf(language, withName, named),
    ...piecesOf(language, withState, states),
    ...spokenWords(language),
  ];
  return [...new Map(all.map((utterance) => [utterance.id, utterance])).values()];
}

function piecesOf(language: Language, keys: readonly PromptKey[], values: readonly Values[]): Utterance[] {
  const found = new Map<string, Utterance>();
  for (const key of keys)
    for (const value of values)
      for (const piece of compose(language, { key, values: value }).pieces)
        if (piece.kind === 'spoken') found.set(piece.utterance.id, piece.utterance);
  return [...found.values()];
}
