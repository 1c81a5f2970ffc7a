/** Substituted, left out and added words, at the least (Levenshtein), over the words that were said. */
export interface WordErrors {
  readonly errors: number;
  readonly words: number;
}

export function wordErrors(said: readonly string[], heard: readonly string[]): WordErrors {
  let row = Array.from({ length: heard.length + 1 }, (_, n) => n);
  for (const [i, word] of said.entries()) {
    const next = [i + 1];
    for (const [j, other] of heard.entries())
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (word === other ? 0 : 1)));
    row = next;
  }
  return { errors: row[heard.length]!, words: said.length };
}
