/** Letters and digits of a word, whatever marks they carry; all else stands between words. */
const WORD = /[\p{L}\p{N}\p{M}]+/gu;
/** Words of a query that are looked for, and letters of each: longer ones are no words. */
const [MOST_WORDS, MOST_LETTERS] = [16, 40];

/** 'Número' as 'numero': lower case, without accents. */
export const folded = (word: string): string =>
  word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().normalize('NFC');

/** The words of a text, folded. */
export const wordsOf = (text: string): string[] => (text.match(WORD) ?? []).map(folded).filter((word) => word !== '');

/** What somebody looks for, each word once: of a query of any length, with anything in it. */
export function typedWords(query: string): string[] {
  const typed = wordsOf(query.slice(0, 2_000)).map((word) => [...word].slice(0, MOST_LETTERS).join(''));
  return [...new Set(typed)].slice(0, MOST_WORDS);
}

/** A piece of a text: one after the other they are the text. */
export interface Piece {
  readonly text: string;
  /** It is a word that was looked for. */
  readonly marked: boolean;
}

/** A text in which the words in `sought` (folded) are marked. */
export function markedIn(text: string, sought: ReadonlySet<string>): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  const plain = (until: number) => {
    if (until > from) pieces.push({ text: text.slice(from, until), marked: false });
  };
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (!sought.has(folded(word))) continue;
    plain(index);
    pieces.push({ text: word, marked: true });
    from = index + word.length;
  }
  plain(text.length);
  return pieces;
}
