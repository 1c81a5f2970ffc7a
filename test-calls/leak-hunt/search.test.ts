import { describe, expect, it } from 'vitest';
import type { Finding } from './finding.ts';
import { judge } from './finding.ts';
import { castOf } from './cast.ts';
import { Search } from './search.ts';
import type { Snapshot } from './search-heap.ts';

const number = '4917484589897107';
const pin = '60371948';
const secrets = [
  { kind: 'card number', digits: number },
  { kind: 'PIN', digits: pin },
] as const;
const never = [{ kind: 'card number', digits: '5520931847261058' }] as const;

const inText = (text: string): Finding[] => {
  const search = new Search(secrets, never);
  search.text('a log', text);
  return search.findings;
};
const inBytes = (bytes: Uint8Array): Finding[] => {
  const search = new Search(secrets, never);
  search.bytes('a file', bytes);
  return search.findings;
};
const whole = { count: 16, reversed: false };

describe('the leak hunt finds a card number', () => {
  it.each([
    ['as it is', `number ${number}, please`],
    ['in groups', '4917 4845 8989 7107'],
    ['with dashes', '4917-4845-8989-7107'],
    ['as a list in JSON', JSON.stringify([...number].map(Number))],
    ['as a list of texts, indented', JSON.stringify([...number], null, 2)],
    ['one digit a line', [...number].join('\n')],
    ['between other digits', `99${number}00`],
    ['in UTF-16', Buffer.from(number, 'utf16le').toString('latin1')],
  ])('%s', (_, text) => {
    expect(inText(text)).toMatchObject([{ ...whole, form: 'text', place: 'a log' }]);
  });

  it('from its end', () => {
    expect(inText([...number].reverse().join(''))).toMatchObject([{ count: 16, reversed: true }]);
  });

  it.each([0, 1])('in hexadecimal, at an even or an odd place', (place) => {
    const hex = `${'x'.repeat(place)}${Buffer.from(number).toString('hex')}`;
    expect(inText(hex)).toMatchObject([{ ...whole, form: 'hex' }]);
  });

  it.each([0, 1, 2])('in base64, whatever is before it', (before) => {
    const base64 = Buffer.from(`${'"'.repeat(before)}${number}"`).toString('base64');
    const [found] = inText(base64).filter(({ form }) => form === 'base64');
    expect(found?.count).toBeGreaterThanOrEqual(12);
  });

  it('as bytes of its digits, and two digits in a byte', () => {
    expect(inBytes(Uint8Array.from(`x${number}x`, (digit) => (digit === 'x' ? 255 : Number(digit))))).toMatchObject([
      { ...whole, form: 'bytes' },
    ]);
    expect(inBytes(Buffer.from(`ff${number}ff`, 'hex'))).toMatchObject([{ ...whole, form: 'packed' }]);
  });

  it.each([
    ['JSON', (digit: string) => `{"level":20,"key":"${digit}","leg":"outside","n":7}`],
    ['an event', (digit: string) => `Event-Name: DTMF\nDTMF-Digit: ${digit}\nDTMF-Duration: 640`],
    ['SIP INFO', (digit: string) => `INFO sip:a@b SIP/2.0\nSignal=${digit}\nDuration=80`],
    ['words', (digit: string) => `14:20:11.123 pressed ${digit} on leg 2`],
  ])('key by key, as %s', (_, line) => {
    const found = inText([...number].map(line).join('\n'));
    expect(found).toMatchObject([{ ...whole, form: 'one by one' }]);
  });

  it('in parts that stand alone, and tells those within longer numbers', () => {
    expect(inText(`the first are ${number.slice(0, 8)}`)).toMatchObject([{ count: 8, within: false }]);
    expect(inText(`at 1${number.slice(2, 10)}3 ms`)).toMatchObject([{ count: 8, within: true }]);
    expect(inText(`at 1${number.slice(2, 10)} ms`)).toMatchObject([{ count: 8, within: true }]);
    expect(inText(`at ${number.slice(2, 10)}3 ms`)).toMatchObject([{ count: 8, within: true }]);
  });

  it('behind as many zeros as a file of a database has, over any number of pages', () => {
    const file = Buffer.alloc(5 * 4_096, 0);
    file.fill('x', 4_096, 3 * 4_096);
    file.write(number, 2 * 4_096 - 8);
    expect(inBytes(file)).toMatchObject([{ ...whole, from: 2 * 4_096 - 8 }]);
  });

  it('key by key, also a PIN', () => {
    const found = inText([...pin].map((digit) => `{"key":"${digit}","leg":"inside"}`).join('\n'));
    expect(found).toMatchObject([{ count: 8, form: 'one by one' }]);
  });

  it('and tells a number that nobody typed from those that were', () => {
    const search = new Search(secrets, never);
    search.text('a log', never[0].digits);
    expect(search.findings).toEqual([]);
    expect(search.others).toMatchObject([whole]);
  });

  it('and no digit of it is in what it shows', () => {
    const [found] = inText(`{"number":"${number}"}`);
    expect(found?.around).toContain('number');
    expect(found?.around).not.toMatch(/\d/);
  });
});

