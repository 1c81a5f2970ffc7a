import { randomUUID } from 'node:crypto';
import { questionedCheques } from '#db/cheque-questions.ts';
import { chequeHistory, findCheques, type Cheque } from '#db/cheques.ts';
import { openDatabase } from '#db/connect.ts';
import { findReceivable } from '#db/receivables.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { returnPayment } from '../rails/returned/return-payment.ts';
import { waive } from '../rails/returned/settle-receivable.ts';
import { sendBack } from '../rails/suspense/send-back.ts';
import { MailRoom } from '../rails/testing/mail-room.ts';
import { claimForPrinting, markMailed } from './cheques.ts';
import { decideQuestion, type QuestionAct } from './question-cheques.ts';
import { refundByAgent } from './refund-by-agent.ts';
import { House, payee } from './testing/house.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let house: House;
let room: MailRoom;
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(async () => {
  house = new House(server.db);
  room = new MailRoom(server.db);
  // No cheque of another test is in this one's way.
  await claim(1_000);
});
afterAll(() => server.stop());

const claim = (limit: number, batchId: string = randomUUID()) =>
  claimForPrinting(server.db, house.deps(), { batchId, limit, agentId: 'a1' });
const mail = ({ id }: Cheque, number: string) =>
  markMailed(server.db, house.deps(), { chequeId: id, agentId: 'a1', number });
const bounce = (paymentId: string) =>
  returnPayment(server.db, room.deps(), { key: randomUUID(), paymentId, agentId: 'a3', reason: 'not paid' });
const decide = (act: QuestionAct) => decideQuestion(server.db, house.deps(), act);
const act = ({ id }: Cheque, decision: QuestionAct['decision']): QuestionAct => ({
  ...{ chequeId: id, agentId: 'a2', decision, reason: 'they were asked' },
});
const chequesOf = (accountId: string) => findCheques(server.db, { accountId });
const isAsked = async ({ id }: Cheque) => (await questionedCheques(server.db)).some((cheque) => cheque.id === id);
const kinds = async ({ id }: Cheque) => (await chequeHistory(server.db, id)).map(({ kind }) => kind);

/** A payment of $25 by cheque, of which our cheque gives back `cents`. */
async function refunded(cents: number): Promise<{ accountId: string; paymentId: string; cheque: Cheque }> {
  const holder = await room.holder();
  const cheque = { kind: 'personal-cheque', issuer: '021000021-6789' } as const;
  const paymentId = await room.paidIn(holder, cheque);
  const order = { key: randomUUID(), accountId: holder.id, cents, agentId: 'a1', reason: 'asked' };
  const result = await refundByAgent(server.db, house.deps(), order);
  const made = result.kind === 'given-back' ? result.givenBack.cheques[0] : undefined;
  if (!made) throw new Error('There is no cheque.');
  return { accountId: holder.id, paymentId, cheque: made };
}

test('a cheque that gives back what bounced is neither printed nor mailed until an agent says to go on', async () => {
  const [queued, printing] = [await refunded(2_000), await refunded(2_000)];
  await bounce(queued.paymentId);
  const run = randomUUID();
  expect((await claim(10, run)).map(({ id }) => id)).toEqual([printing.cheque.id]);
  await bounce(printing.paymentId);
  expect(await claim(10, run)).toEqual([]);
  expect(await mail(printing.cheque, '7001')).toEqual({ kind: 'in-question' });
  for (const { cheque, paymentId } of [queued, printing]) {
    expect(await isAsked(cheque)).toBe(true);
    expect((await chequeHistory(server.db, cheque.id)).at(-1)).toMatchObject({
      ...{ kind: 'questioned', byId: 'a3', reason: 'not paid', paymentId, at: room.at },
    });
  }
  const moved = await room.moved(async () => {
    for (let twice = 0; twice < 2; twice++)
      for (const { cheque } of [queued, printing])
        expect(await decide(act(cheque, 'go-on'))).toMatchObject({ kind: 'done', cheque: { inQuestion: false } });
  });
  expect(moved).toEqual({});
  expect((await chequeHistory(server.db, queued.cheque.id)).at(-1)).toMatchObject({
    ...{ kind: 'gone-on', byId: 'a2', reason: 'they were asked', at: house.at },
  });
  expect((await decide({ ...act(queued.cheque, 'go-on'), reason: 'else' })).kind).toBe('wrong-state');
  expect((await decide({ ...act(queued.cheque, 'go-on'), agentId: 'a9' })).kind).toBe('wrong-state');
  expect((await decide(act(queued.cheque, 'stop'))).kind).toBe('wrong-state');
  expect(await isAsked(queued.cheque)).toBe(false);
  expect((await claim(10)).map(({ id }) => id)).toEqual([queued.cheque.id]);
  expect((await mail(printing.cheque, '7001')).kind).toBe('done');
});

