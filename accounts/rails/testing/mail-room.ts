import { randomUUID } from 'node:crypto';
import { openAccount } from '#db/accounts.ts';
import type { Database } from '#db/connect.ts';
import { balanceOf, post, trialBalance, type LedgerKind } from '#db/ledger.ts';
import { enterPayment, type PaymentOrder, type PaymentResult } from '../enter-payment.ts';
import type { PaymentItem } from '../item.ts';
import type { PaymentNews, RailDeps } from '../ports.ts';

let serials = 1_000;

/** Where envelopes are opened: holders with account numbers, items that come in, and what the holders were told. */
export class MailRoom {
  readonly db: Database;
  at = new Date('2026-05-04T19:00:00Z');
  readonly news: PaymentNews[] = [];

  constructor(db: Database) {
    this.db = db;
  }

  deps(): RailDeps {
    return { now: () => this.at, onNews: async (_, news) => void this.news.push(news) };
  }

  days(many: number): void {
    this.at = new Date(this.at.getTime() + many * 24 * 3_600_000);
  }

  /** A holder and the ten digits of the account. */
  async holder(): Promise<{ readonly id: string; readonly number: string }> {
    const id = randomUUID();
    await openAccount(this.db, { id, numbers: [], at: this.at });
    return this.db.selectFrom('account').select(['id', 'number']).where('id', '=', id).executeTakeFirstOrThrow();
  }

  /** A money order of $25 that nobody else has, but for what is said otherwise. */
  item(over: Partial<PaymentItem> = {}): PaymentItem {
    const sound = { kind: 'money-order', cents: 2_500, memo: '', issuer: 'USPS', receivedOn: '2026-05-04' } as const;
    return { ...sound, serial: String(++serials), ...over };
  }

  order(item: Partial<PaymentItem> = {}, over: Partial<PaymentOrder> = {}): PaymentOrder {
    const by = { source: 'agent', agentId: 'a1', unmatched: 'refuse' } as const;
    return { key: randomUUID(), item: this.item(item), ...by, ...over };
  }

  enter(order: PaymentOrder, db = this.db): Promise<PaymentResult> {
    return enterPayment(db, this.deps(), order);
  }

  /** Its id. */
  async paidIn(holder: { readonly number: string }, over: Partial<PaymentItem> = {}): Promise<string> {
    return this.#entered(this.order({ memo: holder.number, ...over }), 'on-account');
  }

  async inSuspense(over: Partial<PaymentItem> = {}): Promise<string> {
    return this.#entered(this.order({ memo: '', ...over }, { unmatched: 'suspend' }), 'in-suspense');
  }

  async #entered(order: PaymentOrder, kind: PaymentResult['kind']): Promise<string> {
    const result = await this.enter(order);
    if (result.kind !== kind || !('payment' in result)) throw new Error(`The payment is ${JSON.stringify(result)}.`);
    return result.payment.id;
  }

  async spend(holder: string, cents: number): Promise<void> {
    const entries = [
      { ledger: { holder }, cents: -cents },
      { ledger: 'revenue', cents },
    ] as const;
    await post(this.db, { key: randomUUID(), kind: 'usage', at: this.at, entries });
  }

  async balance(accountId: string): Promise<number> {
    return (await balanceOf(this.db, accountId)).balanceCents;
  }

  /** What `work` moves in the books: only what changed; and that the books are even. */
  async moved(work: () => Promise<unknown>): Promise<Partial<Record<LedgerKind | 'holder', number>>> {
    const before = await trialBalance(this.db);
    await work();
    const after = await trialBalance(this.db);
    if (Object.values(after).reduce((sum, cents) => sum + cents, 0) !== 0) throw new Error('The books are not even.');
    const kinds = Object.keys(after) as (LedgerKind | 'holder')[];
    const changes = kinds.map((kind) => [kind, after[kind] - before[kind]] as const).filter(([, cents]) => cents !== 0);
    return Object.fromEntries(changes);
  }
}