describe('what is no leak', () => {
  it.each([
    ['its last four', `ends in ${number.slice(-4)}`],
    ['its issuer and its last four', `${number.slice(0, 6)}******${number.slice(-4)}`],
    ['six digits in a row', number.slice(0, 6)],
    [
      'digits with other words before each',
      [...number].map((digit, nth) => `no${'x'.repeat(nth)} ${digit}`).join('. '),
    ],
  ])('%s', (_, text) => {
    expect(inText(text)).toEqual([]);
  });
});

describe('the verdict', () => {
  const part = (place: string, within = false) => ({
    ...{ place, within, around: '', text: 'a', secret: secrets[0], form: 'text' as const, reversed: false },
    ...{ count: 7, from: 0, to: 6, tight: true },
  });

  it('calls ten digits a leak wherever they are', () => {
    const ten = { ...part('a log', true), count: 10 };
    expect(judge([ten], []).leaks).toEqual([ten]);
  });

  it('calls seven digits one when there are many more of them than of numbers that nobody typed', () => {
    const parts = Array.from({ length: 4 }, () => part('a log'));
    expect(judge(parts, []).leaks).toHaveLength(4);
    expect(judge(parts, [part('a log')]).leaks).toEqual([]);
    expect(judge(parts, [part('elsewhere')]).leaks).toHaveLength(4);
    expect(judge(parts.slice(1), []).leaks).toEqual([]);
    expect(
      judge(
        parts.map((one) => ({ ...one, within: true })),
        [],
      ).leaks,
    ).toEqual([]);
  });

  it('counts the copies of one text in a memory once, for a message passes through many hands, and those of two texts twice', () => {
    const memory = 'memory of sip';
    const copies = (text: string, secret: Finding['secret'] = secrets[0]) =>
      Array.from({ length: 9 }, () => ({ ...part(memory), text, secret }));
    const texts = ['a', 'b', 'c', 'd'];
    expect(judge(copies('a'), []).leaks).toEqual([]);
    expect(
      judge(
        texts.slice(1).flatMap((text) => copies(text)),
        [],
      ).leaks,
    ).toEqual([]);
    expect(
      judge(
        texts.flatMap((text) => copies(text)),
        [],
      ).leaks,
    ).toHaveLength(36);
    const four = texts.flatMap((last) => copies('a', { kind: 'PIN', digits: pin + last }));
    expect(judge(four, []).leaks).toHaveLength(36);
    expect(judge(four, copies('a')).leaks).toEqual([]);
    const written = copies('a').map((one) => ({ ...one, place: 'a log' }));
    expect(judge(written, []).leaks).toHaveLength(9);
  });
});

