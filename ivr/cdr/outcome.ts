import type { Announcement, Disposition } from './dispositions.ts';
import { dispositions } from './dispositions.ts';

/** Why this side, not the network, gave up on the outside leg. */
export type LocalReason = 'caller-cancelled' | 'ring-timeout' | 'no-response' | 'no-trunk';

/** How the outside leg ended before it was answered; `status` 300-699, `q850` of a Reason header (RFC 3326). */
export interface LegEnd {
  readonly local?: LocalReason | undefined;
  readonly status?: number | undefined;
  readonly q850?: number | undefined;
}

export interface Outcome {
  readonly disposition: Disposition;
  readonly q850: number;
  readonly announcement: Announcement;
}

type Row = readonly [disposition: Disposition, q850: number];

const localReasons: Readonly<Record<LocalReason, Row>> = {
  'caller-cancelled': ['caller-cancelled', 16],
  'ring-timeout': ['no-answer', 19],
  'no-response': ['unavailable', 102],
  'no-trunk': ['unavailable', 38],
};

/** Final statuses that leave no doubt. The Q.850 column is RFC 3398 §8.2.6.1; it has none for 3xx, 487, 488, 606, 607, 608. */
const decisive: Readonly<Record<number, Row>> = {
  404: ['not-in-service', 1],
  408: ['no-answer', 102],
  410: ['not-in-service', 22],
  484: ['not-in-service', 28],
  485: ['not-in-service', 1],
  486: ['busy', 17],
  487: ['no-answer', 19],
  488: ['incompatible', 88],
  600: ['busy', 17],
  603: ['rejected', 21],
  604: ['not-in-service', 1],
  606: ['incompatible', 88],
  607: ['rejected', 21], // RFC 8197: Unwanted
  608: ['rejected', 21], // RFC 8688: Rejected by an intermediary
};

/** Final statuses that gateways use for many things: a Q.850 cause beside them says more. */
const vague: Readonly<Record<number, Row>> = {
  400: ['unavailable', 41],
  401: ['unavailable', 21],
  402: ['unavailable', 21],
  403: ['rejected', 21],
  405: ['unavailable', 63],
  406: ['incompatible', 79],
  407: ['unavailable', 21],
  415: ['incompatible', 79],
  480: ['no-answer', 18],
  481: ['unavailable', 41],
  482: ['unavailable', 25],
  483: ['unavailable', 25],
  500: ['unavailable', 41],
  501: ['unavailable', 79],
  502: ['unavailable', 38],
  503: ['unavailable', 41],
  504: ['unavailable', 102],
};
/** Everything else by its class; RFC 3398 §8.2.6.1 gives 127 (interworking) to what it does not name. */
const byClass: Readonly<Record<number, Row>> = {
  3: ['redirected', 23],
  4: ['unavailable', 127],
  5: ['unavailable', 127],
  6: ['rejected', 21],
};

/** ITU-T Q.850 causes that change what a vague status means. */
const causes: Readonly<Record<number, Disposition>> = {
  1: 'not-in-service', // unallocated number
  16: 'no-answer', // normal clearing
  17: 'busy',
  18: 'no-answer', // no user responding
  19: 'no-answer', // user alerted
  20: 'no-answer', // subscriber absent
  21: 'rejected',
  22: 'not-in-service', // number changed
  28: 'not-in-service', // address incomplete
  31: 'no-answer', // normal, unspecified
  65: 'incompatible', // bearer capability not implemented
  88: 'incompatible', // incompatible destination
  2: 'unavailable', // no route to transit network
  3: 'unavailable', // no route to destination
  27: 'unavailable', // destination out of order
  34: 'unavailable', // no circuit
  38: 'unavailable', // network out of order
  41: 'unavailable', // temporary failure
  42: 'unavailable', // switching congestion
  47: 'unavailable', // resource unavailable
};

/** How an outside leg that was never answered goes into the CDR, and what the caller is told. Never throws. */
export function outcomeOf({ local, status = 0, q850 }: LegEnd): Outcome {
  if (local) return outcome(localReasons[local]);
  // Q.850 causes are seven bits; a Reason header may carry anything.
  const cause = q850 !== undefined && Number.isInteger(q850) && q850 >= 1 && q850 <= 127 ? q850 : undefined;
  const certain = decisive[status];
  if (certain) return outcome([certain[0], cause ?? certain[1]]);
  const [disposition, usual] = vague[status] ?? byClass[Math.floor(status / 100)] ?? (['unavailable', 41] as const);
  if (cause === undefined || disposition === 'redirected') return outcome([disposition, cause ?? usual]);
  return outcome([causes[cause] ?? disposition, cause]);
}

const outcome = ([disposition, q850]: Row): Outcome => ({
  disposition,
  q850,
  announcement: dispositions[disposition].announcement,
});
