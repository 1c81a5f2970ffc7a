/** A media server as whoever places a call sees it. */
export interface Candidate {
  /** Channels that it carries, as far as is known. */
  readonly sessions: number;
  readonly maxSessions: number;
  /** Takes calls: connected, not paused, not on its way out. */
  readonly open: boolean;
  /** Late with an answer, or it could not be used a moment ago: the others come first. */
  readonly doubtful: boolean;
  /** When it was last given a call, milliseconds. */
  readonly givenAtMs: number;
}

/** Two channels: whoever is placed on a server brings the other leg along. */
const callSessions = 2;

/**
 * The server that carries the smallest part of what it may, of those that take calls and are above doubt; where none is above it, of those in
 * doubt. Equals take turns. Undefined: none has room.
 */
export function leastLoaded<C extends Candidate>(candidates: readonly C[]): C | undefined {
  const able = candidates.filter(({ open, sessions, maxSessions }) => open && sessions + callSessions <= maxSessions);
  const certain = able.filter(({ doubtful }) => !doubtful);
  const [best] = [...(certain.length > 0 ? certain : able)].sort(
    (one, other) => share(one) - share(other) || one.givenAtMs - other.givenAtMs,
  );
  return best;
}

const share = ({ sessions, maxSessions }: Candidate): number => sessions / maxSessions;
