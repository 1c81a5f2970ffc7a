import type { Language } from '../language.ts';
import { otherLanguage } from '../language.ts';
import type { Answer, Line } from '../line.ts';
import type { Prompt, Value } from '../prompt.ts';
import { prompt } from '../prompt.ts';

/** The keys of a facility: single DTMF characters, each for one meaning. */
export interface OfferKeys {
  readonly accept: string;
  readonly refuse: string;
  readonly block: string;
  readonly language: string;
}

export interface Offer {
  readonly keys: OfferKeys;
  readonly facility: string;
  /** The caller's own voice saying the name; without it the call is from "an incarcerated person". */
  readonly spokenName: { readonly path: string; readonly shown: string } | undefined;
}

/** What the called party's own key can do to future calls. */
export interface OwnBlock {
  /** `promised`: it will be placed, and nobody can say yet when. `failed`: it will not. */
  place(): Promise<'placed' | 'promised' | 'failed'>;
  /** `false`: the block stands. */
  undo(): Promise<boolean>;
}

export type OfferOutcome = 'accepted' | 'refused' | 'blocked' | 'no-key';

const rounds = 3;
/** Changing the language, or taking a block back, starts a round anew; nobody needs it more often than this. */
const freshStarts = 4;

/**
 * Offers a call to the person who answered (guide rows 7-14).
 *
 * Penal Code 632: everybody consents to the recording. So the key that accepts is not even listened for until the recording
 * notice has been told to its end, in the language in which it is then accepted; and it must go down after that, not only be let go.
 */
export async function offerCall(line: Line, offer: Offer, ownBlock: OwnBlock): Promise<OfferOutcome> {
  const { accept, refuse, block, language } = offer.keys;
  for (let round = 1, begun = 0; round <= rounds; round++) {
    const early = await line.ask({ say: notice(offer), keys: [refuse, block, language], waitSeconds: 0 });
    const answer: Answer =
      early.kind === 'key'
        ? early
        : await line.ask({
            say: menu(offer, otherLanguage(line.language)),
            keys: [accept, refuse, block, language],
            anew: [accept],
            waitSeconds: 6,
          });
    if (answer.kind === 'silence') continue;
    if (answer.key === accept) {
      await line.say(prompt('offer.accepted'));
      return 'accepted';
    }
    if (answer.key === refuse) {
      await line.say(prompt('offer.refused'));
      return 'refused';
    }
    if (answer.key === block) {
      const end = await blockUnlessUndone(line, offer, ownBlock);
      if (end !== 'undone') return end;
    } else line.language = otherLanguage(line.language);
    if (++begun <= freshStarts) round--;
  }
  await line.say(prompt('offer.no-key'));
  return 'no-key';
}

/** Blocks at once, says so, and takes it back when the same key is pressed again (guide rows 13-14). */
async function blockUnlessUndone(
  line: Line,
  offer: Offer,
  ownBlock: OwnBlock,
): Promise<'blocked' | 'refused' | 'undone'> {
  const placed = await ownBlock.place();
  const facility: Value = { kind: 'name', text: offer.facility };
  if (placed === 'failed') {
    await line.say(prompt('offer.block-failed'));
    return 'refused';
  }
  if (placed === 'promised') {
    await line.say(prompt('offer.block-promised', { facility }));
    return 'blocked';
  }
  const key: Value = { kind: 'key', key: offer.keys.block };
  const said = prompt('offer.blocked', { facility, block: key });
  const again = await line.ask({ say: [said], keys: [offer.keys.block], waitSeconds: 5 });
  if (again.kind === 'silence' || !(await ownBlock.undo())) {
    await line.say(prompt('offer.still-blocked'));
    return 'blocked';
  }
  await line.say(prompt('offer.unblocked'));
  return 'undone';
}

function notice({ spokenName, facility }: Offer): Prompt[] {
  const name: Value = spokenName ? { kind: 'recorded', ...spokenName } : { kind: 'wording', key: 'offer.somebody' };
  return [prompt('offer.from', { name, facility: { kind: 'name', text: facility } }), prompt('offer.notice')];
}

function menu({ keys }: Offer, other: Language): Prompt[] {
  const key = (key: string): Value => ({ kind: 'key', key });
  return [
    prompt('offer.menu', { accept: key(keys.accept), refuse: key(keys.refuse), block: key(keys.block) }),
    prompt('offer.other-language', { language: key(keys.language) }, other),
  ];
}
