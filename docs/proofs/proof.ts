/** A test that shows that something is so: its file, from the root of the repository, and its whole name, as vitest tells it without " > ". */
export interface Proof {
  readonly file: string;
  readonly title: string;
}

/** Tests of one file, which is named without `.test.ts`. */
export const by = (file: string, ...titles: readonly string[]): readonly Proof[] =>
  titles.map((title) => ({ file: `${file}.test.ts`, title }));

/** The proofs of each file, in the order in which the files are first named. */
export function byFile(proofs: readonly Proof[]): ReadonlyMap<string, readonly Proof[]> {
  const files = new Map<string, Proof[]>();
  for (const proof of proofs) files.set(proof.file, [...(files.get(proof.file) ?? []), proof]);
  return files;
}

/** What stands in the last column of a table: each file once, with its tests. `from`: the way from the document to the root. */
export function proofsTold(proofs: readonly Proof[], from: string): string {
  return [...byFile(proofs)]
    .map(([file, all]) => `[${file}](${from}${file}): ${all.map(({ title }) => title).join('; ')}`)
    .join('<br>');
}

/** A line of a table in Markdown: what would end a cell is written out. */
export const line = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
