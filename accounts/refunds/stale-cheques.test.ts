import { randomUUID } from 'node:crypto';
import { closeAccount } from '#db/accounts.ts';
import { chequeHistory, findCheques, type Cheque } from '#db/cheques.ts';
import { trialBalance } from '#db/ledger.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { sendBack } from '../rails/suspense/send-back.ts';
import { MailRoom } from '../rails/testing/mail-room.ts';
import { claimBack } from '../unclaimed/set-aside.ts';
import { addressOf, claimForPrinting, markCashed, markMailed, markReturned } from './cheques.ts';
import { refundByAgent } from './refund-by-agent.ts';
import { setStaleAside, staleCheques } from './stale-cheques.ts';
import { House, payee } from './testing/house.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let house: House;
let last = 5_000;
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(() => {
  house = new House(server.db);
});
afterAll(() => server.stop());

async function mailed(): Promise<{ cheque: Cheque; number: string; accountId: string }> {
  const accountId = await house.account();
  await house.mailIn(accountId, 2_000);
  const order = { key: randomUUID(), accountId, cents: 700, agentId: 'a1', reason: 'asked' };
  const given = await refundByAgent(server.db, house.deps(), order);
  const [cheque] = given.kind === 'given-back' ? given.givenBack.cheques : [];
  if (!cheque) throw new Error('There is no cheque.');
  return { cheque, number: await mail(cheque.id), accountId };
}
/** Its number. */
async function mail(chequeId: string): Promise<string> {
  await claimForPrinting(server.db, house.deps(), { batchId: randomUUID(), limit: 100, agentId: 'a1' });
  const number = String(++last);
  await markMailed(server.db, house.deps(), { chequeId, agentId: 'a1', number });
  return number;
}
const aside = (cheque: Cheque, number: string, over = {}) => {
  const act = { chequeId: cheque.id, agentId: 'a2', number, reason: 'stopped at the bank', ...over };
  return setStaleAside(server.db, house.deps(), act);
};
const listed = async ({ id }: Cheque) =>
  (await staleCheques(server.db, house.deps(), { limit: 1_000 })).some((one) => one.id === id);
const funds = (accountId: string) =>
  server.db.selectFrom('unclaimedFund').selectAll().where('accountId', '=', accountId).execute();
async function moved(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await trialBalance(server.db);
  await work();
  const after = Object.entries(await trialBalance(server.db));
  const changes = after.map(([name, cents]) => [name, cents - before[name as keyof typeof before]] as const);
  return Object.fromEntries(changes.filter(([, cents]) => cents !== 0));
}

test('a cheque in the post is stale after 180 days, to the moment; an agent sets it aside once', async () => {
  const { cheque, number, accountId } = await mailed();
  const at = house.at;
  house.at = new Date(at.getTime() + 180 * 86_400_000 - 1);
  expect(await listed(cheque)).toBe(false);
  expect(await aside(cheque, number)).toEqual({ kind: 'too-early' });
  house.at = new Date(at.getTime() + 180 * 86_400_000);
  expect(await listed(cheque)).toBe(true);
  const changes = await moved(async () => {
    for (let twice = 0; twice < 2; twice++)
      expect(await aside(cheque, number)).toMatchObject({ kind: 'done', cheque: { state: 'stale', number } });
  });
  expect(changes).toEqual({ 'cheque-clearing': -700, unclaimed: 700 });
  expect(await listed(cheque)).toBe(false);
  expect(await funds(accountId)).toMatchObject([
    { cents: '700', lastActiveAt: at, byId: 'a2', reason: 'stopped at the bank', at: house.at, claimedAt: null },
  ]);
  expect((await chequeHistory(server.db, cheque.id)).at(-1)).toMatchObject({
    ...{ kind: 'stale', byId: 'a2', chequeNumber: number, reason: 'stopped at the bank' },
  });
  expect((await house.news(accountId)).map(({ kind }) => kind)).toEqual(['cheque-mailed', 'cheque-stale']);
  const act = { chequeId: cheque.id, agentId: 'a1' };
  expect((await markCashed(server.db, house.deps(), act)).kind).toBe('wrong-state');
  expect((await markReturned(server.db, house.deps(), { ...act, number })).kind).toBe('wrong-state');
});

