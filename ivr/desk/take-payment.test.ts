import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { Bank } from '#accounts/testing/bank.ts';
import { openAccount } from '#db/accounts.ts';
import { saveAgent, turnAgent } from '#db/desk/agents.ts';
import { beginTalk, enterQueue, findEntry } from '#db/desk/entries.ts';
import { eventsOfEntry } from '#db/desk/events.ts';
import { orderInTalk } from '#db/desk/in-talk.ts';
import { orderOfTalk, takeOrders } from '#db/desk/orders.ts';
import { serveQueue } from '#accounts/desk/queue.ts';
import { balanceOf, findPosting } from '#db/ledger.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { Stopped } from '../call/last-words.ts';
import { Leg, LegEnded } from '../leg/leg.ts';
import type { FamilyLineHouse } from '../family-line/house.ts';
import type { LinePayments } from '../family-line/payments.ts';
import { PlayedDialog } from '../testing/played-dialog.ts';
import { PlayedEndpoint, type PlayedPrompt } from '../testing/played-endpoint.ts';
import { playedPlatform } from '../testing/world.ts';
import { orderMs } from './talk-orders.ts';
import { talkWithAgent } from './talk-with-agent.ts';
import { TypingApart } from './typing-apart.ts';

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
  await saveAgent(
    server.db,
    { id: 'ana', name: 'Ana', extension: '201', languages: ['en'], supervisor: false, active: true },
    new Date(),
  );
});
afterAll(() => server.stop());

const card = '4000001234561116';
const digits = `${card}042712395814`;

/** Ana and a caller who talk, with a bank that takes every card unless it is told otherwise. */
async function talking({ account = true } = {}) {
  const { db } = server;
  const played = playedPlatform(db);
  const now = () => played.clock.now();
  const [entryId, callId, holder] = [randomUUID(), randomUUID(), randomUUID()];
  await openAccount(db, { id: holder, numbers: [], at: now() });
  const accountId = account ? holder : undefined;
  await turnAgent(db, 'ana', 'ready', now());
  await enterQueue(db, { id: entryId, callId, language: 'en', number: undefined, accountId, node: 'n', at: now() });
  await serveQueue(db, now());
  await beginTalk(db, entryId, now());
  const bank = new Bank();
  const tokenise = async () => ({ kind: 'token', token: 'tok_1', brand: 'visa', lastFour: '1116' });
  const gateway = Object.assign(bank, { tokenise });
  const house = {
    gateway,
    deposits: { db, now },
    receipts: { contactOf: async () => undefined },
  } as unknown as FamilyLineHouse;
  const [caller, agent] = [new PlayedEndpoint('caller'), new PlayedEndpoint('agent')];
  const [callerDialog, agentDialog] = [new PlayedDialog(), new PlayedDialog()];
  const leg = new Leg('outside', callerDialog, caller.real, played.clock);
  const agentLeg = new Leg('inside', agentDialog, agent.real, played.clock);
  const stopping = new AbortController();
  const signal = AbortSignal.any([stopping.signal, leg.ended]);
  const platform = { ...played.platform, familyLine: house };
  const parts = { callId, callingNumber: undefined, leg, platform, holdMusic: '', signal };
  caller.quick = agent.quick = true;
  const talk = talkWithAgent(agentLeg, { ...parts, entryId, language: 'en' });
  talk.catch(() => undefined);
  onTestFinished(() => stopping.abort(new Stopped()));
  await until(() => caller.told.includes('bridge to agent'));
  const notes = async () =>
    (await eventsOfEntry(db, entryId)).filter(({ kind }) => kind.startsWith('payment')).map(({ data }) => data);
  const deposits = () => db.selectFrom('deposit').selectAll().where('accountId', '=', holder).execute();
  return {
    ...{ ...played, caller, agent, callerDialog, agentDialog, stopping, talk, bank, entryId, holder, notes, deposits },
  };
}
type Talking = Awaited<ReturnType<typeof talking>>;

