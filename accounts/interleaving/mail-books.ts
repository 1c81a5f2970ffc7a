import type { Database } from '#db/connect.ts';
import type { LedgerKind } from '#db/ledger.ts';
import { rails } from '../rails/kinds.ts';
import { expect } from 'vitest';
import { ITEMS } from './mail.ts';

/** Every payment of every file is in the books once, where its state says, and what is owed is what was written off. Returns what there was. */
export async function allMailBooked(db: Database, trial: Readonly<Record<LedgerKind | 'holder', number>>) {
  const files = await db.selectFrom('lockboxFile').select(['id', 'sha256']).execute();
  const lines = await db.selectFrom('lockboxLine').select(['fileId', 'line', 'state', 'paymentId']).execute();
  expect(lines.length).toBe(files.length * ITEMS);
  expect(lines.filter(({ state }) => state !== 'on-account' && state !== 'in-suspense')).toEqual([]);
  const payments = await db.selectFrom('payment').selectAll().execute();
  expect(lines.map(({ paymentId }) => paymentId).sort()).toEqual(payments.map(({ id }) => id).sort());

  const sum = (chosen: typeof payments) => chosen.reduce((total, { cents }) => total + Number(cents), 0);
  const kept = payments.filter(({ state }) => state !== 'returned');
  const clearing = (kind: LedgerKind) => 0 - sum(kept.filter((payment) => rails[payment.kind].clearing === kind));
  expect(trial['cheque-clearing']).toBe(clearing('cheque-clearing'));
  expect(trial['money-transfer-clearing']).toBe(clearing('money-transfer-clearing'));
  expect(trial.suspense).toBe(sum(payments.filter(({ state }) => state === 'in-suspense')));

  const owed = await db.selectFrom('receivable').select(['cents', 'settledCents']).execute();
  const open = owed.reduce((total, { cents, settledCents }) => total + Number(cents) - Number(settledCents), 0);
  expect(trial['write-off']).toBe(0 - open);
  const events = await db.selectFrom('paymentEvent').select(['paymentId', 'kind']).execute();
  const acts = events.map(({ paymentId, kind }) => `${paymentId} ${kind}`);
  expect(new Set(acts).size).toBe(acts.length);
  const many = (kind: string) => events.filter((event) => event.kind === kind).length;
  return { files: files.length, assigned: many('assigned'), sentBack: many('sent-back'), returned: many('returned'), owed: owed.length }; // prettier-ignore
}
