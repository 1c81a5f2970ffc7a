import type { Database } from '#db/connect.ts';
import type { Language } from '#db/people.ts';
import { textsFound, wordsFound, wordsMeant } from '#db/text-search.ts';
import { figuresAt, withFigures } from './figures.ts';
import { markedIn, typedWords, wordsOf, type Piece } from './typed-words.ts';
import { faqIds, faqWording, type FaqId } from './wording.ts';

export interface FaqEntry {
  readonly id: FaqId;
  readonly question: readonly Piece[];
  readonly answer: readonly Piece[];
}

export interface FaqSearch {
  readonly language: Language;
  /** What was typed, as it is; nothing but blanks lists everything. */
  readonly query: string;
  readonly at: Date;
  /** What families call, E.164. */
  readonly line?: string | undefined;
  readonly most?: number;
}

/** Shorter ones are like too many. */
const MISTYPED_FROM = 4;

/**
 * Questions and answers in which the typed words are found (guide row 29): in any form of the word, with or without its accents, by its beginning, and
 * one that is nowhere by the word most like it. Those with the most of them come first. With no word in it a query lists all. The answers are true at
 * `at`. Throws DatabaseUnavailable.
 */
export async function searchFaq(db: Database, search: FaqSearch): Promise<FaqEntry[]> {
  const { language, query, most = faqIds.length } = search;
  const figures = await figuresAt(db, language, search);
  const entries = faqIds.map((id) => {
    const { question, answer, words } = faqWording[language][id];
    return { id, question, answer: withFigures(answer, figures), words };
  });
  const typed = typedWords(query);
  if (typed.length === 0) {
    const listed = query.trim() === '' ? entries.slice(0, most) : [];
    return listed.map((entry) => marked(entry, new Set()));
  }
  const texts = entries.map(({ id, question, answer, words }) => ({
    ...{ id, title: wordsOf(question).join(' '), words: wordsOf(words).join(' '), body: wordsOf(answer).join(' ') },
  }));
  const vocabulary = [...new Set(texts.flatMap(({ title, words, body }) => `${title} ${words} ${body}`.split(' ')))];
  const sought = await asMeant(db, language, typed, vocabulary);
  const found = await textsFound(db, language, sought.typed, texts);
  return found
    .slice(0, most)
    .flatMap((id) => entries.filter((entry) => entry.id === id))
    .map((entry) => marked(entry, sought.words));
}

const marked = (
  { id, question, answer }: { readonly id: FaqId; readonly question: string; readonly answer: string },
  sought: ReadonlySet<string>,
): FaqEntry => ({ id, question: markedIn(question, sought), answer: markedIn(answer, sought) });

/** The typed words, those that were mistyped as they were meant; and the words of the texts that they find. */
async function asMeant(
  db: Database,
  language: Language,
  typed: readonly string[],
  vocabulary: readonly string[],
): Promise<{ readonly typed: readonly string[]; readonly words: ReadonlySet<string> }> {
  const found = await wordsFound(db, language, typed, vocabulary);
  const known = new Set(found.map((pair) => pair.typed));
  const unknown = typed.filter((word) => !known.has(word) && word.length >= MISTYPED_FROM);
  const meant = unknown.length > 0 ? await wordsMeant(db, unknown, vocabulary) : [];
  if (meant.length === 0) return { typed, words: new Set(found.map((pair) => pair.found)) };
  const mended = typed.map((word) => meant.find((pair) => pair.typed === word)?.meant ?? word);
  const again = await wordsFound(db, language, mended, vocabulary);
  return { typed: mended, words: new Set(again.map((pair) => pair.found)) };
}