it('tells copies of one text from other texts', () => {
  const seven = pin.slice(0, 7);
  const textOf = (text: string) => inBytes(Buffer.from(`\0${'x'.repeat(80)}${text}${'y'.repeat(20)}`))[0]?.text;
  const id = `${seven}d-e1`;
  expect(textOf(`|${id}|one`)).toBe(textOf(`"transactionId":"${id}","other"`));
  expect(textOf(`|${id}|`)).not.toBe(textOf(`|${seven}d-e2|`));
  expect(textOf(`|${id}|`)).not.toBe(textOf(`|a${id}|`));
  expect(textOf(`one |${seven}|`)).not.toBe(textOf(`two |${seven}|`));
  expect(textOf(`one |${seven}|`)).toBe(textOf(`one |${seven}|`));
});

describe('a heap snapshot', () => {
  it('shows strings, strings of parts, and lists of digits, numbers, codes and events', () => {
    expect(inHeap(({ string }) => void string(`card ${number}`))).toMatchObject([{ ...whole, form: 'text' }]);
    expect(inHeap(({ joined }) => void joined(number.slice(0, 9), number.slice(9)))).toContainEqual(
      expect.objectContaining(whole),
    );
    const list = [{ ...whole, form: 'list' }];
    expect(inHeap(({ string, array }) => array([...number].map(string)))).toMatchObject(list);
    expect(inHeap(({ value, array }) => array([...number].map(Number).map(value)))).toMatchObject(list);
    expect(inHeap(({ value, array }) => array([...Buffer.from(number)].map(value)))).toMatchObject(list);
    expect(
      inHeap(({ string, array, object }) => array([...number].map((digit) => object({ key: string(digit) })))),
    ).toMatchObject(list);
  });
});

it('a cast is the same for the same seed, and another for another', () => {
  const digits = (seed: number) => castOf(10, 2, seed).secrets.map((secret) => secret.digits);
  expect(digits(1)).toEqual(digits(1));
  expect(digits(1).filter((one) => digits(2).includes(one))).toEqual([]);
  expect(new Set(castOf(10, 2, 1).payments.map(({ way }) => way)).size).toBe(6);
});

interface Builder {
  readonly string: (text: string) => number;
  readonly joined: (first: string, second: string) => number;
  readonly value: (number: number) => number;
  readonly object: (properties: Record<string, number>) => number;
  readonly array: (elements: number[]) => void;
}

/** Searches a snapshot with these nodes, in the form in which V8 writes them. */
function inHeap(build: (builder: Builder) => void): Finding[] {
  const types = ['array', 'string', 'object', 'number', 'concatenated string'];
  const edgeTypes = ['element', 'property', 'internal'];
  const strings: string[] = [];
  const nodes: { type: string; name: string; edges: [type: string, name: number, to: number][] }[] = [];
  const named = (text: string): number => (strings.includes(text) ? strings.indexOf(text) : strings.push(text) - 1);
  const add = (type: string, name: string, edges: [string, number, number][] = []): number =>
    nodes.push({ type, name, edges }) - 1;
  const string = (text: string) => add('string', text);
  build({
    string,
    joined: (first, second) =>
      add('concatenated string', '(concatenated string)', [
        ['internal', named('first'), string(first)],
        ['internal', named('second'), string(second)],
      ]),
    value: (number) => add('number', 'smi number', [['internal', named('value'), string(String(number))]]),
    object: (properties) =>
      add(
        'object',
        'Object',
        Object.entries(properties).map(([name, to]) => ['property', named(name), to]),
      ),
    array: (elements) =>
      void add(
        'array',
        '',
        elements.map((to, index) => ['element', index, to]),
      ),
  });
  const snapshot: Snapshot = {
    snapshot: {
      meta: {
        node_fields: ['type', 'name', 'id', 'self_size', 'edge_count'],
        node_types: [types, 'string', 'number', 'number', 'number'],
        edge_fields: ['type', 'name_or_index', 'to_node'],
        edge_types: [edgeTypes, 'string_or_number', 'node'],
      },
    },
    nodes: nodes.flatMap(({ type, name, edges }, id) => [types.indexOf(type), named(name), id, 0, edges.length]),
    edges: nodes.flatMap(({ edges }) => edges.flatMap(([type, name, to]) => [edgeTypes.indexOf(type), name, to * 5])),
    strings,
  };
  const search = new Search(secrets, never);
  search.heap('a heap', snapshot);
  return search.findings;
}