test('how long is a row of the refund terms', async () => {
  const { cheque } = await mailed();
  house.days(100);
  expect(await listed(cheque)).toBe(false);
  await server.db.updateTable('refundTerms').set({ chequeStaleDays: 100 }).execute();
  expect(await listed(cheque)).toBe(true);
  await server.db.updateTable('refundTerms').set({ chequeStaleDays: 180 }).execute();
});

test('what was set aside is given back when it is claimed: onto the account, or by another cheque when that is closed', async () => {
  for (const open of [true, false]) {
    const { cheque, number, accountId } = await mailed();
    house.days(180);
    await aside(cheque, number);
    if (!open) await closeAccount(server.db, accountId, house.at);
    const [fund] = await funds(accountId);
    const claim = { fundId: fund?.id ?? '', agentId: 'a3' };
    expect(await claimBack(server.db, house.deps(), claim)).toBe(open ? 'on-account' : 'by-cheque');
    expect(await claimBack(server.db, house.deps(), claim)).toBe('claimed-before');
    expect(await house.balance(accountId)).toBe(open ? 2_000 : 1_300);
    const again = (await findCheques(server.db, { accountId })).filter(({ cause }) => cause === 'claimed');
    expect(again.map(({ cents }) => cents)).toEqual(open ? [] : [700]);
  }
});

test('one that was cashed, came back or was mailed anew is not stale by its first mailing', async () => {
  const [cashed, back] = [await mailed(), await mailed()];
  await markCashed(server.db, house.deps(), { chequeId: cashed.cheque.id, agentId: 'a1' });
  house.days(100);
  await markReturned(server.db, house.deps(), { chequeId: back.cheque.id, agentId: 'a1', number: back.number });
  house.days(100);
  expect([await listed(cashed.cheque), await listed(back.cheque)]).toEqual([false, false]);
  expect((await aside(cashed.cheque, cashed.number)).kind).toBe('wrong-state');
  expect((await aside(back.cheque, back.number)).kind).toBe('wrong-state');
});

test('one that was mailed anew is stale 180 days after that, not after its first mailing', async () => {
  const { cheque, number } = await mailed();
  const act = { chequeId: cheque.id, agentId: 'a1' };
  house.days(100);
  await markReturned(server.db, house.deps(), { ...act, number });
  await addressOf(server.db, house.deps(), { ...act, to: payee });
  const again = await mail(act.chequeId);
  house.days(179);
  expect(await listed(cheque)).toBe(false);
  expect(await aside(cheque, again)).toEqual({ kind: 'too-early' });
  house.days(1);
  expect(await listed(cheque)).toBe(true);
  expect((await aside(cheque, again)).kind).toBe('done');
});

test('money of no account, on its way back to a sender who does not cash it, is not set aside for anybody', async () => {
  const room = new MailRoom(server.db);
  const paymentId = await room.inSuspense({ sender: { name: payee.payee, address: payee.address } });
  const order = { key: randomUUID(), paymentId, agentId: 'a1', reason: 'nobody’s' };
  const sent = await sendBack(server.db, house.deps(), order);
  if (sent.kind !== 'sent-back') throw new Error(sent.kind);
  const number = await mail(sent.cheque.id);
  house.days(200);
  expect(await listed(sent.cheque)).toBe(false);
  expect((await aside(sent.cheque, number)).kind).toBe('wrong-state');
});

test('another number, no reason, no agent, no cheque: nothing is set aside', async () => {
  const { cheque, number } = await mailed();
  house.days(180);
  expect((await aside(cheque, `${number}0`)).kind).toBe('wrong-state');
  expect(await aside(cheque, number, { reason: ' ' })).toEqual({ kind: 'reason-missing' });
  expect(await aside(cheque, number, { agentId: '' })).toEqual({ kind: 'reason-missing' });
  expect(await aside(cheque, number, { chequeId: '0' })).toEqual({ kind: 'unknown-cheque' });
  expect(await listed(cheque)).toBe(true);
});
