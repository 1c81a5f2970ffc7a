import Stripe from 'stripe';
import { GatewayFault, type DeclineReason } from './gateway.ts';
import { declineReasonOf } from './stripe-declines.ts';

export type StripeFailure =
  | { readonly kind: 'declined'; readonly reason: DeclineReason }
  /** Not carried out, or still being carried out under this key: the identical request may follow at once. */
  | { readonly kind: 'repeat' }
  /** Carried out or not. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly code: string | undefined; readonly param: string | undefined };

/**
 * What an error of Stripe's library says. Nothing of the error itself is passed on: its message, its `raw` and its headers are Stripe's, and may
 * quote what was sent. Throws GatewayFault for what is our own fault.
 */
export function failureOf(error: unknown): StripeFailure {
  if (!(error instanceof Stripe.errors.StripeError)) throw new GatewayFault('wrong-request');
  const { code, decline_code: declineCode, statusCode, param, requestId } = error;
  if (error instanceof Stripe.errors.StripeCardError)
    return { kind: 'declined', reason: declineReasonOf(declineCode, code) };
  if (error instanceof Stripe.errors.StripeConnectionError) return { kind: 'repeat' };
  if (error instanceof Stripe.errors.StripeRateLimitError || statusCode === 409) return { kind: 'repeat' };
  if (error instanceof Stripe.errors.StripeIdempotencyError) throw new GatewayFault('key-reused', requestId);
  if (error instanceof Stripe.errors.StripeInvalidRequestError) return { kind: 'refused', code, param };
  if (statusCode === 401 || statusCode === 403) throw new GatewayFault('credentials', requestId);
  // A 500 is saved with its key and would be answered again: https://docs.stripe.com/api/idempotent_requests
  return { kind: 'unknown' };
}

/**
 * Sends a request, and the identical one (with its idempotency key) once more when it got no answer or was turned away. After that it is not
 * known what became of it.
 */
export async function attempt<T>(
  send: () => Promise<T>,
): Promise<{ readonly kind: 'answer'; readonly answer: T } | Exclude<StripeFailure, { kind: 'repeat' }>> {
  // prettier-ignore
  for (let again = 1; again >= 0; again--) {
    try {
      return { kind: 'answer', answer: await send() };
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind !== 'repeat') return failure;
    }
  }
  return { kind: 'unknown' };
}
