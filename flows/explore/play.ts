import type { Samples } from './explored-line.ts';
import { Endless, ExploredLine, HungUp } from './explored-line.ts';
import { readBackFaults } from './read-back.ts';
import type { Act } from './step.ts';

/** One call of a flow, to its end. */
export interface Played {
  readonly line: ExploredLine;
  readonly end: 'ended' | 'hung up' | 'endless';
}

export interface Explored {
  /** Plays one call and tells what was wrong with it. A call is a world of its own. */
  readonly call: () => {
    readonly run: (line: ExploredLine) => Promise<void>;
    readonly faults: (played: Played) => readonly string[];
  };
  readonly samples: Samples;
  /** Every sequence of so many acts is tried at every question that can be reached. */
  readonly depth: number;
}

/** The longest that is told before the caller may choose again, seconds. */
export const mostSeconds = 30;

/** Plays a call whose person does these acts, and then nothing; and tells what is wrong with it. */
export async function playCall(
  { call, samples }: Explored,
  path: readonly Act[],
): Promise<Played & { readonly faults: readonly string[] }> {
  const { run, faults } = call();
  const line = new ExploredLine(samples, path);
  const played: Played = { line, end: await endOf(run, line) };
  return { ...played, faults: [...faults(played), ...ownFaults(played)] };
}

async function endOf(run: (line: ExploredLine) => Promise<void>, line: ExploredLine): Promise<Played['end']> {
  return run(line).then(
    () => 'ended',
    (error: unknown) => {
      if (error instanceof HungUp) return 'hung up';
      if (error instanceof Endless) return 'endless';
      throw error;
    },
  );
}

/** What is wrong with any flow. */
function ownFaults({ line, end }: Played): string[] {
  const { steps, buffers } = line;
  const long = steps.filter(({ seconds }) => seconds > mostSeconds);
  const closed = steps.filter(({ verb, acts }) => verb !== 'ask' && !acts.includes('*'));
  return [
    ...(end === 'endless' ? ['the call never ends'] : []),
    ...long.map(({ name, seconds }) => `${seconds.toFixed(0)} s are told before a choice: ${name}`),
    ...closed.map(({ name }) => `no way back from: ${name}`),
    ...readBackFaults(line),
    // All of the buffer: `bytes` of one that is empty shows nothing.
    ...([...buffers].some(({ length, bytes }) => length > 0 || new Uint8Array(bytes.buffer).some((byte) => byte > 0))
      ? ['a secret is left in its buffer']
      : []),
  ];
}
