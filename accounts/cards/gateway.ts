import type { Cents } from '../money.ts';
import type { CardDetails, DetailsRefusal } from './card-details.ts';
import type { CardBrand } from './card-number.ts';
import type { Expiry } from './expiry.ts';
import type { GatewayEvent } from './gateway-event.ts';
import type { Secret } from './secret.ts';

export type Funding = 'credit' | 'debit' | 'prepaid' | 'unknown';

/** A card as we may keep it. The token means something to the gateway alone. */
export interface CardToken extends Expiry {
  readonly token: string;
  readonly brand: CardBrand;
  readonly lastFour: string;
  readonly funding: Funding;
}

/** Why a card or a charge was refused; what a person can be told. */
export type CardRefusal =
  | DetailsRefusal
  | 'declined'
  | 'insufficient-funds'
  | 'wrong-cvv'
  | 'wrong-postal-code'
  /** The bank wants its customer to confirm on a page of its own, which a phone line and AutoPay cannot show. */
  | 'authentication-required'
  /** The bank takes it for the same charge once more. */
  | 'duplicate'
  /** The token is not, or no longer, good for a charge. */
  | 'card-not-usable';

export type Tokenising =
  { readonly kind: 'token'; readonly card: CardToken } | { readonly kind: 'refused'; readonly reason: CardRefusal };

export interface Charge {
  /** Ours, one for each charge a person asked for; 8 to 120 of A-Z a-z 0-9 _ : . - */
  readonly key: string;
  readonly token: string;
  readonly cents: Cents;
  readonly currency: 'USD';
  /** What the posting is called, for whoever reads the gateway's books. Not secret. */
  readonly reference: string;
  /** Given when the holder of a kept card is there and asked for it. */
  readonly cvv?: Secret;
  /** 'absent': AutoPay and TextPay charge a kept card while nobody is at a page or on the line. */
  readonly holder: 'present' | 'absent';
}

interface Captured {
  readonly kind: 'captured';
  readonly gatewayId: string;
}

interface Declined {
  readonly kind: 'declined';
  readonly reason: CardRefusal;
}

interface Unknown {
  readonly kind: 'unknown';
}

export type Charging = Captured | Declined | Unknown;

/** `absent` is for good: nothing was charged with this key and nothing can be any more. */
export type ChargeOutcome = Charging | { readonly kind: 'absent' };

export interface Refund {
  /** As a charge's key, and never the same as one. */
  readonly key: string;
  /** Of the captured charge. */
  readonly gatewayId: string;
  readonly cents: Cents;
}

export type Refunding =
  | { readonly kind: 'refunded'; readonly refundId: string }
  /** 'exceeds-charge': more than is left of it. */
  | { readonly kind: 'refused'; readonly reason: 'exceeds-charge' | 'unknown-charge' | 'declined' }
  | Unknown;

/**
 * The company that charges cards. Every charge and refund has three outcomes; `unknown` (timeout, cut connection, gateway in trouble) is
 * not a failure: it may have happened. All methods may throw GatewayFault, which says nothing of what an earlier request did.
 */
export interface CardGateway {
  /**
   * Exchanges a card for a token: good for one charge, or kept for many. The card is taken over and wiped whatever happens. No money moves,
   * so GatewayFault 'unavailable' may simply be tried again (with the card asked for again).
   */
  tokenise(card: CardDetails, use: 'once' | 'kept'): Promise<Tokenising>;
  /**
   * Charges. The same charge with the same key is made once and answered the same however often it is asked for, for 24 hours at least;
   * later than that ask `outcomeOf` first. Throws GatewayFault 'key-reused' when the key stands for another charge, or was given up.
   */
  charge(charge: Charge): Promise<Charging>;
  /**
   * What became of a charge whose outcome is unknown. Never charges. `unknown`: ask again later. `absent` gives the key up for good, so a
   * request that was still under way cannot charge afterwards; whoever wants the money then uses a new key.
   */
  outcomeOf(key: string): Promise<ChargeOutcome>;
  /**
   * Gives back all or part of a captured charge. The same refund with the same key is made once, at any time, so `unknown` is resolved by
   * asking for the same again. Throws GatewayFault 'key-reused' when the key stands for another refund.
   */
  refund(refund: Refund): Promise<Refunding>;
  /** Makes a kept token worthless at the gateway. A token that is so already is no fault. */
  forget(token: string): Promise<void>;
  /**
   * The event in a webhook's body as it came over the wire. Throws WebhookRefusal 'forged', 'stale' (signed more than five minutes from
   * `now`) or 'unparsable'. Events come more than once and in any order: `eventId` tells the same one, `outcomeOf` the truth.
   */
  readWebhook(rawBody: Buffer, signatureHeader: string | undefined, now: Date): GatewayEvent;
}