test('one that gives back two payments that bounced makes good what it is worth, of the first first', async () => {
  const { accountId, paymentId: first, cheque } = await refunded(2_000);
  const second = await room.paidIn(await numberOf(accountId), { cents: 2_500 });
  // Of the $30 that are there, $20 are spent; of the $50 that bounce, $40 are owed.
  await house.spend(accountId, 2_000);
  await bounce(first);
  await bounce(second);
  expect(await findReceivable(server.db, { paymentId: first })).toMatchObject({ cents: 1_500, settledCents: 0 });
  const moved = await room.moved(async () => void (await decide(act(cheque, 'stop'))));
  expect(moved).toEqual({ 'refunds-payable': -2_000, 'write-off': 2_000 });
  expect(await findReceivable(server.db, { paymentId: first })).toMatchObject({ cents: 1_500, settledCents: 1_500 });
  expect(await findReceivable(server.db, { paymentId: second })).toMatchObject({ cents: 2_500, settledCents: 500 });
  expect((await chequesOf(accountId)).map(({ state }) => state)).toEqual(['stopped']);
});

test('one that is stopped is never printed; it makes good what is owed, and another cheque gives back the rest', async () => {
  const { accountId, paymentId, cheque } = await refunded(2_000);
  // $10 of another's money, in the same cheque: of the $25 that bounce, $15 are on the account.
  await room.paidIn(await numberOf(accountId), { cents: 1_000 });
  await bounce(paymentId);
  expect(await findReceivable(server.db, { paymentId })).toMatchObject({ cents: 1_000, settledCents: 0 });
  const moved = await room.moved(async () => {
    for (let twice = 0; twice < 2; twice++)
      expect(await decide(act(cheque, 'stop'))).toMatchObject({ kind: 'done', cheque: { state: 'stopped' } });
  });
  expect(moved).toEqual({ 'refunds-payable': -1_000, 'write-off': 1_000 });
  expect(await findReceivable(server.db, { paymentId })).toMatchObject({ cents: 1_000, settledCents: 1_000 });
  const [stopped, rest, ...others] = await chequesOf(accountId);
  expect(others).toEqual([]);
  expect(stopped).toMatchObject({ id: cheque.id, state: 'stopped', inQuestion: false });
  expect(rest).toMatchObject({ state: 'queued', cents: 1_000, to: payee, cause: 'agent', due: cheque.due });
  expect((await claim(10)).map(({ id }) => id)).toEqual([rest?.id]);
  expect(await kinds(cheque)).toEqual(['queued', 'questioned', 'stopped']);
  expect(await house.news(accountId)).toEqual([{ kind: 'cheque-stopped', cents: 2_000, restCents: 1_000 }]);
  expect((await decide(act(cheque, 'go-on'))).kind).toBe('wrong-state');
});

const numberOf = (id: string) =>
  server.db.selectFrom('account').select(['id', 'number']).where('id', '=', id).executeTakeFirstOrThrow();

