import type { CardDetails } from '#accounts/cards/card-details.ts';
import type { CardGateway } from '#accounts/cards/gateway.ts';
import { Secret } from '#accounts/cards/secret.ts';
import type { Charger } from '#accounts/deposits/charger.ts';
import type { CardDeposit, DepositDeps } from '#accounts/deposits/deposit-by-card.ts';
import { depositByCard } from '#accounts/deposits/deposit-by-card.ts';
import type { DepositResult } from '#accounts/deposits/settle.ts';
import { DEPOSIT } from '#accounts/money.ts';
import type { Untold } from '#accounts/receipts/card-receipts.ts';
import { textableCaller } from '#accounts/receipts/caller-contact.ts';
import { tellNotCharged } from '#accounts/receipts/card-receipts.ts';
import type { Database } from '#db/connect.ts';
import { transactionsOf } from '#db/statements.ts';
import { isUnavailable } from '#db/unavailable.ts';
import type { Account, CardGiven, Charged, DeclineReason, Payments, SavedCard } from '#flows/family-line/ports.ts';
import type { SecretDigits } from '#flows/menu/secret-digits.ts';
import type { Log } from '../cdr/call-record.ts';
import type { FamilyLineHouse } from './house.ts';
import { orderKey } from './left-untold.ts';
import { pacific } from './pacific.ts';

interface Card {
  readonly token: string;
  readonly brand: string;
  readonly lastFour: string;
}

/** The agent who takes a payment in a talk, and the talk's entry at the desk. */
export interface AttendedBy {
  readonly agentId: string;
  readonly entryId: string;
}

/** Payments of one call, or of an agent's talk in it, at the gateway of the house. Each confirmation is an order of its own, and is charged once or not at all. */
export class LinePayments implements Payments {
  readonly limits = DEPOSIT;
  readonly #db: Database;
  readonly #house: FamilyLineHouse;
  readonly #callId: string;
  /** Where the caller may be told what became of it. */
  readonly #callingNumber: string | undefined;
  readonly #log: Pick<Log, 'error'>;
  readonly #attendedBy: AttendedBy | undefined;
  #orders = 0;
  /** Of the last charge, as long as nobody has heard that it was not made. */
  #untold: Untold | undefined;

  /** `attendedBy`: the payments that an agent takes in one talk. */
  constructor(
    db: Database,
    house: FamilyLineHouse,
    call: { readonly callId: string; readonly callingNumber: string | undefined },
    log: Pick<Log, 'error'>,
    attendedBy?: AttendedBy,
  ) {
    this.#db = db;
    this.#house = house;
    this.#callId = call.callId;
    this.#callingNumber = textableCaller(call.callingNumber);
    this.#log = log;
    this.#attendedBy = attendedBy;
  }

