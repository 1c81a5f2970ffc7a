import { createHash, randomBytes } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import {
  addSandboxCard,
  findSandboxCard,
  findSandboxCharge,
  findSandboxRefund,
  recordSandboxCharge,
  recordSandboxRefund,
  type SandboxCharge,
  type SandboxRefund,
} from '#db/sandbox-gateway.ts';
import { isUnavailable } from '#db/unavailable.ts';
import type { ChargeOutcome } from '../deposits/charger.ts';
import { detailsRefusal, isCvv, type CardDetails } from './card-details.ts';
import { readCardNumber } from './card-number.ts';
import { hasExpired } from './expiry.ts';
import {
  GatewayFault,
  type CardGateway,
  type ChargeOrder,
  type RefundOrder,
  type RefundOutcome,
  type RefundReason,
  type TokeniseOutcome,
  type WebhookEvent,
} from './gateway.ts';
import { sandboxCardOf } from './sandbox-cards.ts';
import { readSandboxWebhook, signedWebhook } from './sandbox-webhooks.ts';

interface SandboxOptions {
  /** A handle of its own, not a transaction: what the gateway did is done, whatever becomes of ours. */
  readonly db: Database;
  readonly webhookSecret: string;
  readonly now: () => Date;
}

/** Letters only: no identifier of ours can be taken for a card number. */
const identifier = (prefix: string): string =>
  `${prefix}_${[...randomBytes(24)].map((byte) => String.fromCharCode(97 + (byte % 26))).join('')}`;

const hashOf = (...content: unknown[]): string => createHash('sha256').update(JSON.stringify(content)).digest('hex');

const chargeOutcome = ({ id, declineReason }: SandboxCharge): ChargeOutcome =>
  declineReason === null ? { kind: 'captured', gatewayId: id } : { kind: 'declined', reason: declineReason };

const refundOutcome = ({ id, declineReason }: SandboxRefund): RefundOutcome =>
  declineReason === null
    ? { kind: 'refunded', refundId: id }
    : { kind: 'declined', reason: declineReason as RefundReason };

/** A gateway that cannot be reached has no answer. */
function unreachable<T>(answer: T): (error: unknown) => T {
  return (error) => {
    if (isUnavailable(error)) return answer;
    throw error;
  };
}

/**
 * A card gateway for demonstrations and tests, another party in every way but its address: it keeps books of its own in the database, which
 * live through whatever happens to us and can be held against our ledger (sandboxTakings). Moves no money.
 */
export class SandboxGateway implements CardGateway {
  readonly #options: SandboxOptions;

  constructor(options: SandboxOptions) {
    if (options.db.isTransaction) throw new Error('The sandbox gateway keeps its books outside our transactions.');
    this.#options = options;
  }

  async tokenise(card: CardDetails): Promise<TokeniseOutcome> {
    const { db, now } = this.#options;
    const digits = card.number.bytes;
    const number = readCardNumber(digits);
    if (number.kind === 'refused' || detailsRefusal(card, now()) !== undefined)
      return { kind: 'refused', reason: 'invalid-details' };
    const { behaviour, funding, refusedAtOnce } = sandboxCardOf(digits);
    if (refusedAtOnce) return { kind: 'refused', reason: 'try-later' };
    const { brand, lastFour } = number;
    const { expiryMonth, expiryYear } = card;
    const kept = { token: identifier('tok'), brand, lastFour, expiryMonth, expiryYear, funding };
    const work = addSandboxCard(db, { ...kept, behaviour, tokenisedAt: now() });
    const outcome: TokeniseOutcome = { kind: 'token', ...kept };
    return work.then(() => outcome, unreachable<TokeniseOutcome>({ kind: 'refused', reason: 'gateway-unavailable' }));
  }

  async cardOf(handedOut: string): Promise<TokeniseOutcome> {
    const found = findSandboxCard(this.#options.db, handedOut).then((card): TokeniseOutcome => {
      if (!card) return { kind: 'refused', reason: 'card-removed' };
      const { token, brand, lastFour, expiryMonth, expiryYear, funding } = card;
      return { kind: 'token', token, brand, lastFour, expiryMonth, expiryYear, funding };
    });
    return found.catch(unreachable<TokeniseOutcome>({ kind: 'refused', reason: 'gateway-unavailable' }));
  }

  async charge(order: ChargeOrder): Promise<ChargeOutcome> {
    return this.#charge(order).catch(unreachable<ChargeOutcome>({ kind: 'unknown' }));
  }

  async #charge({ key, token, cents, currency, reference, cvv }: ChargeOrder): Promise<ChargeOutcome> {
    const { db, now } = this.#options;
    const card = await findSandboxCard(db, token);
    if (!card) return { kind: 'declined', reason: 'card-removed' };
    if (card.behaviour === 'never-arrives') return { kind: 'unknown' };
    const willing = card.behaviour === 'approve' || card.behaviour === 'answer-lost';
    const sound = cvv === undefined || isCvv(cvv.bytes);
    const reason = hasExpired(card, now()) ? 'expired' : !willing ? card.behaviour : sound ? null : 'wrong-cvv';
    const requestHash = hashOf(token, cents, currency, reference);
    const charge = { id: identifier('ch'), idempotencyKey: key, requestHash, token, cents, reference };
    const recorded = await recordSandboxCharge(db, { ...charge, declineReason: reason, chargedAt: now() });
    if (recorded.requestHash !== requestHash) throw new GatewayFault('key-reused');
    return card.behaviour === 'answer-lost' ? { kind: 'unknown' } : chargeOutcome(recorded);
  }

  async outcomeOf(key: string): Promise<ChargeOutcome | { readonly kind: 'absent' }> {
    const { db } = this.#options;
    const found = findSandboxCharge(db, key).then((charge) =>
      charge ? chargeOutcome(charge) : ({ kind: 'absent' } as const),
    );
    return found.catch(unreachable({ kind: 'unknown' } as const));
  }

  async refund(order: RefundOrder): Promise<RefundOutcome> {
    return this.#refund(order).catch(unreachable<RefundOutcome>({ kind: 'unknown' }));
  }

  async #refund({ key, gatewayId, cents }: RefundOrder): Promise<RefundOutcome> {
    const { db, now } = this.#options;
    const requestHash = hashOf(gatewayId, cents);
    const refund = { id: identifier('re'), idempotencyKey: key, requestHash, chargeId: gatewayId, cents };
    const recorded = await recordSandboxRefund(db, { ...refund, refundedAt: now() });
    if (!recorded) return { kind: 'declined', reason: 'unknown-charge' };
    if (recorded.requestHash !== requestHash) throw new GatewayFault('key-reused');
    return refundOutcome(recorded);
  }

  async refundOutcomeOf(key: string): Promise<RefundOutcome | { readonly kind: 'absent' }> {
    const { db } = this.#options;
    const found = findSandboxRefund(db, key).then((refund) =>
      refund ? refundOutcome(refund) : ({ kind: 'absent' } as const),
    );
    return found.catch(unreachable({ kind: 'unknown' } as const));
  }

  readWebhook(rawBody: Buffer, signature: string, now: Date): WebhookEvent {
    return readSandboxWebhook(rawBody, signature, this.#options.webhookSecret, now);
  }

  /** What the sandbox would tell of the charge with this key; undefined: there is none. */
  async webhookOf(key: string): Promise<{ readonly rawBody: Buffer; readonly signature: string } | undefined> {
    const { db, webhookSecret, now } = this.#options;
    const charge = await findSandboxCharge(db, key);
    return charge && signedWebhook(charge, webhookSecret, now());
  }
}
