import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDatabase, type TestDatabase } from './testing.ts';
import { textsFound, wordsFound, wordsMeant } from './text-search.ts';

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

/** Texts by id: title, words, body. */
const find = (
  typed: string[],
  texts: Record<string, readonly [string, string, string]>,
  language: 'en' | 'es' = 'en',
) =>
  textsFound(
    server.db,
    language,
    typed,
    Object.entries(texts).map(([id, [title, words, body]]) => ({ id, title, words, body })),
  );

describe('of the texts that have a typed word', () => {
  it('those come first in which it is whole', async () => {
    const texts = { begun: ['cardboard', '', ''], whole: ['', '', 'card'] } as const;
    expect(await find(['card'], texts)).toEqual(['whole', 'begun']);
  });

  it('those come first that have it in the title, then among the words', async () => {
    const texts = { body: ['', '', 'card'], words: ['', 'card', ''], title: ['card', '', ''] } as const;
    expect(await find(['card'], texts)).toEqual(['title', 'words', 'body']);
  });

  it('those come first that have more of them, and a rare one counts for more than a common one', async () => {
    const texts = {
      common: ['phone', '', ''],
      other: ['phone', '', ''],
      rare: ['', '', 'unblock'],
      both: ['', '', 'phone unblock'],
    } as const;
    expect(await find(['phone', 'unblock'], texts)).toEqual(['both', 'rare', 'common', 'other']);
  });

  it('those that have none are not there, nor those with a stop word alone', async () => {
    const texts = { one: ['the phone', '', ''], none: ['the other', '', ''] } as const;
    expect(await find(['the', 'phone'], texts)).toEqual(['one']);
    expect(await find(['the'], texts)).toEqual(['one', 'none']);
  });

  it('a word is found in its forms by the rules of its language, and by its beginning as it was typed', async () => {
    const texts = { one: ['referencia', '', 'bloqueadas'] } as const;
    for (const word of ['referencias', 'referenci', 'bloqueo', 'bloq']) expect([word, await find([word], texts, 'es')]).toEqual([word, ['one']]); // prettier-ignore
    expect(await find(['bloqueo'], texts, 'en')).toEqual([]);
    expect(await find(['country'], { one: ['countryside', '', ''] })).toEqual(['one']);
  });
});

it('a typed word finds words of a vocabulary, and one that finds none the word most like it', async () => {
  const vocabulary = ['receipt', 'receipts', 'recording', 'balance'];
  expect(await wordsFound(server.db, 'en', ['receipts', 'bal', 'recipt'], vocabulary)).toEqual([
    { typed: 'receipts', found: 'receipt' },
    { typed: 'receipts', found: 'receipts' },
    { typed: 'bal', found: 'balance' },
  ]);
  expect(await wordsMeant(server.db, ['recipt', 'xyzzy'], vocabulary)).toEqual([{ typed: 'recipt', meant: 'receipt' }]);
});