async function until(ready: () => boolean | Promise<boolean>): Promise<void> {
  let over = false;
  onTestFinished(() => void (over = true));
  while (!(await ready())) {
    if (over) throw new Error('the test is over, and this has not come');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const heard = ({ prompts }: PlayedEndpoint, part: string): PlayedPrompt | undefined =>
  prompts.find(({ path }) => path.includes(part));
const said = (endpoint: PlayedEndpoint, part: string) => until(() => heard(endpoint, part) !== undefined);
const joined = ({ caller }: Talking, times = 2) =>
  until(() => caller.told.filter((one) => one === 'bridge to agent').length === times);

/** What is to be paid was told before, and is read back now. */
const readBack = (caller: PlayedEndpoint) =>
  until(() => caller.prompts.filter(({ path }) => path.startsWith('passing')).length === 2);

/** The agent begins a payment of $25.00, and the caller hears what it is. */
async function begins({ agent, caller }: Talking): Promise<void> {
  agent.press('*', '7');
  await said(agent, 'amount.ask');
  agent.press('2', '5', '#');
  await said(caller, 'card.number');
}

it('takes the two apart, charges what the caller confirmed, with the agent in the books, and joins them again', async () => {
  const talk = await talking();
  const { caller, agent, bank, deposits } = talk;
  await begins(talk);
  expect(caller.told).toEqual(['keep keys', 'bridge to agent', 'unbridge']);
  caller.press(...digits);
  await readBack(caller);
  expect(bank.takenCents).toBe(0);
  expect(agent.told).toEqual(['keep keys', ...Array.from(digits, () => 'key tone')]);
  caller.press('1');
  await joined(talk);
  expect(bank.takenCents).toBe(2_500);
  expect(await deposits()).toMatchObject([{ channel: 'agent', agentId: 'ana', cents: '2500', state: 'captured' }]);
  const posting = await findPosting(server.db, { key: `deposit ${(await deposits())[0]?.id}` });
  expect(posting).toMatchObject({ memo: { channel: 'agent', agentId: 'ana' } });
  expect((await balanceOf(server.db, talk.holder)).balanceCents).toBe(2_500);
  expect(await talk.notes()).toMatchObject([{}, { outcome: 'captured', cents: 2_500 }]);
  // Both heard the result before they were joined; nothing that is written down has a digit of the card.
  expect(agent.prompts.at(-1)?.path).toMatch(/^passing/);
  expect(JSON.stringify([talk.logged, await talk.notes(), agent.told])).not.toMatch(/4000|1116|95814/);
  talk.agentDialog.hangUp();
  await talk.talk;
});

it('is of no key that was typed in the talk before, nor are its keys those of the next', async () => {
  const talk = await talking();
  talk.caller.press(...card);
  await begins(talk);
  expect(talk.agent.told).toEqual(['keep keys']);
  talk.caller.press('0');
  expect(heard(talk.caller, 'card.expiry')).toBeUndefined();
  // A zero alone is an agent only once nothing follows it.
  await talk.clock.move(4_000);
  await joined(talk);
  expect(await talk.notes()).toEqual([{}, { outcome: 'broken-off' }]);
  talk.caller.press('9');
  talk.agent.press('*', '7');
  await until(() => talk.caller.told.filter((one) => one === 'unbridge').length === 2);
  expect(talk.bank.takenCents).toBe(0);
  talk.agentDialog.hangUp();
  await talk.talk;
});

it.each(['*', 'hang-up'])('is broken off by the agent while the caller types: %s', async (how) => {
  const talk = await talking();
  const { agent, caller, agentDialog, bank } = talk;
  await begins(talk);
  caller.press('4', '0', '0');
  if (how === '*') agent.press('5', '*');
  else agentDialog.hangUp();
  await said(caller, 'attended.broken-off');
  if (how === '*') {
    await joined(talk);
    agentDialog.hangUp();
  }
  await talk.talk;
  expect([bank.takenCents, await talk.deposits(), (await talk.notes()).at(-1)]).toEqual([
    0,
    [],
    { outcome: 'broken-off' },
  ]);
});

it.each(['agent', 'caller'])('that is confirmed is charged and written down though the %s hangs up', async (who) => {
  const talk = await talking();
  const { bank, agentDialog, callerDialog, caller } = talk;
  let charge: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    const real = bank.charge.bind(bank);
    bank.charge = async (order) => {
      resolve();
      await new Promise<void>((go) => (charge = go));
      return real(order);
    };
  });
  await begins(talk);
  caller.press(...digits);
  await readBack(caller);
  caller.press('1');
  await asked;
  talk.agent.press('*');
  (who === 'agent' ? agentDialog : callerDialog).hangUp();
  charge();
  if (who === 'agent') await talk.talk;
  else await expect(talk.talk).rejects.toBeInstanceOf(LegEnded);
  expect(await talk.deposits()).toMatchObject([{ state: 'captured' }]);
  expect((await talk.notes()).at(-1)).toMatchObject({ outcome: 'captured' });
  // The caller hears it to the end.
  expect(caller.prompts.filter(({ path }) => path.startsWith('passing')).length).toBe(who === 'agent' ? 3 : 2);
});

it('from a caller on hold is taken when the music is over; the desk sees that a card is typed, until they are together again', async () => {
  const talk = await talking();
  const { caller, agent, entryId } = talk;
  const { db } = server;
  const aside = async () => (await findEntry(db, entryId))?.aside;
  await db.transaction().execute((trx) => orderInTalk(trx, 'ana', { kind: 'hold' }, talk.clock.now()));
  // Music that is over at once would begin for ever.
  caller.quick = false;
  await talk.clock.move(orderMs);
  await until(async () => (await aside()) === 'held');
  await said(caller, 'hold.stay');
  caller.quick = true;
  await begins(talk);
  expect(caller.told).toEqual(['keep keys', 'bridge to agent', 'unbridge', 'bridge to agent', 'unbridge']);
  await until(async () => (await aside()) === 'paying');
  agent.press('*');
  await joined(talk, 3);
  await until(async () => (await aside()) === undefined);
  talk.agentDialog.hangUp();
  await talk.talk;
});