  get thisMonth() {
    return pacific(this.#house.deposits.now());
  }

  async savedCard({ id }: Account): Promise<SavedCard | undefined> {
    const { funding, deposits } = this.#house;
    const found = await funding.cardOf(this.#db, id, deposits.now());
    if (found.kind !== 'card') return undefined;
    const { brand, lastFour } = found.card;
    const { transactions } = await transactionsOf(this.#db, id, { limit: 20, only: 'deposits' });
    const last = transactions.find(({ kind }) => kind === 'card-deposit');
    return { brand: brand === 'mastercard' ? brand : 'visa', lastFour, lastCents: last?.cents };
  }

  async charge({ id: accountId }: Account, cents: number, given: CardGiven): Promise<Charged> {
    await this.tellUntold();
    const key = orderKey(this.#attendedBy?.entryId ?? this.#callId, ++this.#orders);
    const callingNumber = this.#callingNumber;
    const untold = { accountId, paymentId: key, cents, at: this.#house.deposits.now(), callingNumber };
    // Until there is a deposit nothing can be charged, and nobody else will find out.
    this.#untold = untold;
    const card = given.kind === 'saved' ? await this.#saved(accountId) : await this.#taken(given);
    if ('kind' in card) return card;
    this.#untold = undefined;
    const cvv = given.kind === 'saved' ? secretOf(given.cvv) : undefined;
    const caller = callingNumber !== undefined && { callingNumber };
    const result = await this.#deposit({ key, accountId, cents, ...this.#channel(), card, ...caller }, cvv);
    switch (result.kind) {
      case 'captured':
        return { kind: 'captured', reference: result.reference, balanceCents: result.balanceCents };
      case 'declined':
        this.#untold = { ...untold, paymentId: result.depositId };
        return declined(result.reason);
      case 'pending':
        return { kind: 'pending' };
    }
  }

  heard(): void {
    this.#untold = undefined;
  }

  /** The call is over, or goes on to another charge: who has not heard that nothing was charged is told. Never rejects. */
  async tellUntold(): Promise<void> {
    const untold = this.#untold;
    this.#untold = undefined;
    if (!untold) return;
    const { receipts } = this.#house;
    await this.#db
      .transaction()
      .execute((trx) => tellNotCharged(trx, receipts, untold))
      .catch((error: unknown) =>
        this.#log.error({ call: this.#callId, err: error }, 'nobody is told that a payment was not made'),
      );
  }

  #channel(): Pick<CardDeposit, 'channel' | 'agentId'> {
    return this.#attendedBy ? { channel: 'agent', agentId: this.#attendedBy.agentId } : { channel: 'phone-line' };
  }

  async #deposit(order: CardDeposit, cvv: Secret | undefined): Promise<DepositResult | { readonly kind: 'pending' }> {
    const { deposits, gateway } = this.#house;
    const charger = chargerOf(gateway, cvv);
    let asked = false;
    let taken = false;
    const charge: Charger['charge'] = async (charged) => {
      asked = true;
      const outcome = await charger.charge(charged);
      taken = outcome.kind !== 'declined';
      return outcome;
    };
    const onSettled: DepositDeps['onSettled'] = async (trx, deposit, result) => {
      // That it was not made is told on the line.
      if (result.kind !== 'declined') await deposits.onSettled?.(trx, deposit, result);
    };
    return depositByCard({ ...deposits, onSettled, gateway: { ...charger, charge } }, order).catch((error: unknown) => {
      // The card may be charged: resolveDeposits() finds out. Whoever was told to call again would pay twice.
      if (!taken && !(asked && isUnavailable(error))) throw error;
      this.#log.error({ call: this.#callId, err: error }, 'a charge could not be written down; it will be looked for');
      return { kind: 'pending' };
    });
  }

  async #saved(accountId: string): Promise<Card | Charged> {
    const found = await this.#house.funding.cardOf(this.#db, accountId, this.#house.deposits.now());
    return found.kind === 'card' ? found.card : declined(found.kind === 'expired' ? 'expired' : 'card-removed');
  }

  /** Hands a new card to the gateway, which alone gets its digits. */
  async #taken({ number, cvv, expiry, postalCode }: Extract<CardGiven, { kind: 'new' }>): Promise<Card | Charged> {
    const details: CardDetails = {
      number: secretOf(number),
      cvv: secretOf(cvv),
      expiryMonth: expiry.month,
      expiryYear: expiry.year,
      postalCode,
    };
    const taken = await this.#house.gateway.tokenise(details);
    if (taken.kind !== 'token') return declined(taken.reason);
    const { token, brand, lastFour } = taken;
    return { token, brand, lastFour };
  }
}

/** A gateway that asks for the code on the card with the charge: its holder is on the line. */
const chargerOf = (gateway: CardGateway, cvv: Secret | undefined): Charger => ({
  charge: (order) => gateway.charge({ ...order, ...(cvv && { cvv }) }),
  outcomeOf: (key) => gateway.outcomeOf(key),
});

/** The same bytes, not a copy: what the flow wipes is wiped here. */
function secretOf({ bytes }: SecretDigits): Secret {
  return new Secret(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/** The gateway's reasons, as far as the caller can do something about them. A stolen card is not told that it is one. */
const reasons: Readonly<Record<string, DeclineReason>> = {
  'insufficient-funds': 'insufficient-funds',
  expired: 'expired',
  'wrong-cvv': 'wrong-details',
  'wrong-number': 'wrong-details',
  'wrong-postal-code': 'wrong-details',
  'invalid-details': 'wrong-details',
  'card-not-accepted': 'not-accepted',
  'try-later': 'try-later',
  'gateway-unavailable': 'try-later',
};

const declined = (reason: string): Charged => ({ kind: 'declined', reason: reasons[reason] ?? 'declined' });
