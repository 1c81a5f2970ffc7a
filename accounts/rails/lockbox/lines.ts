import { LockboxRefusal } from './refusal.ts';

export interface Line {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** Longest line, in characters, and most lines: a bank's file of a day is far below either. */
export const LONGEST = 2_000;
export const MOST = 200_000;

/**
 * The lines of a file of UTF-8 (RFC 3629), ended by LF or CRLF, the last perhaps by nothing; a byte order mark is dropped, empty lines are
 * counted and left out. Holds one chunk and one line at a time. Throws LockboxRefusal.
 */
export async function* linesOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  let rest = '';
  const decode = (chunk?: Uint8Array) => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch {
      throw new LockboxRefusal('not-utf-8', line);
    }
  };
  const checked = (text: string): Line => {
    if (text.length > LONGEST) throw new LockboxRefusal('line-too-long', line);
    if (line > MOST) throw new LockboxRefusal('too-many-lines', line);
    return { line, text };
  };
  for await (const chunk of source) {
    const texts = (rest + decode(chunk)).split('\n');
    rest = texts.pop() ?? '';
    for (const text of texts) {
      const bare = text.endsWith('\r') ? text.slice(0, -1) : text;
      if (bare !== '') yield checked(bare);
      line++;
    }
    if (rest.length > LONGEST) throw new LockboxRefusal('line-too-long', line);
  }
  rest += decode();
  if (rest !== '') yield checked(rest.endsWith('\r') ? rest.slice(0, -1) : rest);
}
