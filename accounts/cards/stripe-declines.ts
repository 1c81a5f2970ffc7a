import type { DeclineReason } from './gateway.ts';

/** https://docs.stripe.com/declines/codes and the card errors of https://docs.stripe.com/error-codes. What is not here is 'declined'. */
const reasons: Readonly<Record<string, DeclineReason>> = {
  authentication_required: 'needs-authentication',
  authentication_not_handled: 'needs-authentication',
  payment_intent_authentication_failure: 'needs-authentication',
  card_not_supported: 'card-not-accepted',
  currency_not_supported: 'card-not-accepted',
  transaction_not_allowed: 'card-not-accepted',
  expired_card: 'expired',
  invalid_expiry_month: 'expired',
  invalid_expiry_year: 'expired',
  incorrect_cvc: 'wrong-cvv',
  invalid_cvc: 'wrong-cvv',
  incorrect_number: 'wrong-number',
  invalid_number: 'wrong-number',
  incorrect_postal_code: 'wrong-postal-code',
  incorrect_zip: 'wrong-postal-code',
  incorrect_address: 'wrong-postal-code',
  insufficient_funds: 'insufficient-funds',
  card_velocity_exceeded: 'insufficient-funds',
  withdrawal_count_limit_exceeded: 'insufficient-funds',
  lost_card: 'lost-or-stolen',
  stolen_card: 'lost-or-stolen',
  pickup_card: 'lost-or-stolen',
  issuer_not_available: 'try-later',
  processing_error: 'try-later',
  reenter_transaction: 'try-later',
  try_again_later: 'try-later',
};

/** The first of `codes` that says more than that the card was declined: the decline code, then the error's own. */
export function declineReasonOf(...codes: readonly (string | null | undefined)[]): DeclineReason {
  for (const code of codes) {
    const reason = code && Object.hasOwn(reasons, code) ? reasons[code] : undefined;
    if (reason) return reason;
  }
  return 'declined';
}
