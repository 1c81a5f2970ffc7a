import Stripe from 'stripe';
import type { ChargeOutcome } from '../deposits/charger.ts';
import { detailsRefusal, type CardDetails } from './card-details.ts';
import {
  GatewayFault,
  type CardGateway,
  type ChargeOrder,
  type DeclineReason,
  type RefundOrder,
  type RefundOutcome,
  type TokeniseOutcome,
  type WebhookEvent,
} from './gateway.ts';
import { declineReasonOf } from './stripe-declines.ts';
import { attempt } from './stripe-failure.ts';
import { readStripeWebhook } from './stripe-webhooks.ts';

export interface StripeOptions {
  readonly secretKey: string;
  readonly webhookSecret: string;
  readonly now: () => Date;
  /** Longest wait for one answer; there are at most two requests to a charge, four when connections break. Milliseconds. */
  readonly timeoutMs?: number;
  /** Where Stripe is: api.stripe.com over https unless told otherwise. */
  readonly at?: { readonly host: string; readonly port: number; readonly protocol: 'http' | 'https' };
}

/** Search may be "up to an hour behind during outages" (docs.stripe.com/api/payment_intents/search); lists are not. Seconds. */
const LISTED_S = 2 * 3_600;
/** Refunds cannot be searched for, only listed; they are few. Seconds. */
const REFUNDS_LISTED_S = 30 * 86_400;

type Failed = { readonly kind: 'declined'; readonly reason: DeclineReason } | { readonly kind: 'unknown' | 'refused' };

function refusal(failure: Failed): TokeniseOutcome {
  if (failure.kind === 'declined') return { kind: 'refused', reason: failure.reason };
  return { kind: 'refused', reason: failure.kind === 'unknown' ? 'gateway-unavailable' : 'invalid-details' };
}

/** A Stripe token of ours is the customer and the card attached to it: Stripe charges a card again only as a customer's. */
const tokenOf = (customer: string, paymentMethod: string): string => `${customer}:${paymentMethod}`;

function intentOutcome({ id, status, last_payment_error: failed }: Stripe.PaymentIntent): ChargeOutcome {
  if (status === 'succeeded') return { kind: 'captured', gatewayId: id };
  if (status === 'processing') return { kind: 'unknown' };
  if (status === 'requires_action') return { kind: 'declined', reason: 'needs-authentication' };
  return { kind: 'declined', reason: declineReasonOf(failed?.decline_code, failed?.code) };
}

function outcomeOfRefund({ id, status }: Stripe.Refund): RefundOutcome {
  if (status === 'succeeded') return { kind: 'refunded', refundId: id };
  if (status === 'failed' || status === 'canceled') return { kind: 'declined', reason: 'declined' };
  return { kind: 'unknown' };
}

/**
 * Cards by Stripe: PaymentMethods, PaymentIntents confirmed at once, Refunds. The order's key is the idempotency key and is in the metadata, so
 * that a charge is found when nobody can repeat the identical request any more.
 */
export class StripeGateway implements CardGateway {
  readonly #stripe: Stripe;
  readonly #webhookSecret: string;
  readonly #now: () => Date;

  constructor({ secretKey, webhookSecret, now, timeoutMs = 10_000, at }: StripeOptions) {
    // The library repeats by itself, and still once after a closed connection, with our key: attempt() is the rule for the rest.
    this.#stripe = new Stripe(secretKey, { ...at, timeout: timeoutMs, maxNetworkRetries: 0, telemetry: false });
    this.#webhookSecret = webhookSecret;
    this.#now = now;
  }

  async tokenise(card: CardDetails): Promise<TokeniseOutcome> {
    if (detailsRefusal(card, this.#now()) !== undefined) return { kind: 'refused', reason: 'invalid-details' };
    const made = await attempt(() =>
      this.#stripe.paymentMethods.create({
        type: 'card',
        card: {
          number: card.number.reveal(),
          exp_month: card.expiryMonth,
          exp_year: card.expiryYear,
          cvc: card.cvv.reveal(),
        },
        billing_details: { address: { postal_code: card.postalCode, country: 'US' } },
      }),
    );
    return made.kind === 'answer' ? this.#keep(made.answer) : refusal(made);
  }

