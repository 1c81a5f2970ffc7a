import { familyLine } from '../family-line/family-line.ts';
import type { WorldOptions } from '../testing/family-world.ts';
import { FamilyWorld, rioClaro, savedCard, valleyView } from '../testing/family-world.ts';
import type { Explored, Played } from './explore.ts';
import type { Samples } from './explored-line.ts';

/** What people type: right, and wrong. */
const samples: Samples = {
  'who.number': ['2135550142', '9990000'],
  'passcode.ask': ['4821', '1111'],
  'passcode.or-card': ['4821', '1111'],
  'amount.ask': ['25', '25*50', '101'],
  'card.number': ['4242424242424242', '4242424242424241', '378282246310005'],
  'card.expiry': ['0427', '1313', '0120'],
  'card.cvv': ['907'],
  'pay.code': ['907'],
  'card.postal-code': ['95814', '00000'],
  'block.facility-number': ['12', '99'],
};

/** Kinds of callers, and of what befalls them. */
export const worlds: Readonly<Record<string, WorldOptions>> = {
  'a caller whose number is known': {
    saved: savedCard,
    callers: [valleyView, rioClaro],
    blocks: [valleyView, 'all'],
    funding: { kind: 'autopay', cents: 2_500 },
  },
  'a caller without an account, whose card is declined': {
    known: false,
    charges: [{ kind: 'declined', reason: 'insufficient-funds' }],
    callers: [],
    agents: 'closed',
  },
  'a withheld number, and a bank that does not answer': {
    callingNumber: undefined,
    known: false,
    charges: [{ kind: 'pending' }],
    agents: 'nobody',
  },
  'many facilities, many blocks, no agent': {
    callers: Array.from({ length: 5 }, (_, n) => ({ id: `f${n}`, name: `Facility Number ${n}` })),
    blocks: Array.from({ length: 6 }, (_, n) => ({ id: `f${n}`, name: `Facility Number ${n}` })),
    liftable: false,
    agents: 'nobody',
  },
};

/** The question after which something may be done, by the first word of what the world wrote down. */
const confirmations: Readonly<Record<string, RegExp>> = {
  charge: /^pay\.(read-back|same-again) /,
  place: /^block\.check(-all)? /,
  lift: /^block\.check-lift(-all)? /,
  'turn-off': /^auto\.check-off /,
};
/** Only for who has said the passcode. */
const guarded = ['overview', 'lift', 'turn-off'];

/** The 866 line in a world, and what may never happen on it. */
export function exploredFamilyLine(options: WorldOptions, depth: number): Explored {
  return {
    samples,
    depth,
    call: () => {
      const world = new FamilyWorld(options);
      return { run: (line) => familyLine(line, world), faults: (played) => faultsOf(world, played) };
    },
  };
}

function faultsOf({ done }: FamilyWorld, { line, end }: Played): string[] {
  const faults: string[] = [];
  for (const [word, question] of Object.entries(confirmations)) {
    const times = done.filter((one) => one.split(' ')[0] === word).length;
    const confirmed = line.steps.filter(
      (step) => step.fresh && step.act === '1' && question.test(afterMisses(step.name)),
    ).length;
    if (times !== confirmed) faults.push(`${word} was done ${times} times for ${confirmed} confirmations`);
  }
  const proven = done.indexOf('passcode right');
  for (const [index, one] of done.entries())
    if (guarded.includes(one.split(' ')[0] ?? '') && (proven < 0 || index < proven))
      faults.push(`${one} without a passcode`);
  if (line.steps.some(({ verb, act }) => verb === 'type' && act.length > 12))
    faults.push('a card number was typed as text');
  if (end === 'ended' && line.lastWords.at(-1)?.key !== 'line.goodbye') faults.push('the call ends without a goodbye');
  return faults;
}

/** A question that is asked again begins with what went wrong. */
const afterMisses = (name: string): string => name.replace(/^(menu\.(silence|not-a-choice|ways-out) )+/, '');
