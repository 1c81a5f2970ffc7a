/** What can be done with a check that is in this state, the likeliest first. */
export type ChequeAct = 'address' | 'mailed' | 'cashed' | 'returned' | 'stale' | 'decision';

interface Standing {
  readonly state: 'needs-address' | 'queued' | 'printing' | 'mailed' | 'cashed' | 'stale' | 'stopped';
  readonly inQuestion: boolean;
}

const acts: Readonly<Record<Standing['state'], readonly ChequeAct[]>> = {
  'needs-address': ['address'],
  queued: ['address'],
  printing: ['mailed'],
  mailed: ['cashed', 'returned', 'stale'],
  cashed: [],
  stale: [],
  stopped: [],
};

/** One whose payment bounced is decided about before anything else. */
export const actsFor = ({ state, inQuestion }: Standing): readonly ChequeAct[] =>
  inQuestion ? ['decision'] : acts[state];

/** What is asked for an act. */
export const asks: Readonly<Record<ChequeAct, readonly ('address' | 'number' | 'reason' | 'decision')[]>> = {
  address: ['address'],
  mailed: ['number'],
  cashed: [],
  returned: ['number'],
  stale: ['number', 'reason'],
  decision: ['decision', 'reason'],
};

/** A number of a check is digits alone. */
export const isChequeNumber = (typed: string): boolean => /^[0-9]{1,20}$/.test(typed.trim());
