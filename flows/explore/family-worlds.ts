import type { Charged, DeclineReason } from '../family-line/ports.ts';
import type { WorldOptions as FamilyWorldOptions } from '../testing/family-world.ts';
import { rioClaro, savedCard, valleyView } from '../testing/family-world.ts';

export interface WorldOptions extends FamilyWorldOptions {
  /** The gateway answers late. */
  readonly late?: boolean;
}

const declined = (...reasons: DeclineReason[]): Charged[] => reasons.map((reason) => ({ kind: 'declined', reason }));

/** Kinds of callers, and of what befalls them. */
export const worlds: Readonly<Record<string, WorldOptions>> = {
  'a caller whose number is known, with a saved card and blocks': {
    saved: savedCard,
    callers: [valleyView, rioClaro],
    blocks: [valleyView, 'all'],
    funding: { kind: 'autopay', cents: 2_500 },
    standings: [{ position: 1, minutes: 0 }],
    wantsCallBack: true,
  },
  'an account without a saved card': { funding: { kind: 'both', cents: 1_000 } },
  'a caller without an account, when the office is closed': {
    known: false,
    charges: declined('insufficient-funds'),
    callers: [],
    agents: 'closed',
  },
  'a withheld number, and a gateway that does not know': {
    callingNumber: undefined,
    known: false,
    charges: [{ kind: 'pending' }],
    agents: 'nobody',
  },
  'many facilities, many blocks, no agent': {
    callers: Array.from({ length: 5 }, (_, n) => ({ id: `f${n}`, name: `Facility Number ${n}` })),
    blocks: Array.from({ length: 6 }, (_, n) => ({ id: `f${n}`, name: `Facility Number ${n}` })),
    liftable: false,
    agents: 'full',
  },
  'a gateway that declines, on a holiday': {
    saved: savedCard,
    charges: declined('declined', 'expired', 'wrong-details'),
    funding: { kind: 'textpay', cents: 1_000 },
    agents: 'holiday',
  },
  'a gateway that declines at first and answers late': {
    charges: [...declined('not-accepted', 'try-later'), { kind: 'captured', reference: '98765', balanceCents: 9_900 }],
    late: true,
    standings: [
      { position: 3, minutes: 61 },
      { position: 2, minutes: 4 },
    ],
  },
};