  /** `handedOut`: a PaymentMethod of Stripe's own form (docs.stripe.com/payments/accept-a-payment-deferred). */
  async cardOf(handedOut: string): Promise<TokeniseOutcome> {
    const removed: TokeniseOutcome = { kind: 'refused', reason: 'card-removed' };
    if (!/^pm_\w+$/.test(handedOut)) return removed;
    const found = await attempt(() => this.#stripe.paymentMethods.retrieve(handedOut));
    if (found.kind === 'answer') return this.#keep(found.answer);
    return found.kind === 'refused' && found.code === 'resource_missing' ? removed : refusal(found);
  }

  /** Attaches it to a customer of its own: the same one however often, by the key. */
  async #keep({ id, card: kept }: Stripe.PaymentMethod): Promise<TokeniseOutcome> {
    const brand = kept?.brand;
    if (!kept || (brand !== 'visa' && brand !== 'mastercard')) return { kind: 'refused', reason: 'card-not-accepted' };
    const attached = await attempt(() => this.#stripe.customers.create({ payment_method: id }, { idempotencyKey: `customer ${id}` })); // prettier-ignore
    if (attached.kind !== 'answer') return refusal(attached);
    const { last4: lastFour, exp_month: expiryMonth, exp_year: expiryYear } = kept;
    const funding = kept.funding === 'credit' || kept.funding === 'debit' || kept.funding === 'prepaid' ? kept.funding : 'unknown'; // prettier-ignore
    return { kind: 'token', token: tokenOf(attached.answer.id, id), brand, lastFour, expiryMonth, expiryYear, funding };
  }

  /** The CVV is part of what the key stands for: an order repeated under its key is repeated with it. */
  async charge({ key, token, cents, reference, cvv }: ChargeOrder): Promise<ChargeOutcome> {
    const [customer, paymentMethod] = token.split(':');
    if (!customer || !paymentMethod) return { kind: 'declined', reason: 'card-removed' };
    let present: Partial<Stripe.PaymentIntentCreateParams> = { off_session: true };
    if (cvv) {
      const cvc = await attempt(() => this.#stripe.tokens.create({ cvc_update: { cvc: cvv.reveal() } }, { idempotencyKey: `${key} cvc` })); // prettier-ignore
      if (cvc.kind === 'declined') return cvc;
      if (cvc.kind === 'refused') return { kind: 'declined', reason: 'wrong-cvv' };
      if (cvc.kind === 'unknown') return cvc;
      present = {
        error_on_requires_action: true,
        payment_method_options: { card: { cvc_token: cvc.answer.id } },
      };
    }
    const order: Stripe.PaymentIntentCreateParams = {
      amount: cents,
      currency: 'usd',
      customer,
      payment_method: paymentMethod,
      allowed_payment_method_types: ['card'],
      capture_method: 'automatic',
      confirm: true,
      metadata: { key, reference },
      ...present,
    };
    const charged = await attempt(() => this.#stripe.paymentIntents.create(order, { idempotencyKey: key }));
    if (charged.kind === 'answer') return intentOutcome(charged.answer);
    if (charged.kind !== 'refused') return charged;
    if (charged.code === 'resource_missing') return { kind: 'declined', reason: 'card-removed' };
    throw new GatewayFault('wrong-request');
  }

  /**
   * Asks and never charges: the identical request again would charge what never arrived. Search finds what is old enough to be indexed, the
   * list what is newer (lists are read-after-write); absent is what neither has.
   */
  async outcomeOf(key: string): Promise<ChargeOutcome | { readonly kind: 'absent' }> {
    const found = await attempt(async () => {
      const query = `metadata['key']:'${key.replaceAll(/[\\']/g, '\\$&')}'`;
      const { data } = await this.#stripe.paymentIntents.search({ query, limit: 10 });
      const exact = data.filter(({ metadata }) => metadata['key'] === key);
      if (exact.length > 0) return exact;
      const list = this.#stripe.paymentIntents.list({ created: { gte: this.#secondsAgo(LISTED_S) }, limit: 100 });
      for await (const intent of list) if (intent.metadata['key'] === key) return [intent];
      return [];
    });
    if (found.kind !== 'answer') return { kind: 'unknown' };
    const outcomes = found.answer.map(intentOutcome);
    return outcomes.find(({ kind }) => kind === 'captured') ?? outcomes[0] ?? { kind: 'absent' };
  }

  async refund({ key, gatewayId, cents }: RefundOrder): Promise<RefundOutcome> {
    const order = { payment_intent: gatewayId, amount: cents, metadata: { key } };
    const refunded = await attempt(() => this.#stripe.refunds.create(order, { idempotencyKey: key }));
    if (refunded.kind === 'answer') return outcomeOfRefund(refunded.answer);
    if (refunded.kind === 'unknown') return refunded;
    if (refunded.kind === 'declined') return { kind: 'declined', reason: 'declined' };
    if (refunded.code === 'resource_missing') return { kind: 'declined', reason: 'unknown-charge' };
    if (refunded.code === 'charge_already_refunded' || refunded.param === 'amount')
      return { kind: 'declined', reason: 'exceeds-charge' };
    throw new GatewayFault('wrong-request');
  }

  async refundOutcomeOf(key: string, refundId?: string): Promise<RefundOutcome | { readonly kind: 'absent' }> {
    if (refundId !== undefined) {
      const one = await attempt(() => this.#stripe.refunds.retrieve(refundId));
      if (one.kind === 'answer') return outcomeOfRefund(one.answer);
      return { kind: one.kind === 'refused' && one.code === 'resource_missing' ? 'absent' : 'unknown' };
    }
    const found = await attempt(async () => {
      const list = this.#stripe.refunds.list({ created: { gte: this.#secondsAgo(REFUNDS_LISTED_S) }, limit: 100 });
      for await (const refund of list) if (refund.metadata?.['key'] === key) return refund;
      return undefined;
    });
    if (found.kind !== 'answer') return { kind: 'unknown' };
    return found.answer ? outcomeOfRefund(found.answer) : { kind: 'absent' };
  }

  readWebhook(rawBody: Buffer, signature: string, now: Date): WebhookEvent {
    return readStripeWebhook(this.#stripe, rawBody, signature, this.#webhookSecret, now);
  }

  #secondsAgo(seconds: number): number {
    return Math.floor(this.#now().getTime() / 1_000) - seconds;
  }
}
