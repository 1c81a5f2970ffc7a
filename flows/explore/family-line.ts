import { familyLine } from '../family-line/family-line.ts';
import type { Ports } from '../family-line/ports.ts';
import { FamilyWorld } from '../testing/family-world.ts';
import type { Explored, Played } from './explore.ts';
import type { Samples } from './explored-line.ts';
import { deedFault, wayFaults } from './family-rules.ts';
import type { WorldOptions } from './family-worlds.ts';
import { afterMisses } from './step.ts';
import type { Deed } from './watched.ts';
import { knownOf, watched } from './watched.ts';

export { worlds } from './family-worlds.ts';

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
  'find.spell-state': ['22', '682', '55'],
  'find.spell-name': ['746', '825', '999'],
  'open.passcode': ['4823', '1234'],
  'open.passcode-again': ['4823', '9999'],
  'call-back.enter': ['2135550142', '9115550'],
};

/** The question after which something may be done, by the first word of what the world wrote down. */
const confirmations: Readonly<Record<string, RegExp>> = {
  charge: /^pay\.(read-back|same-again) /,
  place: /^block\.check(-all)? /,
  lift: /^block\.check-lift(-all)? /,
  'turn-off': /^auto\.check-off /,
  open: /^(terms\.dated .*)?terms\.accept /,
};
/** Only for who has said the passcode. */
const guarded = ['overview', 'lift', 'turn-off'];
/** Looked up, and the same at any time of a call. */
const lookedUp = [
  'accounts.ofCaller',
  'accounts.overview',
  'payments.savedCard',
  'payments.heard',
  'blocks.callers',
  'blocks.of',
  'facilities.states',
  'facilities.ofState',
  'facilities.numbered',
  'openings.standing',
  'openings.terms',
  'openings.tooEasy',
  'funding.of',
  'agents.opening',
  'agents.queue',
  'messages.isSpoken',
  'messages.checkNumber',
];

/** The 866 line in a world, and what may never happen on it. */
export function exploredFamilyLine(options: WorldOptions): Explored {
  return {
    samples,
    call: () => {
      const world = new FamilyWorld(options);
      const deeds: Deed[] = [];
      const faults: string[] = [];
      return {
        run: (line) => {
          const note = (deed: Deed) => {
            faults.push(...deedFault(deed, deeds, options.saved?.lastFour));
            deeds.push(deed);
          };
          return familyLine(line, watched(options.late ? late(world) : world, line, note));
        },
        known: (latest) => knownOf(deeds, lookedUp, latest),
        faults: (played) => [...faults, ...wayFaults(played, deeds), ...faultsOf(world, played)],
      };
    },
  };
}

/** What the gateway is asked comes back when the line has long told everything that it tells meanwhile. */
function late(world: FamilyWorld): Ports {
  const charge: Ports['payments']['charge'] = async (...given) => {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
    return world.payments.charge(...given);
  };
  return { ...world, payments: { ...world.payments, charge } };
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
  // Whoever has just chosen a passcode has said it.
  const proven = done.findIndex((one) => one === 'passcode right' || one.startsWith('open '));
  for (const [index, one] of done.entries())
    if (guarded.includes(one.split(' ')[0] ?? '') && (proven < 0 || index < proven))
      faults.push(`${one} without a passcode`);
  for (const one of done)
    if (one.startsWith('charge') && !/ (saved|new \.\.\d{4} \d+\/\d+) cvv:3/.test(one))
      faults.push(`the digits were gone before the charge: ${one}`);
  if (line.steps.some(({ verb, act }) => verb === 'type' && act.length > 12))
    faults.push('a card number was typed as text');
  if (end === 'ended' && line.lastWords.at(-1)?.key !== 'line.goodbye') faults.push('the call ends without a goodbye');
  return faults;
}
