import type { Samples } from './explored-line.ts';
import { Endless, ExploredLine, HungUp } from './explored-line.ts';
import { readBackFaults } from './read-back.ts';
import type { Act, Step } from './step.ts';
import { silence } from './step.ts';

/** One call of a flow, to its end. */
export interface Played {
  readonly line: ExploredLine;
  readonly end: 'ended' | 'hung up' | 'endless';
}

/** A call, and the world in which it happens. */
export interface Call {
  readonly run: (line: ExploredLine) => Promise<void>;
  readonly faults: (played: Played) => readonly string[];
  /**
   * What of the past may make a difference to what follows, so many answers of each kind: two questions that are the same and know
   * the same are one state.
   */
  readonly known?: (latest: number) => string;
}

export interface Explored {
  /** Plays one call and tells what was wrong with it. A call is a world of its own. */
  readonly call: () => Call;
  readonly samples: Samples;
}

/** The longest that is told before the caller may choose again, seconds. */
export const mostSeconds = 30;

export interface PlayedWhole extends Played {
  readonly faults: readonly string[];
}

/**
 * Plays a call whose person does these acts, and then one and the same; and tells what is wrong with it. `latest`: how much of the past is
 * known at the question after the acts.
 */
export async function playCall(
  { call, samples }: Explored,
  path: readonly Act[],
  { after = silence, latest = 1 }: { readonly after?: Act; readonly latest?: number } = {},
): Promise<PlayedWhole> {
  const { run, faults, known } = call();
  const line = new ExploredLine(samples, { acts: path, after, ...(known && { known: () => known(latest) }) });
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
  const closed = steps.filter(({ verb, acts }) => verb !== 'ask' && verb !== 'record' && !acts.includes('*'));
  return [
    ...(end === 'endless' ? ['the call never ends'] : []),
    ...long.map(({ name, seconds }) => `${seconds.toFixed(0)} s are told before a choice: ${name}`),
    ...closed.map(({ name }) => `no way back from: ${name}`),
    ...steps.flatMap(unheardKeys),
    ...readBackFaults(line),
    // All of the buffer: `bytes` of one that is empty shows nothing.
    ...([...buffers].some(({ length, bytes }) => length > 0 || new Uint8Array(bytes.buffer).some((byte) => byte > 0))
      ? ['a secret is left in its buffer']
      : []),
  ];
}

/** A key that is told with a question is listened for. */
const unheardKeys = ({ verb, asked, acts, name }: Step): string[] =>
  verb !== 'ask'
    ? []
    : asked.flatMap(({ values }) =>
        Object.values(values).flatMap((value) =>
          value.kind === 'key' && !acts.includes(value.key)
            ? [`${value.key} is told, and not listened for: ${name}`]
            : [],
        ),
      );
