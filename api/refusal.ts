import { Problem, problemType } from './problem.ts';

/** What refusals of one part of the API are, by code: the last part of the problem's `type`, which does not change. What happened, and what to do. */
export type Refusals = Readonly<Record<string, readonly [status: number, detail: string]>>;

export interface RefusedBecause {
  /** Codes of what is wrong. */
  readonly faults?: readonly string[] | undefined;
  /** When it may be tried again. */
  readonly until?: Date | undefined;
  readonly now?: Date | undefined;
}

/** The problem of a refusal (RFC 9457), from its table. `challenge`: how to come in, which a 401 says (RFC 9110 §11.6.1). */
export const refusing =
  <R extends Refusals>(refusals: R, challenge?: string) =>
  (code: keyof R & string, { faults, until, now }: RefusedBecause = {}): Problem => {
    const [status, detail] = refusals[code] ?? [500, 'An error of this system.'];
    const seconds = until && now && Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1_000));
    const headers = {
      ...(status === 401 && challenge !== undefined && { 'www-authenticate': challenge }),
      ...(seconds !== undefined && { 'retry-after': String(seconds) }),
    };
    return new Problem(status, detail, headers, { type: problemType(code), ...(faults && { faults }) });
  };
