import fc from 'fast-check';
import { resolved, type ApiDocument, type Schema } from './document.ts';

/** What means something to the house that is asked. */
export interface Meaning {
  /** Mixed among all other texts. */
  readonly known: readonly string[];
  /** What a field or parameter of this name is half of the time: the token of a registration that is there. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** What a database, a hash, a number, a header, a cookie or an address may stumble over. */
export const odd: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  'a\0b@example.com',
  '\ud800',
  '\u202e',
  '💥'.repeat(40),
  "' or 1=1 --",
  '%00',
  '%',
  '%zz',
  '../..',
  '{}',
  '１２',
  '12345６',
  '-1',
  '0',
  '9'.repeat(40),
  '1e309',
  'NaN',
  'yesterday',
];
const moments = ['2026-05-01T00:00:00Z', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '2026-05-01'];
const round = [0, 1, 199, 200, 500, 2_500, 10_000, 10_001, -1, 0.5, 1e300, 2 ** 53];
/** Longer than that nothing is made of a bound: the body has a bound of its own. */
const LONGEST = 20_000;

/** Values for the schemas of a document. Fitting: what is asked for; else mostly that, often at its bounds or beyond, sometimes anything. */
export class Values {
  readonly #document: ApiDocument;
  readonly #meaning: Meaning;
  readonly #fitting: boolean;

  constructor(document: ApiDocument, meaning: Meaning, { fitting }: { readonly fitting: boolean }) {
    this.#document = document;
    this.#meaning = meaning;
    this.#fitting = fitting;
  }

  /** `name`: of the field or parameter. */
  of(schema: Schema, name = ''): fc.Arbitrary<unknown> {
    const asked = this.#asked(resolved(this.#document, schema), name);
    if (this.#fitting) return asked;
    return fc.oneof({ weight: 30, arbitrary: asked }, { weight: 1, arbitrary: fc.anything({ maxDepth: 1 }) });
  }

  record(fields: Readonly<Record<string, Schema>>, requiredKeys: string[]): fc.Arbitrary<Record<string, unknown>> {
    const values = Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, this.of(one, name)]));
    return fc.record(values, { requiredKeys });
  }

  #asked(schema: Schema, name: string): fc.Arbitrary<unknown> {
    const { anyOf = schema.oneOf, items, properties } = schema;
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (schema.enum) return fc.constantFrom(...schema.enum);
    if (anyOf) return fc.oneof(...anyOf.map((one) => this.of(one, name)));
    if (Array.isArray(schema.type)) {
      const types = schema.type as readonly string[];
      return fc.oneof(...types.map((type) => this.#asked({ ...schema, type }, name)));
    }
    if (items) return this.#list(schema, items, name);
    if (properties) return this.#object(properties, schema.required ?? []);
    switch (schema.type) {
      case 'string':
        return this.#text(schema, name);
      case 'boolean':
        return fc.boolean();
      case 'integer':
      case 'number':
        return this.#number(schema);
      case 'null':
        return fc.constant(null);
      case 'object':
        return fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 4 });
      default:
        return fc.oneof(this.#text(schema, name), this.#number(schema));
    }
  }

  #text(schema: Schema, name: string): fc.Arbitrary<string> {
    const { known, fields = {} } = this.#meaning;
    const fit = known.filter((one) => fits(schema, one));
    const any = this.#fitting
      ? fc.oneof(...(fit.length > 0 ? [fc.constantFrom(...fit)] : []), written(schema))
      : fc.oneof(
          { weight: 3, arbitrary: fc.constantFrom(...known) },
          { weight: 3, arbitrary: written(schema) },
          { weight: 3, arbitrary: fc.constantFrom(...odd, ...moments) },
          { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
          { weight: 1, arbitrary: atBounds(schema) },
        );
    const meant = fields[name];
    if (meant !== undefined && this.#fitting && fits(schema, meant))
      return fc.oneof({ weight: 4, arbitrary: fc.constant(meant) }, { weight: 1, arbitrary: any });
    return meant === undefined ? any : fc.oneof(fc.constant(meant), any);
  }

  #number({ minimum = 0, maximum = 10_000 }: Schema): fc.Arbitrary<number> {
    const least = Math.ceil(minimum);
    const within = fc.integer({ min: least, max: Math.max(least, Math.floor(maximum)) });
    const bounds = fc.constantFrom(minimum - 1, minimum, maximum, maximum + 1);
    return this.#fitting ? within : fc.oneof(fc.constantFrom(...round), bounds, fc.integer(), within);
  }

  #list({ minItems = 0, maxItems = 4 }: Schema, items: Schema, name: string): fc.Arbitrary<unknown[]> {
    const one = this.of(items, name);
    const some = fc.array(one, {
      minLength: Math.min(minItems, 4),
      maxLength: Math.min(Math.max(minItems, maxItems), 4),
    });
    if (this.#fitting) return some;
    const lengths = [minItems - 1, minItems, maxItems, maxItems + 1].filter((length) => length >= 0 && length <= 300);
    const bounds = fc
      .constantFrom(...lengths)
      .chain((length) => fc.array(one, { minLength: length, maxLength: length, size: 'max' }));
    return fc.oneof({ weight: 6, arbitrary: some }, { weight: 1, arbitrary: bounds });
  }

  /** One in eight lacks a field, has one more, or has nothing in one. */
  #object(properties: Readonly<Record<string, Schema>>, required: readonly string[]): fc.Arbitrary<object> {
    const spoilt = fc.constantFrom('lacks', 'more', 'null', ...(Array(21).fill('whole') as 'whole'[]));
    const whole = this.record(properties, [...required]);
    if (this.#fitting) return whole;
    return fc.tuple(whole, spoilt, fc.nat()).map(([value, how, nth]) => {
      const names = Object.keys(value);
      const name = names[nth % Math.max(1, names.length)] ?? 'more';
      if (how === 'lacks') return Object.fromEntries(Object.entries(value).filter(([one]) => one !== name));
      if (how === 'more') return { ...value, [`${name}2`]: nth };
      return how === 'null' ? { ...value, [name]: null } : value;
    });
  }
}

