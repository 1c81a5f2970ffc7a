import { randomUUID } from 'node:crypto';
import { openAccount } from '#db/accounts.ts';
import type { Database } from '#db/connect.ts';
import { balanceOf, post } from '#db/ledger.ts';
import type { FundingNotice } from '../notices.ts';
import type { CardDeposit, CardOnFile, DepositOutcome, FundingDeps, FundingStep } from '../ports.ts';
import type { FundingChoice } from '../terms.ts';

/** What a gateway does with the next new charge. 'unknown': it takes the money and does not say so. */
export type Mood = 'approve' | 'decline' | 'unknown' | 'down';

/**
 * Everything AutoPay and TextPay need, strict: a deposit ordered again with the same key must be the same order; a notice told twice with one
 * key throws. `charges` is the gateway's own record of the money it took.
 */
export class Counter {
  readonly charges: { key: string; cents: number; token: string }[] = [];
  /** Money that came in by `move`. */
  cashCents = 0;
  mood: Mood = 'approve';
  card: CardOnFile = { kind: 'card', card: { token: 'tok_1', brand: 'visa', lastFour: '4242' } };
  at = new Date('2026-05-01T12:00:00Z');
  readonly #db: Database;
  readonly #orders = new Map<string, { text: string; taken: boolean }>();

  constructor(db: Database) {
    this.#db = db;
  }

  deps(onStep?: (step: FundingStep, id: string) => void): FundingDeps {
    return {
      now: () => this.at,
      deposit: (order) => this.#deposit(order),
      cardOf: async () => this.card,
      notify: async (trx, notice) => {
        // Told when, and only when, its transaction is committed: the row is the notice.
        const payload = JSON.stringify(notice);
        await trx.insertInto('outbox').values({ topic: 'test-notice', payload }).execute();
      },
      ...(onStep && { onStep }),
    };
  }

  /** Kinds of the notices of an account, the oldest first; each key once. */
  async news(accountId: string): Promise<string[]> {
    return (await this.notices(accountId)).map(({ news }) => news.kind);
  }

  async notices(accountId: string): Promise<FundingNotice[]> {
    const rows = await this.#db
      .selectFrom('outbox')
      .select('payload')
      .where('topic', '=', 'test-notice')
      .orderBy('id')
      .execute();
    const all = rows.map(({ payload }) => payload as unknown as FundingNotice);
    const keys = all.map(({ key }) => key);
    if (new Set(keys).size !== keys.length) throw new Error('A notice was told twice.');
    return all.filter((notice) => notice.accountId === accountId);
  }

  async #deposit(order: CardDeposit): Promise<DepositOutcome> {
    const { key, accountId, cents, card } = order;
    const text = JSON.stringify(order);
    const before = this.#orders.get(key);
    if (before && before.text !== text) throw new Error(`${key} was used for something else.`);
    if (!before && this.mood === 'down') throw new Error('The gateway is down.');
    const taken = before?.taken ?? this.mood !== 'decline';
    this.#orders.set(key, { text, taken });
    const depositId = `deposit-of-${key}`;
    if (!taken) return { kind: 'declined', reason: 'insufficient-funds', depositId };
    if (!before) this.charges.push({ key, cents, token: card.token });
    if (this.mood === 'unknown') return { kind: 'pending', depositId };
    const entries = [
      { ledger: { holder: accountId }, cents },
      { ledger: 'card-clearing', cents: -cents },
    ] as const;
    const { reference, balances } = await post(this.#db, { key, kind: 'card-deposit', at: this.at, entries });
    return { kind: 'captured', reference, depositId, balanceCents: balances[accountId]?.after ?? 0 };
  }

  async account(cents: number): Promise<string> {
    const id = randomUUID();
    await openAccount(this.#db, { id, numbers: [], at: this.at });
    if (cents > 0) await this.move(id, cents);
    return id;
  }

  /** Money in (positive) or spent (negative). */
  async move(holder: string, cents: number): Promise<void> {
    if (cents > 0) this.cashCents += cents;
    await post(this.#db, {
      key: randomUUID(),
      kind: cents > 0 ? 'deposit' : 'usage',
      at: this.at,
      entries: [
        { ledger: { holder }, cents },
        { ledger: cents > 0 ? 'card-clearing' : 'revenue', cents: -cents },
      ],
    });
  }

  async balance(accountId: string): Promise<number> {
    return (await balanceOf(this.#db, accountId)).balanceCents;
  }
}

let last = 100;
/** A US mobile nobody else in the test has. */
export const freshMobile = (): string => `+1213555${String(++last).padStart(4, '0')}`;

export const choice = (over: Partial<FundingChoice> = {}): FundingChoice => ({
  mode: 'autopay',
  amountCents: 2_000,
  email: 'family@example.com',
  notices: 'e-mail',
  language: 'en',
  agreementVersion: '2026-01',
  ...over,
});
