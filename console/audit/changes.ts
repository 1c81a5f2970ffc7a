/** What an act changed of one thing; undefined: it was not there, or is not any more. */
export interface Change {
  readonly name: string;
  readonly was: string | undefined;
  readonly is: string | undefined;
}

type State = Readonly<Record<string, unknown>>;

/** What differs between before and after, name by name; what stayed is left out, and what is nothing in something new. */
export function changesOf(before: State = {}, after: State = {}): Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names
    .map((name) => ({ name, was: said(before[name]), is: said(after[name]) }))
    .filter(({ was, is }) => was !== is && !(was === undefined && isNothing(is)));
}

const said = (value: unknown): string | undefined =>
  value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value);

const isNothing = (said: string | undefined): boolean => said === 'null' || said === '[]' || said === '';
