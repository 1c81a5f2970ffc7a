import type { CardBrand } from './card-number.ts';
import type { CardDetails } from './card-details.ts';
import type { Expiry } from './expiry.ts';
import type { Secret } from './secret.ts';
import type { ChargeOutcome, Charger } from '../deposits/charger.ts';

/** Credit, debit and prepaid cards are taken alike; what kind it is, is said on statements. */
export type Funding = 'credit' | 'debit' | 'prepaid' | 'unknown';

/** Why a card is not charged or not taken, in our words, whoever the gateway is. */
export type DeclineReason =
  | 'declined'
  | 'insufficient-funds'
  | 'expired'
  | 'wrong-cvv'
  | 'wrong-number'
  | 'wrong-postal-code'
  | 'card-not-accepted'
  | 'card-removed'
  | 'lost-or-stolen'
  | 'needs-authentication'
  | 'try-later';

/** What is kept of a card: nothing that could be charged by anybody else. */
export interface TokenisedCard extends Expiry {
  /** What the gateway calls the card. */
  readonly token: string;
  readonly brand: CardBrand;
  readonly lastFour: string;
  readonly funding: Funding;
}

export type TokeniseOutcome =
  | ({ readonly kind: 'token' } & TokenisedCard)
  /** 'gateway-unavailable': nothing is wrong with the card; no token was handed out. */
  | { readonly kind: 'refused'; readonly reason: DeclineReason | 'invalid-details' | 'gateway-unavailable' };

export interface ChargeOrder {
  /** Idempotency key; also how the charge is found again at the gateway. */
  readonly key: string;
  readonly token: string;
  readonly cents: number;
  readonly currency: 'USD';
  readonly reference: string;
  /** Given when the cardholder is there to say it; without it the charge is one the holder agreed to beforehand. */
  readonly cvv?: Secret;
}

export interface RefundOrder {
  readonly key: string;
  /** The charge, as the gateway called it. */
  readonly gatewayId: string;
  readonly cents: number;
}

export type RefundReason = 'exceeds-charge' | 'unknown-charge' | 'declined';
export type RefundOutcome =
  | { readonly kind: 'refunded'; readonly refundId: string }
  | { readonly kind: 'declined'; readonly reason: RefundReason }
  | { readonly kind: 'unknown' };

interface Told {
  /** Of the event: the same one may be told any number of times. */
  readonly eventId: string;
}
export type WebhookEvent =
  | (Told & { readonly kind: 'captured'; readonly key: string; readonly gatewayId: string; readonly cents: number })
  | (Told & { readonly kind: 'declined'; readonly key: string; readonly reason: string })
  | (Told & { readonly kind: 'refunded'; readonly key: string; readonly refundId: string; readonly cents: number })
  /** It was never carried out, or the bank gave it back afterwards. */
  | (Told & { readonly kind: 'refund-failed'; readonly key: string; readonly refundId: string; readonly cents: number })
  | (Told & { readonly kind: 'disputed'; readonly gatewayId: string; readonly cents: number })
  /** Nothing we act on. */
  | (Told & { readonly kind: 'other'; readonly type: string });

/**
 * Whoever takes card payments for us. What may happen is a value: an outcome that is not known is 'unknown', never an exception, and is found
 * out later by `outcomeOf`. Throws GatewayFault for what is wrong with us (a key used for something else, credentials), and for that alone.
 */
export interface CardGateway extends Charger {
  /** Hands the card over and gets a token for it. The details are sent nowhere else; the caller wipes them. */
  tokenise(card: CardDetails): Promise<TokeniseOutcome>;
  /**
   * What is kept of a card that its holder gave to the gateway on a page of the gateway's own, by the token that page was handed: web and app never
   * see a number, and nor do we. Asked again with the same token it gives the same.
   */
  cardOf(handedOut: string): Promise<TokeniseOutcome>;
  charge(order: ChargeOrder): Promise<ChargeOutcome>;
  /** The same `key` refunds once. All refunds of a charge together are never more than the charge. */
  refund(order: RefundOrder): Promise<RefundOutcome>;
  /** `refundId`: what the gateway calls it, when that is known; by its key alone it may not be found for ever. */
  refundOutcomeOf(key: string, refundId?: string): Promise<RefundOutcome | { readonly kind: 'absent' }>;
  /** What the gateway tells of its own accord. `rawBody` is what came over the wire, byte for byte. Throws WebhookRefused. */
  readWebhook(rawBody: Buffer, signature: string, now: Date): WebhookEvent;
}

/** Forged: not signed by the gateway. Stale: signed too long ago, so perhaps a replay. Unreadable: signed, and not what it should be. */
export class WebhookRefused extends Error {
  override readonly name = 'WebhookRefused';
  readonly code: 'forged' | 'stale' | 'unreadable';

  constructor(code: WebhookRefused['code']) {
    super(`The webhook is refused: ${code}.`);
    this.code = code;
  }
}

/** Our own fault, which no repetition mends. Carries codes and no text of the gateway's, which might quote what was sent. */
export class GatewayFault extends Error {
  override readonly name = 'GatewayFault';
  readonly code: 'key-reused' | 'credentials' | 'wrong-request';
  /** The gateway's own name of the request, for its support. */
  readonly requestId: string | undefined;

  constructor(code: GatewayFault['code'], requestId?: string) {
    super(`The card gateway does not take this: ${code}.`);
    this.code = code;
    this.requestId = requestId;
  }
}
