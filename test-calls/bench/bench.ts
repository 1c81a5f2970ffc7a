import type { Figure } from './figures.ts';

export interface BenchOptions {
  /** A short run that shows that everything works: its figures are worth little. */
  readonly quick: boolean;
  readonly say: (text: string) => void;
  /** Servers that the platform does not start, by name: an engine that runs already. */
  readonly also: ReadonlyMap<string, number>;
  /** How many calls at the same time, step by step, where a bench can be told. */
  readonly calls?: readonly number[] | undefined;
  /** Who carries them; everyone unless given. */
  readonly carriedBy?: readonly string[] | undefined;
  /** A folder for V8's CPU profiles of what is measured. */
  readonly profile?: string | undefined;
}

export interface Measured {
  readonly figures: readonly Figure[];
  /** How it was measured and what is to be known about it. */
  readonly notes: readonly string[];
  /** Everything else, for the report. */
  readonly detail: unknown;
}

export interface Bench {
  readonly name: string;
  readonly title: string;
  run(options: BenchOptions): Promise<Measured>;
}
