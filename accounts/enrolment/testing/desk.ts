import { randomUUID } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import { saveFacility, type Facility } from '#db/facilities.ts';
import { facilities } from '#db/seed/demo-world.ts';
import { enrol, type Enrolled } from '../enrol.ts';
import type { HolderNotice, TellDeps } from '../news.ts';
import type { EnrolmentOrder } from '../order.ts';

let numbers = 1000;
/** A US number nobody else in the test has. */
export const freshNumber = (): string => `+1213555${++numbers}`;

export const facility: Facility = {
  ...facilities[0],
  ...{ id: 'north', name: 'North Facility', state: 'CA', number: '77' },
};

/** Where accounts are opened, with a clock of its own and a record of what holders were told. */
export class Desk {
  readonly db: Database;
  at = new Date('2026-05-04T19:00:00Z');

  constructor(db: Database) {
    this.db = db;
  }

  /** What every order needs to be there. */
  async furnish(): Promise<void> {
    await saveFacility(this.db, facility);
  }

  minutes(many: number): void {
    this.at = new Date(this.at.getTime() + many * 60_000);
  }

  deps(over: Partial<TellDeps> = {}): TellDeps {
    return {
      now: () => this.at,
      // Told when, and only when, its transaction is committed: the row is the notice.
      notify: async (trx, notice) => {
        const payload = JSON.stringify(notice);
        await trx.insertInto('outbox').values({ topic: 'test-holder-notice', payload }).execute();
      },
      ...over,
    };
  }

  order(over: Partial<EnrolmentOrder> = {}): EnrolmentOrder {
    return {
      key: randomUUID(),
      by: { kind: 'web' },
      facility: { state: 'CA', id: facility.id },
      number: freshNumber(),
      language: 'en',
      reach: { notices: 'e-mail', email: 'family@example.com' },
      ...over,
    };
  }

  async account(over: Partial<EnrolmentOrder> = {}): Promise<Enrolled> {
    const result = await enrol(this.db, this.deps(), this.order(over));
    if (result.kind === 'refused') throw new Error(`The account was refused: ${result.reason}.`);
    return result;
  }

  /** What was told of an account, the oldest first; each key once for each place. */
  async notices(accountId: string): Promise<HolderNotice[]> {
    const told = this.db.selectFrom('outbox').select('payload').where('topic', '=', 'test-holder-notice');
    const all = (await told.orderBy('id').execute()).map(({ payload }) => payload as unknown as HolderNotice);
    if (new Set(all.map(({ key }) => key)).size !== all.length) throw new Error('A notice was told twice.');
    return all.filter((notice) => notice.accountId === accountId);
  }

  async news(accountId: string): Promise<HolderNotice['news'][]> {
    return (await this.notices(accountId)).map(({ news }) => news);
  }
}
