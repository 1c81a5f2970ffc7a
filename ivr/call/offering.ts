import type { Offer, OfferOutcome } from '#flows/call-home/offer.ts';
import { offerCall } from '#flows/call-home/offer.ts';
import type { Language } from '#flows/language.ts';
import { prompt } from '#flows/prompt.ts';
import type { Leg } from '../leg/leg.ts';
import { LegEnded } from '../leg/leg.ts';
import { SpokenLine } from '../leg/spoken-line.ts';
import type { Conclusion } from './conclusion.ts';
import { conclusion, leftBefore } from './conclusion.ts';
import type { HomeCallParts } from './home-call.ts';
import { Stopped } from './last-words.ts';
import { ownBlock } from './own-block.ts';

export interface Acceptance {
  readonly acceptedKey: string;
  /** When the key was pressed. */
  readonly acceptedAt: Date;
}

export type Offered =
  | { readonly outcome: 'accepted'; readonly language: Language; readonly acceptance: Acceptance }
  | { readonly outcome: 'shutdown'; readonly language: Language }
  | {
      readonly outcome: Exclude<OfferOutcome, 'accepted'> | 'hung-up-in-offer' | 'caller-left-offer';
      readonly concluded: Conclusion;
    };

export interface Offering {
  /** E.164. */
  readonly number: string;
  readonly spokenName: Offer['spokenName'];
}

/** Offers the call to whoever answered, unless the caller leaves first (that is said to the called party) or the platform stops. */
export async function offerTo(
  outside: Leg,
  { number, spokenName }: Offering,
  { platform, record, facility, leg, stopping }: HomeCallParts,
): Promise<Offered> {
  const parts = {
    ...platform,
    leg: outside,
    record,
    language: facility.defaultLanguage,
    voiceFolder: platform.terms.spoolFolder,
  };
  const line = new SpokenLine({ ...parts, signal: AbortSignal.any([leg.ended, stopping]) });
  try {
    const offer = { keys: facility.offerKeys, facility: facility.name, spokenName };
    const outcome = await offerCall(line, offer, ownBlock({ platform, record, facility }, number));
    if (outcome !== 'accepted') return { outcome, concluded: conclusion(outcome) };
    const acceptance = { acceptedKey: offer.keys.accept, acceptedAt: line.answeredAt ?? platform.clock.now() };
    record.write('accepted', { key: acceptance.acceptedKey, at: acceptance.acceptedAt.toISOString() });
    return { outcome, language: line.language, acceptance };
  } catch (error) {
    if (error instanceof Stopped) return { outcome: 'shutdown', language: line.language };
    if (!(error instanceof LegEnded)) throw error;
    const outcome = error.side === 'outside' ? 'hung-up-in-offer' : 'caller-left-offer';
    const concluded = conclusion(leftBefore(error.ending, outcome));
    if (error.side === 'inside') {
      const parting = new SpokenLine({ ...parts, language: line.language });
      await parting.say(prompt('offer.caller-gone')).catch(() => undefined);
    }
    return { outcome, concluded };
  }
}
