import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ApiDocument, Schema } from './document.ts';
import { odd, Values } from './values.ts';

const document: ApiDocument = {
  paths: {},
  components: { schemas: { Code: { type: 'string', pattern: '^[0-9]{6}$' } } },
};
const meaning = { known: ['somebody-known'], fields: { id: 'the-one' } };
const thing: Schema = {
  type: 'object',
  required: ['name', 'id', 'many'],
  properties: {
    name: { type: 'string', minLength: 2, maxLength: 20 },
    id: { type: 'string' },
    many: { type: 'integer', minimum: 3, maximum: 9 },
    code: { $ref: '#/components/schemas/Code' },
    at: { type: 'string', format: 'date-time', pattern: '^\\d{4}-\\d\\d-\\d\\dT' },
    list: { type: 'array', items: { enum: ['a', 'b'] }, minItems: 1, maxItems: 2 },
    either: { anyOf: [{ type: 'boolean' }, { type: 'null' }] },
  },
};
type Thing = Record<string, unknown>;
const sample = (fitting: boolean): Thing[] =>
  fc.sample(new Values(document, meaning, { fitting }).of(thing), { seed: 7, numRuns: 1_000 }) as Thing[];
const isThing = (value: unknown): value is Thing =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

test('what fits is what is asked for, whatever it is', () => {
  const all = sample(true);
  const within = ({ name, many, code = '123456', at = '2026-05-01T', list = ['a'] }: Thing): boolean =>
    [...String(name)].length >= 2 &&
    String(name).length <= 20 &&
    Number.isInteger(many) &&
    Number(many) >= 3 &&
    Number(many) <= 9 &&
    /^[0-9]{6}$/.test(String(code)) &&
    /^\d{4}-\d\d-\d\dT/.test(String(at)) &&
    [1, 2].includes((list as unknown[]).length);
  expect(all.filter((one) => !within(one))).toEqual([]);
  const has = (name: string, value: unknown) => all.filter((one) => one[name] === value).length;
  expect([has('name', 'somebody-known') > 100, has('id', 'the-one') > 500, has('either', null) > 50]).toEqual([true, true, true]); // prettier-ignore
  expect(all.some((one) => !('code' in one)) && all.some((one) => 'code' in one)).toBe(true);
});

test('what does not is of every kind, each often enough to be met in some sixty requests', () => {
  const all = sample(false);
  const share = (is: (one: Thing) => boolean) => all.filter((one) => isThing(one) && is(one)).length / all.length;
  const text = ({ name }: Thing) => (typeof name === 'string' ? name : '?');
  const shares = {
    'is no object': 1 - share(() => true),
    'lacks a field': share((one) => !('name' in one) || !('id' in one) || !('many' in one)),
    'has a field more': share((one) =>
      Object.keys(one).some((name) => /^(name|id|many|code|at|list|either)2$/.test(name)),
    ),
    'has nothing in a field': share(({ name, id, many, code, at, list }) =>
      [name, id, many, code, at, list].includes(null),
    ),
    'is odd': share((one) => odd.includes(text(one))),
    'is too short': share((one) => text(one).length < 2),
    'is just too long': share((one) => [...text(one)].length === 21),
    'is long enough': share((one) => [...text(one)].length === 20),
    'is just too little': share(({ many }) => many === 2),
    'is just too much': share(({ many }) => many === 10),
    'is beyond all numbers': share(({ many }) => many === 1e300 || many === 2 ** 53),
    'is of the wrong type': share(({ many }) => many !== undefined && typeof many !== 'number'),
    'is too long a list': share(({ list }) => Array.isArray(list) && list.length > 2),
    'is an empty list': share(({ list }) => Array.isArray(list) && list.length === 0),
    'is what is known': share((one) => text(one) === 'somebody-known'),
  };
  const least = {
    'is no object': 0.01,
    'is just too long': 0.01,
    'is beyond all numbers': 0.02,
    'is of the wrong type': 0.01,
  };
  const rare = Object.entries(shares).filter(
    ([kind, some]) => some < ((least as Record<string, number>)[kind] ?? 0.02),
  );
  expect(rare).toEqual([]);
});
