import type { Database } from '#db/connect.ts';
import { findPayment } from '#db/payments.ts';
import { openReceivables } from '#db/receivables.ts';
import { importLockbox } from '../rails/lockbox/import.ts';
import { returnPayment } from '../rails/returned/return-payment.ts';
import { recover } from '../rails/returned/settle-receivable.ts';
import { assign } from '../rails/suspense/assign.ts';
import { suspense } from '../rails/suspense/list.ts';
import { sendBack } from '../rails/suspense/send-back.ts';
import { inPieces, itemLine, lockboxFile } from '../rails/testing/lockbox-file.ts';
import { accountOf, closerOf } from './cast.ts';

/** Files that the bank brings, again and again; payments in each. */
export const FILES = 40;
export const ITEMS = 6;
const DAY = '2026-05-04';
const fileOf = (n: number): number => n % FILES;

/** File `n`, the same in every process: to holders, to accounts that may be closed by then, and to nobody. */
export function fileText(n: number, numbers: ReadonlyMap<string, string>): string {
  const lines = Array.from({ length: ITEMS }, (_, i) => {
    const at = fileOf(n) * ITEMS + i;
    const memo = numbers.get(i % 3 === 0 ? accountOf(at) : closerOf(at)) ?? '';
    const kind = i % 2 === 0 ? 'money-order' : 'western-union';
    const amount = (2 + ((at * 37) % 9_000) / 100).toFixed(2);
    return itemLine({ item: i, kind, memo: i % 3 === 2 ? '' : memo, amount, serial: `F${fileOf(n)}-I${i}` });
  });
  return lockboxFile(lines, `H,box-${fileOf(n)},${DAY},1`);
}

/** The numbers of all accounts, by their ids. */
export async function numbersOf(db: Database): Promise<ReadonlyMap<string, string>> {
  const accounts = await db.selectFrom('account').select(['id', 'number']).execute();
  return new Map(accounts.map(({ id, number }) => [id, number]));
}

const deps = { now: () => new Date() };

/** What happens to payments by mail, each chosen by a number `n`. */
export function mailActs(db: Database, numbers: ReadonlyMap<string, string>) {
  const agent = { agentId: 'agent', reason: 'random' };
  return {
    async load(n: number): Promise<void> {
      await importLockbox(db, deps, { source: inPieces(fileText(n, numbers)), agentId: 'agent' });
    },
    async assign(n: number): Promise<void> {
      for (const { payment } of await suspense(db, deps.now(), { limit: 2 })) {
        const accountNumber = numbers.get(n % 3 === 0 ? closerOf(n) : accountOf(n)) ?? '';
        await assign(db, deps, { key: `assign ${payment.id} ${n}`, paymentId: payment.id, accountNumber, ...agent });
      }
    },
    async sendBack(n: number): Promise<void> {
      const [first] = await suspense(db, deps.now(), { limit: 1 });
      const paymentId = first?.payment.id ?? '0';
      await sendBack(db, deps, { key: `back ${paymentId} ${n}`, paymentId, ...agent });
    },
    /** The bank takes back one of a file's payments, wherever it is by then. */
    async takeBack(n: number): Promise<void> {
      const payment = await findPayment(db, { key: `lockbox box-${fileOf(n)} ${DAY} 1/${n % ITEMS}` });
      if (payment) await returnPayment(db, deps, { key: `returned ${n}`, paymentId: payment.id, ...agent });
    },
    async makeGood(n: number): Promise<void> {
      for (const { id } of await openReceivables(db, { limit: 2 }))
        await recover(db, deps, { key: `good ${id} ${n}`, receivableId: id, ...agent });
    },
  };
}
