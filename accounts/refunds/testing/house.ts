import { randomUUID } from 'node:crypto';
import { openAccount } from '#db/accounts.ts';
import type { Payee } from '#db/cheques.ts';
import type { Database } from '#db/connect.ts';
import { balanceOf, post } from '#db/ledger.ts';
import { addSandboxCard } from '#db/sandbox-gateway.ts';
import { SandboxGateway } from '../../cards/sandbox-gateway.ts';
import { depositByCard } from '../../deposits/deposit-by-card.ts';
import type { RefundNotice } from '../notices.ts';
import type { RefundDeps, RefundStep } from '../ports.ts';

export const payee: Payee = {
  payee: 'Maria Lopez',
  address: { lines: ['1 Main St', 'Apt 2'], city: 'Fresno', state: 'CA', postalCode: '93650', country: 'US' },
};
const letters = 'abcdefghijklmnopqrstuvwxyz';
let made = 0;
let numbers = 100;
/** A number nobody else in the test has. */
export const freshNumber = (): string => `+1213555${String(++numbers).padStart(4, '0')}`;

/** Holders with money by card and by other ways, at the sandbox gateway, whose books are the proof. */
export class House {
  readonly db: Database;
  readonly gateway: SandboxGateway;
  at = new Date('2026-05-04T19:00:00Z');
  payee: Payee | undefined = payee;

  constructor(db: Database) {
    this.db = db;
    this.gateway = new SandboxGateway({ db, now: () => this.at, webhookSecret: 'unused' });
  }

  deps(over: Partial<RefundDeps> = {}): RefundDeps {
    return {
      gateway: this.gateway,
      now: () => this.at,
      payeeOf: async () => this.payee,
      contactOf: async () => ({ language: 'es', email: 'family@example.com' }),
      notify: async (trx, notice) => {
        const payload = JSON.stringify(notice);
        await trx.insertInto('outbox').values({ topic: 'test-refund-notice', payload }).execute();
      },
      ...over,
    };
  }

  /** Dies at this step. */
  dyingAt(step: RefundStep): RefundDeps {
    return this.deps({
      onStep: (at) => {
        if (at === step) throw new Error(`died: ${at}`);
      },
    });
  }

  days(many: number): void {
    this.at = new Date(this.at.getTime() + many * 24 * 3_600_000);
  }

  async account(...of: string[]): Promise<string> {
    const id = randomUUID();
    await openAccount(this.db, { id, numbers: of, at: this.at });
    return id;
  }

  async card(lastFour: string, behaviour = 'approve'): Promise<{ token: string; brand: string; lastFour: string }> {
    const tail = [...String(++made)].map((digit) => letters[Number(digit)]).join('');
    const card = { token: `tok_${tail.padEnd(24, 'x')}`, brand: 'visa', lastFour } as const;
    const kind = { expiryMonth: 12, expiryYear: 2099, behaviour, tokenisedAt: this.at };
    await addSandboxCard(this.db, { ...card, ...kind, funding: 'credit' });
    return card;
  }

  /** Returns the deposit's id. */
  async pay(accountId: string, cents: number, lastFour = '4242'): Promise<string> {
    const card = await this.card(lastFour);
    const order = { key: randomUUID(), accountId, cents, channel: 'web', card } as const;
    const { kind, depositId } = await depositByCard({ db: this.db, gateway: this.gateway, now: () => this.at }, order);
    if (kind !== 'captured') throw new Error(`The deposit is ${kind}.`);
    return depositId;
  }

  /** The card is charged, and nobody is told. Returns the deposit's id. */
  async payUnheard(accountId: string, cents: number): Promise<string> {
    const card = await this.card('4242', 'answer-lost');
    const order = { key: randomUUID(), accountId, cents, channel: 'web', card } as const;
    return (await depositByCard({ db: this.db, gateway: this.gateway, now: () => this.at }, order)).depositId;
  }

  /** The bank refuses. */
  async payRefused(accountId: string, cents: number): Promise<void> {
    const card = await this.card('4242', 'insufficient-funds');
    const order = { key: randomUUID(), accountId, cents, channel: 'web', card } as const;
    await depositByCard({ db: this.db, gateway: this.gateway, now: () => this.at }, order);
  }

  /** By money order. */
  async mailIn(holder: string, cents: number): Promise<void> {
    await this.#move('money-order-deposit', holder, cents, 'cheque-clearing');
  }

  async spend(holder: string, cents: number): Promise<void> {
    await this.#move('usage', holder, -cents, 'revenue');
  }

  async #move(kind: string, holder: string, cents: number, ledger: 'cheque-clearing' | 'revenue'): Promise<void> {
    const entries = [
      { ledger: { holder }, cents },
      { ledger, cents: -cents },
    ] as const;
    await post(this.db, { key: randomUUID(), kind, at: this.at, entries });
  }

  async balance(accountId: string): Promise<number> {
    return (await balanceOf(this.db, accountId)).balanceCents;
  }

  /** What the holder was told, the oldest first; each key once. */
  async news(accountId: string): Promise<RefundNotice['news'][]> {
    const told = this.db.selectFrom('outbox').select('payload').where('topic', '=', 'test-refund-notice');
    const all = (await told.orderBy('id').execute()).map(({ payload }) => payload as unknown as RefundNotice);
    if (new Set(all.map(({ key }) => key)).size !== all.length) throw new Error('A notice was told twice.');
    return all.filter((notice) => notice.accountId === accountId).map(({ news }) => news);
  }
}