/** Whether a text is what is asked for, as far as its lengths and its pattern say. */
function fits({ minLength = 0, maxLength = Infinity, pattern = '' }: Schema, text: string): boolean {
  const within = text.length >= minLength && text.length <= maxLength;
  return within && new RegExp(pattern, /\\p\{/i.test(pattern) ? 'u' : '').test(text);
}

/** As its format, its pattern or its lengths say. */
function written(schema: Schema): fc.Arbitrary<string> {
  const { format, pattern, minLength = 1, maxLength = 40 } = schema;
  if (format === 'uuid') return fc.uuid();
  if (format === 'date-time' || format === 'date')
    return fc.constantFrom(...moments.filter((one) => fits(schema, one)));
  if (format === 'email') return fc.emailAddress();
  if (format === 'uri') return fc.webUrl();
  return (
    (pattern === undefined ? undefined : matching(pattern)) ??
    fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, minLength + 20)) })
  );
}

/** Undefined for what fast-check does not make: classes of Unicode, for one. */
function matching(pattern: string): fc.Arbitrary<string> | undefined {
  if (/\\p\{/i.test(pattern)) return undefined;
  try {
    return fc.stringMatching(new RegExp(pattern), { size: 'small' });
  } catch {
    return undefined;
  }
}

const atBounds = ({ minLength = 1, maxLength = 64 }: Schema): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(minLength - 1, minLength, maxLength, maxLength + 1),
      fc.constantFrom('a', '7', 'ñ', '💥', '\u0301'),
    )
    .map(([length, unit]) => unit.repeat(Math.min(Math.max(0, length), LONGEST)));
