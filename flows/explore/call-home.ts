import type { Caller, Desk } from '../call-home/inside.ts';
import { callHome } from '../call-home/inside.ts';
import type { Offer, OwnBlock } from '../call-home/offer.ts';
import { offerCall } from '../call-home/offer.ts';
import type { PromptKey } from '../prompt.ts';
import { insideFaults, offerFaults } from './call-home-rules.ts';
import type { Explored } from './explore.ts';
import type { ExploredLine } from './explored-line.ts';
import type { Deed } from './watched.ts';
import { knownOf, watched } from './watched.ts';

/** What the world of a person inside is like; whatever is not said is as usual. */
export interface InsideOptions {
  readonly pinLocked?: boolean;
  readonly found?: Caller | 'busy' | 'locked';
  /** What the station dialled by itself. */
  readonly dialled?: string;
  readonly refusal?: PromptKey;
  /** What the caller is told after the call. */
  readonly ending?: PromptKey;
}

const known: Caller = { needsName: false, language: 'es' };

export const insideWorlds: Readonly<Record<string, InsideOptions>> = {
  'a person inside who is known': { found: known, ending: 'outcome.ended' },
  'a person inside who calls for the first time': {
    found: { needsName: true, language: 'en' },
    ending: 'outcome.busy',
  },
  'a station that dials by itself': { dialled: '2135550142', ending: 'outcome.no-answer' },
  'a person inside who has a call in progress': { found: 'busy' },
  'a station with too many wrong PINs': { pinLocked: true },
  'a PIN that is locked': { found: 'locked' },
  'a number that may not be called': { refusal: 'refusal.blocked' },
};

/** The caller's side of a call home. */
export function exploredInside(options: InsideOptions): Explored {
  return {
    samples: { 'pin.ask': ['4821', '1111'], 'number.ask': ['2135550142', '911'] },
    call: () => {
      const deeds: Deed[] = [];
      return {
        run: (line) => {
          const desk = watched(deskOf(options), line, (deed) => void deeds.push(deed));
          return callHome(line, desk, options.dialled);
        },
        known: (latest) => knownOf(deeds, [], latest),
        faults: (played) => insideFaults(played, deeds),
      };
    },
  };
}

function deskOf({ pinLocked = false, found = known, refusal, ending }: InsideOptions): Desk {
  return {
    pinLocked: async () => pinLocked,
    identify: async (pin) => (String.fromCharCode(...pin.bytes) === '4821' ? found : 'unknown'),
    keepName: async () => undefined,
    mayCall: async () => refusal,
    connect: async () => ending,
    giveUp: async () => undefined,
  };
}

export interface OfferOptions {
  readonly keys?: Offer['keys'];
  readonly named?: boolean;
  readonly placed?: Awaited<ReturnType<OwnBlock['place']>>;
  readonly undone?: boolean;
}

const usualKeys: Offer['keys'] = { accept: '1', refuse: '2', block: '9', language: '*' };

export const offerWorlds: Readonly<Record<string, OfferOptions>> = {
  'a call that is offered': { named: true },
  'a call from nobody by name, with other keys': { keys: { accept: '5', refuse: '7', block: '8', language: '3' } },
  'a block that will come': { placed: 'promised' },
  'a block that cannot be placed': { placed: 'failed' },
  'a block that cannot be taken back': { undone: false },
};

/** The called party's side of a call home. */
export function exploredOffer({ keys = usualKeys, named, placed = 'placed', undone = true }: OfferOptions): Explored {
  const spokenName = named ? { path: 'name.wav', shown: 'Pat Doe' } : undefined;
  const offer: Offer = { keys, facility: 'California Correctional Institution', spokenName };
  return {
    samples: {},
    call: () => {
      const deeds: Deed[] = [];
      let here: ExploredLine | undefined;
      let outcome: string | undefined;
      const own: OwnBlock = { place: async () => placed, undo: async () => undone };
      return {
        run: async (line) => {
          here = line;
          outcome = await offerCall(
            line,
            offer,
            watched(own, line, (deed) => void deeds.push(deed)),
          );
        },
        known: (latest) => `${here?.language} ${knownOf(deeds, [], latest)}`,
        faults: (played) => offerFaults(played, deeds, { keys, outcome }),
      };
    },
  };
}