it('is no longer tried after three cards that were declined', async () => {
  const talk = await talking();
  talk.bank.charge = async () => ({ kind: 'declined', reason: 'expired' });
  for (let round = 1; round <= 3; round++) {
    const before = talk.caller.prompts.filter(({ path }) => path.startsWith('passing')).length;
    const { length } = talk.caller.prompts;
    talk.agent.press('*', '7');
    await until(() => talk.agent.prompts.filter(({ path }) => path.includes('amount.ask')).length === round);
    talk.agent.press('2', '5', '#');
    await until(() => talk.caller.prompts.slice(length).some(({ path }) => path.includes('card.number')));
    talk.caller.press(...digits);
    await until(() => talk.caller.prompts.filter(({ path }) => path.startsWith('passing')).length > before + 1);
    talk.caller.press('1');
    await joined(talk, round + 1);
  }
  expect((await talk.notes()).at(-1)).toEqual({ outcome: 'declined', cents: 2_500, reason: 'expired' });
  talk.agent.press('*', '7');
  await said(talk.agent, 'attended.no-more');
  await joined(talk, 5);
  expect(await talk.deposits()).toHaveLength(3);
  talk.agentDialog.hangUp();
  await talk.talk;
});

it('is begun by an order from the screen, of the amount that it names', async () => {
  const talk = await talking();
  const { db } = server;
  const at = talk.clock.now();
  expect(await orderOfTalk(db, { kind: 'payment', agentId: 'ana', cents: 4_000 }, at)).toBe(true);
  expect(await orderOfTalk(db, { kind: 'payment', agentId: 'nobody', cents: 4_000 }, at)).toBe(false);
  await talk.clock.move(orderMs);
  await said(talk.caller, 'card.number');
  expect(heard(talk.agent, 'amount.ask')).toBeUndefined();
  talk.caller.press(...digits);
  await readBack(talk.caller);
  talk.caller.press('1');
  await joined(talk);
  expect(talk.bank.takenCents).toBe(4_000);
  expect(await takeOrders(db, talk.entryId, talk.clock.now())).toEqual([]);
  talk.agentDialog.hangUp();
  await talk.talk;
});

it('of an amount that no deposit may have asks the agent for another', async () => {
  const talk = await talking();
  await orderOfTalk(server.db, { kind: 'payment', agentId: 'ana', cents: 50_000 }, talk.clock.now());
  await talk.clock.move(orderMs);
  await said(talk.agent, 'amount.ask');
  talk.agentDialog.hangUp();
  await talk.talk;
});

it('may have been made, both hear, when it fails on our side while it is charged', async () => {
  const talk = await talking();
  talk.bank.charge = async () => Promise.reject(new Error('no such gateway'));
  await begins(talk);
  talk.caller.press(...digits);
  await readBack(talk.caller);
  talk.caller.press('1');
  await joined(talk);
  for (const each of [talk.caller, talk.agent]) {
    expect(heard(each, 'pay.pending')).toBeDefined();
    expect(heard(each, 'attended.broken-off')).toBeUndefined();
  }
  talk.agentDialog.hangUp();
  await talk.talk;
});

it('that is broken off as the caller confirms is not charged', async () => {
  const { clock } = playedPlatform(server.db);
  const [agent, caller] = [new PlayedEndpoint('agent'), new PlayedEndpoint('caller')];
  const legs = [agent, caller].map(({ real }) => new Leg('inside', new PlayedDialog(), real, clock)) as [Leg, Leg];
  const typing = new TypingApart(...legs);
  const charged: number[] = [];
  const payments = { charge: async (_: unknown, cents: number) => charged.push(cents) } as unknown as LinePayments;
  const broken = await typing.during(
    () => undefined as never,
    async () => {
      agent.press('*');
      return typing.guard(payments).charge({ id: 'account' }, 2_500, undefined as never);
    },
  );
  expect([broken, charged, typing.isCharging]).toEqual(['broken-off', [], false]);
});

it('asks whose account it is, when the calling number has none', async () => {
  const talk = await talking({ account: false });
  talk.agent.press('*', '7');
  await said(talk.agent, 'who.number');
  talk.agent.press('*');
  await joined(talk);
  expect((await talk.notes()).at(-1)).toEqual({ outcome: 'broken-off' });
  talk.agentDialog.hangUp();
  await talk.talk;
});

it('is not begun by other keys, nor by these when they are far apart', async () => {
  const talk = await talking();
  talk.agent.press('7', '*', '*', '5');
  talk.agent.press('*');
  await talk.clock.move(3_001);
  talk.agent.press('7');
  await talk.clock.move(1);
  expect(talk.caller.told).toEqual(['keep keys', 'bridge to agent']);
  // A star that is followed by the right key after a wrong one counts.
  talk.agent.press('*', '*', '7');
  await until(() => talk.caller.told.includes('unbridge'));
  talk.stopping.abort(new Stopped());
  await expect(talk.talk).rejects.toBeInstanceOf(Stopped);
});
