export interface AttackOptions {
  readonly seed: number;
  /** How much of the whole attack is done: 1 is all of it, as the command does it; tests do a small part. */
  readonly share: number;
  readonly say: (text: string) => void;
}

/** Something that has to hold after an attack. */
export interface Check {
  readonly what: string;
  readonly seen: unknown;
  readonly wanted: string;
  readonly holds: boolean;
}

export interface Outcome {
  readonly checks: readonly Check[];
  /** What was counted and measured on the way. */
  readonly figures: Readonly<Record<string, unknown>>;
  /** Cases that did not go as they should: enough to play them again. */
  readonly found: readonly string[];
}

export interface Attack {
  readonly name: string;
  /** What is done, and about how long the whole of it takes. */
  readonly title: string;
  run(options: AttackOptions): Promise<Outcome>;
}

/** Collects what an attack finds out. */
export class Findings {
  readonly checks: Check[] = [];
  readonly figures: Record<string, unknown> = {};
  readonly found: string[] = [];

  is(what: string, seen: unknown, wanted: unknown): void {
    this.checks.push({ what, seen, wanted: String(wanted), holds: Object.is(seen, wanted) });
  }

  atMost(what: string, seen: number, limit: number): void {
    this.checks.push({ what, seen, wanted: `at most ${limit}`, holds: seen <= limit });
  }

  atLeast(what: string, seen: number, limit: number): void {
    this.checks.push({ what, seen, wanted: `at least ${limit}`, holds: seen >= limit });
  }

  none(what: string, seen: readonly unknown[]): void {
    this.checks.push({ what, seen: seen.slice(0, 5), wanted: 'none', holds: seen.length === 0 });
  }
}

/** What did not hold, as lines. */
export const failures = ({ checks, found }: Outcome): string[] => [
  ...checks.filter(({ holds }) => !holds).map(({ what, seen, wanted }) => `${what}: ${text(seen)}, wanted ${wanted}`),
  ...found,
];

export const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
