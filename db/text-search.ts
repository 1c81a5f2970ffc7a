import { sql } from 'kysely';
import type { Database } from './connect.ts';
import type { Language } from './people.ts';

/** A text to be searched, its words folded (letters and digits, no accents) with a space between them. */
export interface SearchedText {
  readonly id: string;
  /** What counts most, then `words`, then `body`. */
  readonly title: string;
  readonly words: string;
  readonly body: string;
}

const dictionary = { en: sql.lit('english'), es: sql.lit('spanish') } as const;
const configuration = (language: Language) => sql`${dictionary[language]}::text::regconfig`;

/**
 * Typed words as what they stand for: the stem, and the beginning of a word. A stop word counts only among stop words. A word of letters and digits
 * alone, quoted, is always one lexeme of a tsquery.
 */
const terms = (language: Language, typed: readonly string[]) => sql`
  typed as (
    select word, (tsvector_to_array(to_tsvector(${configuration(language)}, word)))[1] as stem
    from jsonb_array_elements_text(${JSON.stringify(typed)}::text::jsonb) as word
  ),
  term as (
    select word, quote_literal(coalesce(stem, word))::tsquery as whole,
      (quote_literal(coalesce(stem, word)) || ':* | ' || quote_literal(word) || ':*')::tsquery as begun
    from typed where stem is not null or not exists (select from typed where stem is not null)
  )`;

const vector = (language: Language, text: string) => {
  const column = sql.ref(text);
  return sql`(to_tsvector(${configuration(language)}, ${column}) || to_tsvector('simple', ${column}))`;
};

/** Which of `vocabulary` each typed word finds, by its stem or its beginning. */
export async function wordsFound(
  db: Database,
  language: Language,
  typed: readonly string[],
  vocabulary: readonly string[],
): Promise<{ readonly typed: string; readonly found: string }[]> {
  const { rows } = await sql<{ typed: string; found: string }>`
    with ${terms(language, typed)},
    known as (select known from jsonb_array_elements_text(${JSON.stringify(vocabulary)}::text::jsonb) as known)
    select term.word as typed, known.known as found from known, term
    where ${vector(language, 'known.known')} @@ term.begun`.execute(db);
  return rows;
}

/**
 * The texts that have any of the typed words. Those come first that have the most of them, a word counting for more the fewer texts have it, and twice
 * when it is there whole; then those where they stand in the title; then the others, in their order.
 */
export async function textsFound(
  db: Database,
  language: Language,
  typed: readonly string[],
  texts: readonly SearchedText[],
): Promise<string[]> {
  const numbered = texts.map((text, n) => ({ n, ...text }));
  const { rows } = await sql<{ id: string }>`
    with ${terms(language, typed)},
    searched as (
      select n, id, setweight(${vector(language, 'title')}, 'A') || setweight(${vector(language, 'words')}, 'B')
        || setweight(${vector(language, 'body')}, 'D') as vector
      from jsonb_to_recordset(${JSON.stringify(numbered)}::text::jsonb) as text (n integer, id text, title text, words text, body text)
    )
    , hit as (
      select n, id, case when vector @@ whole then 2 else 1 end * ln(1 + ${sql.lit(texts.length)}::float / count(*) over (partition by word)) as worth,
        ts_rank(vector, begun) as rank
      from searched, term where vector @@ begun
    )
    select id from hit group by n, id order by sum(worth) desc, sum(rank) desc, n`.execute(db);
  return rows.map(({ id }) => id);
}

/** How like two words are, of 1; below it a word was not mistyped, it is another. pg_trgm's own threshold is 0.3. */
const ALIKE = 0.35;

/** For each typed word the most like it in `vocabulary`. None where pg_trgm is not there. */
export async function wordsMeant(
  db: Database,
  typed: readonly string[],
  vocabulary: readonly string[],
): Promise<{ readonly typed: string; readonly meant: string }[]> {
  const there = await sql`select from pg_extension where extname = 'pg_trgm'`.execute(db);
  if (there.rows.length === 0) return [];
  const { rows } = await sql<{ typed: string; meant: string }>`
    select distinct on (typed) typed, meant
    from jsonb_array_elements_text(${JSON.stringify(typed)}::text::jsonb) as typed,
      jsonb_array_elements_text(${JSON.stringify(vocabulary)}::text::jsonb) as meant
    where similarity(typed, meant) >= ${sql.lit(ALIKE)}
    order by typed, similarity(typed, meant) desc, meant`.execute(db);
  return rows;
}
