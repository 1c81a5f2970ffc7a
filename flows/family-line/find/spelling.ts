/** Letters on the keys of a telephone (ITU-T E.161 §3.2). */
const letters = ['abc', 'def', 'ghi', 'jkl', 'mno', 'pqrs', 'tuv', 'wxyz'];
const keyOf = new Map(letters.flatMap((group, index) => [...group].map((letter) => [letter, String(index + 2)])));

/** The keys that spell each word of a name: without accents, apostrophes and points, and without its digits, as 1 and 0 are no letters. */
export function keysOf(name: string): string[] {
  const words = name
    .normalize('NFD')
    .replace(/[\p{M}'’.]/gu, '')
    .toLowerCase()
    .split(/[^a-z]+/);
  return words.map((word) => [...word].map((letter) => keyOf.get(letter) ?? '').join('')).filter((keys) => keys !== '');
}

/** The letters of what was typed: `*` begins anew, 1 and 0 are what some people type for a space. */
export const lettersOf = (typed: string): string => typed.slice(typed.lastIndexOf('*') + 1).replace(/[^2-9]/g, '');

export type Search<T> = (typed: string) => readonly T[];

/**
 * Finds what begins with the letters that are typed, from its first word or a later one, spaces left out: first what is spelled to its
 * end, then what begins so, then what has a later word that does; within each as they were given. Nothing typed finds nothing.
 */
export function searchByName<T>(among: readonly T[], nameOf: (one: T) => string): Search<T> {
  const tails = among.map((one) => {
    const words = keysOf(nameOf(one));
    return { one, tails: words.map((_, from) => words.slice(from).join('')) };
  });
  return (typed) => {
    const wanted = lettersOf(typed);
    if (wanted === '') return [];
    const ranked: [T[], T[], T[]] = [[], [], []];
    for (const {
      one,
      tails: [whole = '', ...later],
    } of tails) {
      if (whole === wanted) ranked[0].push(one);
      else if (whole.startsWith(wanted)) ranked[1].push(one);
      else if (later.some((tail) => tail.startsWith(wanted))) ranked[2].push(one);
    }
    return ranked.flat();
  };
}