test('one that was being printed is stopped whole, and a run asked for again does not print it', async () => {
  const { accountId, paymentId, cheque } = await refunded(2_500);
  const run = randomUUID();
  await claim(1, run);
  await bounce(paymentId);
  await decide(act(cheque, 'stop'));
  expect(await claim(1, run)).toEqual([]);
  expect((await mail(cheque, '7002')).kind).toBe('wrong-state');
  expect(await chequesOf(accountId)).toMatchObject([{ state: 'stopped' }]);
});

test('our cheque to the sender is in question too, and one without an address can be stopped', async () => {
  const paymentId = await room.inSuspense();
  const order = { key: randomUUID(), paymentId, agentId: 'a1', reason: 'nobody’s' };
  const sent = await sendBack(server.db, room.deps(), order);
  if (sent.kind !== 'sent-back') throw new Error(sent.kind);
  expect(sent.cheque.state).toBe('needs-address');
  await bounce(paymentId);
  expect(await isAsked(sent.cheque)).toBe(true);
  const moved = await room.moved(() => decide(act(sent.cheque, 'stop')));
  expect(moved).toEqual({ 'refunds-payable': -2_500, 'write-off': 2_500 });
  expect(await findReceivable(server.db, { paymentId })).toMatchObject({ settledCents: 2_500 });
});

test('what is in the post, or was on the account still, or is of another account or time puts nothing in question', async () => {
  const mailed = await refunded(2_000);
  await claim(10);
  await mail(mailed.cheque, '7003');
  const other = await refunded(2_000);
  await bounce(mailed.paymentId);
  for (const { cheque } of [mailed, other]) expect(await isAsked(cheque)).toBe(false);
  // All of what bounces is there.
  const covered = await refunded(2_000);
  await room.paidIn(await numberOf(covered.accountId), { cents: 2_000 });
  await bounce(covered.paymentId);
  expect(await isAsked(covered.cheque)).toBe(false);
  // The cheque was made before what bounces came.
  const earlier = await refunded(2_500);
  room.days(1);
  const later = await room.paidIn(await numberOf(earlier.accountId));
  await room.spend(earlier.accountId, 2_500);
  await bounce(later);
  expect(await isAsked(earlier.cheque)).toBe(false);
});

test('there is nothing to stop it for when what bounced was given up, and nobody decides without a name and a reason', async () => {
  const { paymentId, cheque } = await refunded(2_000);
  await bounce(paymentId);
  expect((await decide({ ...act(cheque, 'stop'), agentId: '' })).kind).toBe('agent-missing');
  expect((await decide({ ...act(cheque, 'stop'), reason: ' ' })).kind).toBe('reason-missing');
  expect((await decide({ ...act(cheque, 'stop'), chequeId: '0' })).kind).toBe('unknown-cheque');
  const { id: receivableId = '' } = (await findReceivable(server.db, { paymentId })) ?? {};
  await waive(server.db, house.deps(), { key: randomUUID(), receivableId, agentId: 'a2', reason: 'old' });
  expect(await decide(act(cheque, 'stop'))).toEqual({ kind: 'nothing-owed' });
  expect(await isAsked(cheque)).toBe(true);
});

test('of agents who decide otherwise at once one does', async () => {
  const { paymentId, cheque } = await refunded(2_000);
  await bounce(paymentId);
  const pool = openDatabase(server.url, { max: 6, connectMs: 15_000, statementMs: 15_000 });
  const acts = Array.from({ length: 6 }, (_, n) => ({ ...act(cheque, n % 2 ? 'stop' : 'go-on'), agentId: `a${n}` }) as const); // prettier-ignore
  const ends = await Promise.all(acts.map((one) => decideQuestion(pool, house.deps(), one)));
  await pool.destroy();
  expect(ends.filter(({ kind }) => kind === 'done')).toHaveLength(1);
  expect(ends.filter(({ kind }) => kind === 'wrong-state')).toHaveLength(5);
  expect((await kinds(cheque)).filter((kind) => kind === 'stopped' || kind === 'gone-on')).toHaveLength(1);
});
