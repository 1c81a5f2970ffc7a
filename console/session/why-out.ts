/** Why nobody is signed in: nobody was, they left, did nothing, signed in elsewhere, or the session was ended. */
export type Away = 'first' | 'left' | 'idle' | 'elsewhere' | 'ended';

const known: Readonly<Record<string, Away>> = {
  'signed-out': 'left',
  idle: 'idle',
  replaced: 'elsewhere',
  expired: 'ended',
  'password-changed': 'ended',
  'staff-changed': 'ended',
  revoked: 'ended',
};

/** What the server says of a session that is over; `otherwise` where it knows none. */
export function whyOut(faults: readonly string[], otherwise: Away): Away {
  for (const fault of faults) if (known[fault]) return known[fault];
  return otherwise;
}
