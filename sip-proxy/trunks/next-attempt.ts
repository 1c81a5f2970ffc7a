import type { Trunk } from './trunk.ts';

/** How an attempt through a trunk ended. */
export interface AttemptEnd {
  /** The final status, or none: the trunk did not answer at all, or could not be reached. */
  readonly status: number | undefined;
  /**
   * The status was made on this side: 408 by timer B (RFC 3261 §17.1.1.2), 503 by a transport error (§8.1.3.1), rather than
   * sent by the trunk. A 408 of the trunk's own says that the callee did not answer.
   */
  readonly local: boolean;
  /** A 180 or 183 came back: somebody's phone may have rung, and ringing it again through another trunk would be a second call. */
  readonly rang: boolean;
}

export type NextAttempt =
  | { readonly kind: 'try'; readonly trunk: Trunk }
  | { readonly kind: 'stop'; readonly why: 'answered' | 'rang' | 'final' | 'redirected' | 'no-more-trunks' };

const stop = (why: Extract<NextAttempt, { kind: 'stop' }>['why']): NextAttempt => ({ kind: 'stop', why });

/** The trunk to begin with. */
export const firstAttempt = (trunks: readonly Trunk[]): NextAttempt => attempt(trunks[0]);

/**
 * What to do after an attempt through the trunk of this name. The next trunk is tried where this one failed, not where the callee
 * or the callee's network said no: after 5xx and after no answer at all, never after 3xx, 4xx or 6xx, never once it rang.
 */
export function nextAttempt(
  trunks: readonly Trunk[],
  failed: string,
  { status, local, rang }: AttemptEnd,
): NextAttempt {
  const kind = Math.floor((status ?? 0) / 100);
  if (kind === 2) return stop('answered');
  if (rang) return stop('rang');
  const silent = status === undefined || (local && (status === 408 || status === 503));
  // Redirection is off by policy: a number that was allowed must not become another.
  if (!silent && kind === 3) return stop('redirected');
  if (!silent && kind !== 5) return stop('final');
  const at = trunks.findIndex(({ name }) => name === failed);
  return at < 0 ? stop('no-more-trunks') : attempt(trunks[at + 1]);
}

const attempt = (trunk: Trunk | undefined): NextAttempt => (trunk ? { kind: 'try', trunk } : stop('no-more-trunks'));
