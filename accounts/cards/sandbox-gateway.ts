import { randomBytes } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import * as books from '#db/sandbox-gateway.ts';
import { isUnavailable } from '#db/unavailable.ts';
import { detailsRefusal, wipe } from './card-details.ts';
import type { CardGateway, CardRefusal, Charging } from './gateway.ts';
import type { GatewayEvent } from './gateway-event.ts';
import { checkCents, checkKey, GatewayFault, WebhookRefusal } from './gateway-fault.ts';
import { checkSignature } from './signature.ts';
import { behaviours, testCards, type Behaviour } from './test-cards.ts';

/** Letters only: a run of digits in a token could look like a card number. */
const newId = (prefix: string): string =>
  `${prefix}_${randomBytes(16)
    .toString('hex')
    .replace(/\d/g, (digit) => 'ghijklmnop'[Number(digit)] ?? '')}`;

const behaviourOf = (name: string | undefined): Behaviour => behaviours[name ?? ''] ?? { kind: 'approves' };

const outcome = (row: books.SandboxCharge): Charging =>
  row.state === 'captured'
    ? { kind: 'captured', gatewayId: row.id }
    : { kind: 'declined', reason: row.reason as CardRefusal };

/**
 * A gateway for a machine without one. It takes test cards only (test-cards.ts) and keeps books of its own in PostgreSQL; give it a
 * database of its own connections, so that what it commits does not hang on what we do.
 */
export function sandboxGateway(options: {
  readonly db: Database;
  readonly now: () => Date;
  readonly webhookSecret: string;
}): CardGateway {
  const { db, now, webhookSecret } = options;
  return {
    async tokenise(card, use) {
      try {
        const reason = detailsRefusal(card, now());
        if (reason) return { kind: 'refused', reason };
        const number = card.number.reveal();
        const known = testCards[number];
        if (!known) return { kind: 'refused', reason: 'card-not-accepted' };
        const { behaviour, brand, funding } = known;
        const does = behaviourOf(behaviour);
        if (use === 'kept' && does.kind === 'declines' && does.when === 'asked')
          return { kind: 'refused', reason: does.reason };
        const { expiryMonth, expiryYear } = card;
        const token = { token: newId('card'), brand, funding, lastFour: number.slice(-4), expiryMonth, expiryYear };
        await reached(books.addSandboxCard(db, { ...token, behaviour, kept: use === 'kept', createdAt: now() }));
        return { kind: 'token', card: token };
      } finally {
        wipe(card);
      }
    },
    async charge({ key, token, cents, reference }) {
      checkKey(key);
      checkCents(cents);
      try {
        const does = behaviourOf((await books.sandboxCard(db, token))?.behaviour);
        if (does.kind === 'loses-answer' && !does.captured) return { kind: 'unknown' };
        const charge = { id: newId('charge'), key, token, cents, reference, at: now() };
        const row = await books.enterSandboxCharge(db, charge, (bearing) => {
          if (bearing === 'not-usable') return { state: 'declined', reason: 'card-not-usable' };
          return does.kind === 'declines' ? { state: 'declined', reason: does.reason } : { state: 'captured' };
        });
        const same = row.token === token && row.cents === cents && row.reference === reference;
        if (row.state === 'fenced' || !same) throw new GatewayFault('key-reused');
        return row.entered && does.kind === 'loses-answer' ? { kind: 'unknown' } : outcome(row);
      } catch (error) {
        if (isUnavailable(error)) return { kind: 'unknown' };
        throw error;
      }
    },
    async outcomeOf(key) {
      checkKey(key);
      try {
        const row = await books.settleSandboxKey(db, { id: newId('fence'), key, at: now() });
        return row.state === 'fenced' ? { kind: 'absent' } : outcome(row);
      } catch (error) {
        if (isUnavailable(error)) return { kind: 'unknown' };
        throw error;
      }
    },
    async refund({ key, gatewayId, cents }) {
      checkKey(key);
      checkCents(cents);
      try {
        const refund = { id: newId('refund'), key, chargeId: gatewayId, cents, at: now() };
        const done = await books.enterSandboxRefund(db, refund);
        if (!('refund' in done)) return { kind: 'refused', reason: done.kind };
        if (done.refund.chargeId !== gatewayId || done.refund.cents !== cents) throw new GatewayFault('key-reused');
        return { kind: 'refunded', refundId: done.refund.id };
      } catch (error) {
        if (isUnavailable(error)) return { kind: 'unknown' };
        throw error;
      }
    },
    async forget(token) {
      await reached(books.forgetSandboxCard(db, token, now()));
    },
    readWebhook(rawBody, signatureHeader, at) {
      checkSignature(rawBody, signatureHeader, webhookSecret, at);
      try {
        const event = JSON.parse(rawBody.toString('utf8')) as GatewayEvent & { readonly at: string };
        const sent = new Date(event.at);
        if (typeof event.eventId !== 'string' || typeof event.kind !== 'string' || Number.isNaN(sent.getTime()))
          throw new WebhookRefusal('unparsable');
        return { ...event, at: sent };
      } catch {
        throw new WebhookRefusal('unparsable');
      }
    },
  };
}

async function reached<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw isUnavailable(error) ? new GatewayFault('unavailable') : error;
  });
}
