import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { refundByAgent } from '#accounts/refunds/refund-by-agent.ts';
import { serveRefund } from '#accounts/refunds/serve-refund.ts';
import { House, payee } from '#accounts/refunds/testing/house.ts';
import { closeAccount } from '#db/accounts.ts';
import { addCard } from '#db/cards.ts';
import { findCheques } from '#db/cheques.ts';
import { saveAgent, turnAgent } from '#db/desk/agents.ts';
import { beginTalk, enterQueue, findEntry } from '#db/desk/entries.ts';
import { takeOrders } from '#db/desk/orders.ts';
import { giveTurns } from '#db/desk/turns.ts';
import { beginPlan } from '#db/funding.ts';
import { queryPlan } from '#db/query-plan.ts';
import { chequesQuery, refundsQuery } from '#db/staff-views/refunds.ts';
import { ViewedHouse, type ViewConsole } from './testing.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let house: ViewedHouse;
let books: House;
let agent: ViewConsole;
let supervisor: ViewConsole;

beforeAll(async () => {
  house = await ViewedHouse.open(({ db }) => ({ refunds: new House(db).deps() }));
  books = new House(house.db);
  await saveAgent(
    house.db,
    { id: 'ana', name: 'Ana Torres', extension: '701', languages: ['en', 'es'], supervisor: false, active: true },
    house.at,
  );
  agent = await house.console({ agentId: 'ana' });
  supervisor = await house.console({ role: 'supervisor' });
});
afterAll(() => house.close());

const audited = async (resource: string, id: string) =>
  (await house.audited(resource)).filter(({ resourceId }) => resourceId === id);

describe('an account', () => {
  test('is shown with what it has, and never with a card’s number or token', async () => {
    const id = await books.account('+12135550801', '+12135550802');
    await books.pay(id, 4_000);
    await books.spend(id, 150);
    await house.db
      .insertInto('accountProfile')
      .values({
        ...{ accountId: id, version: 1, firstName: 'Maria', lastName: 'Lopez', language: 'es', notices: 'none' },
        changedAt: house.at,
      })
      .execute();
    await addCard(house.db, {
      ...{ accountId: id, token: 'tok_secret', brand: 'visa', lastFour: '4242', expiryMonth: 3, expiryYear: 2031 },
      ...{ funding: 'credit', agreementVersion: '2026-01-01', agreedAt: house.at, channel: 'web', savedAt: house.at },
    });
    const terms = {
      mode: 'autopay',
      amountCents: 2_500,
      email: 'm@example.com',
      notices: 'e-mail',
      language: 'es',
    } as const;
    const agreement = { version: '1', at: house.at };
    await house.db
      .transaction()
      .execute((trx) => beginPlan(trx, id, { ...terms, agreement }, { kind: 'web' }, house.at));
    const shown = await agent.get(`/v1/staff/accounts/${id}`);
    expect(shown).toEqual({
      ...{
        id,
        number: expect.stringMatching(/^1\d{9}$/) as string,
        status: 'open',
        holder: 'Maria Lopez',
        language: 'es',
      },
      ...{ openedAt: books.at.toISOString(), balanceCents: 3_850, availableCents: 3_850 },
      numbers: ['+12135550801', '+12135550802'].map((number) => ({ number, addedAt: books.at.toISOString() })),
      cards: [{ brand: 'visa', last4: '4242', expires: '03/2031' }],
      autopay: { mode: 'autopay', amountCents: 2_500, thresholdCents: 500 },
    });
    expect(JSON.stringify(shown)).not.toContain('tok_');
    const held = sql`update ledger_account set held_cents = 100 where account_id = ${id}`;
    await held.execute(house.db);
    expect(await agent.get(`/v1/staff/accounts/${id}`)).toMatchObject({ balanceCents: 3_850, availableCents: 3_750 });
    expect(await agent.refused('GET', '/v1/staff/accounts/nobody')).toEqual([404, 'account-unknown']);
    expect((await agent.ask('GET', '/v1/staff/accounts/%00')).statusCode).toBe(400);
  });

  test('has a statement, the newest first, in pages that fit together', async () => {
    const id = await books.account();
    for (const cents of [1_000, 2_000, 3_000]) await books.mailIn(id, cents);
    await books.spend(id, 500);
    interface Page {
      lines: { cents: number; balanceCents: number; kind: string; reference: string; at: string }[];
      next?: string;
    }
    const page = (query: string) => agent.get<Page>(`/v1/staff/accounts/${id}/statement?${query}`);
    const { lines, next } = await page('limit=3');
    expect(lines.map(({ cents, balanceCents }) => [cents, balanceCents])).toEqual([
      [-500, 5_500],
      [3_000, 6_000],
      [2_000, 3_000],
    ]);
    expect(lines[0]).toMatchObject({
      kind: 'usage',
      reference: expect.stringMatching(/^\d{10}$/) as string,
      at: books.at.toISOString(),
    });
    expect(await page(`limit=3&cursor=${next ?? ''}`)).toMatchObject({
      lines: [{ cents: 1_000, balanceCents: 1_000 }],
    });
    expect(await page(`limit=3&cursor=${next ?? ''}`)).not.toHaveProperty('next');
    const refused = await agent.refused('GET', `/v1/staff/accounts/${id}/statement?cursor=x`);
    expect(refused).toEqual([400, 'cursor-faulty']);
    expect(await agent.refused('GET', '/v1/staff/accounts/nobody/statement')).toEqual([404, 'account-unknown']);
  });
});

describe('a payment in a talk', () => {
  const talk = async (accountId?: string): Promise<string> => {
    const id = randomUUID();
    const known = { id, callId: randomUUID(), language: 'en', number: undefined, accountId } as const;
    await house.db
      .updateTable('deskEntry')
      .set({ state: 'ended', outcome: 'lost', endedAt: house.at })
      .where('state', '<>', 'ended')
      .execute();
    await house.db.updateTable('agent').set({ state: 'away', until: null }).execute();
    await enterQueue(house.db, { ...known, node: 'ivr-1', at: house.at });
    await turnAgent(house.db, 'ana', 'ready', house.at);
    const missing = { seenBefore: new Date(0), missedBefore: new Date(0), wrapUpUntil: house.at };
    await giveTurns(house.db, house.at, missing, () => [{ entryId: id, agentId: 'ana' }]);
    await beginTalk(house.db, id, house.at);
    return id;
  };
  const order = (accountId: string, body: object = { cents: 2_550 }) =>
    agent.told('POST', `/v1/staff/accounts/${accountId}/attended-payment`, body);
  const refused = (accountId: string, body: object = {}) =>
    agent.refused('POST', `/v1/staff/accounts/${accountId}/attended-payment`, body);

  test('is ordered of the talk that the agent has, for this account, and written down', async () => {
    const account = await books.account();
    const entryId = await talk();
    expect(await order(account)).toEqual([202, { result: 'ordered' }]);
    expect(await takeOrders(house.db, entryId, house.at)).toEqual([{ kind: 'payment', agentId: 'ana', cents: 2_550 }]);
    expect((await findEntry(house.db, entryId))?.accountId).toBe(account);
    expect(await audited('account', account)).toEqual([
      { act: 'deposit.take', staffId: agent.id, resourceId: account, after: { entryId, cents: 2_550 } },
    ]);
    expect(await order(account, {})).toEqual([202, { result: 'ordered' }]);
    expect(await takeOrders(house.db, entryId, house.at)).toEqual([
      { kind: 'payment', agentId: 'ana', cents: undefined },
    ]);
  });

  test('is not for another account than the caller named, nor a closed one, nor of an amount that no deposit has', async () => {
    const [account, other] = [await books.account(), await books.account()];
    const entryId = await talk(account);
    expect(await refused(other)).toEqual([409, 'other-account']);
    expect(await refused(account, { cents: 199 })).toEqual([422, 'not-an-amount', ['below-minimum']]);
    expect(await refused(account, { cents: 10_001 })).toEqual([422, 'not-an-amount', ['above-maximum']]);
    expect(await refused('nobody')).toEqual([404, 'account-unknown']);
    await closeAccount(house.db, account, house.at);
    expect(await refused(account)).toEqual([409, 'account-closed']);
    expect(await takeOrders(house.db, entryId, house.at)).toEqual([]);
    expect(await audited('account', account)).toEqual([]);
  });

  test('needs a talk, and somebody at the desk', async () => {
    const account = await books.account();
    await talk();
    await house.db
      .updateTable('deskEntry')
      .set({ state: 'ended', outcome: 'lost', endedAt: house.at })
      .where('state', '<>', 'ended')
      .execute();
    expect(await refused(account)).toEqual([409, 'no-talk']);
    expect(await supervisor.refused('POST', `/v1/staff/accounts/${account}/attended-payment`, {})).toEqual([
      409,
      'not-at-desk',
    ]);
  });
});

/** $7 of a charge of which the gateway says that there is less left of it. */
async function inQuestion(): Promise<string> {
  const accountId = await books.account();
  await books.pay(accountId, 2_000);
  const order = { key: randomUUID(), accountId, cents: 700, agentId: 'a1', reason: 'asked' };
  const given = await refundByAgent(house.db, books.deps(), order);
  const id = given.kind === 'given-back' ? (given.givenBack.cards[0]?.id ?? '') : '';
  const refund = async () => ({ kind: 'declined', reason: 'exceeds-charge' }) as const;
  const gateway = { refund, refundOutcomeOf: async () => ({ kind: 'absent' }) as const };
  expect((await serveRefund(house.db, books.deps({ gateway }), id)).kind).toBe('in-question');
  return id;
}

describe('refunds to cards', () => {
  const list = (query = '', by = agent) =>
    by.get<{ refunds: { id: string; state: string }[]; next?: string }>(`/v1/staff/refunds?${query}`);
  const one = (id: string) => agent.ask('GET', `/v1/staff/refunds/${id}`);
  const tagOf = async (id: string) => ({ 'if-match': String((await one(id)).headers['etag']) });
  const decide = async (id: string, body: object, tag?: { 'if-match': string }) =>
    supervisor.ask('POST', `/v1/staff/refunds/${id}/decision`, body, tag ?? (await tagOf(id)));

  test('in question are listed, and decided by one of several who do so at once', async () => {
    const id = await inQuestion();
    expect((await list()).refunds).toContainEqual(
      expect.objectContaining({
        ...{ id, state: 'in-question', cents: 700, declineReason: 'exceeds-charge', cause: 'agent' },
        card: { brand: 'visa', lastFour: '4242' },
        accountNumber: expect.stringMatching(/^\d{10}$/) as string,
      }),
    );
    const body = { decision: 'charged-back', reason: 'the bank says so' };
    const tag = await tagOf(id);
    const listed = (await list()).refunds.find((refund) => refund.id === id);
    expect(listed).toMatchObject({ version: tag['if-match'].slice(1, -1) });
    const answers = await Promise.all([1, 2, 3].map(() => decide(id, body, tag)));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 412, 412]);
    // Whoever has seen what the first one decided has nothing to decide.
    expect((await decide(id, body)).statusCode).toBe(409);
    expect((await one(id)).json()).toMatchObject({ refund: { id, state: 'charged-back' }, decidedBy: expect.stringContaining('somebody') as string }); // prettier-ignore
    const answered = answers.find(({ statusCode }) => statusCode === 200);
    expect(answered?.headers['etag']).toBe((await one(id)).headers['etag']);
    expect(answered?.headers['etag']).not.toBe(tag['if-match']);
    expect(answers.find(({ statusCode }) => statusCode === 200)?.json()).toMatchObject({
      ...{ id, state: 'charged-back', decided: { byId: supervisor.id, reason: 'the bank says so' } },
    });
    expect((await list()).refunds.map((one) => one.id)).not.toContain(id);
    expect((await list('state=charged-back')).refunds).toMatchObject([{ id }]);
    expect(await audited('refund', id)).toEqual([
      {
        ...{ act: 'refund.decide', staffId: supervisor.id, resourceId: id, reason: 'the bank says so' },
        ...{ before: { state: 'in-question' }, after: { state: 'charged-back', kind: 'charged-back' } },
      },
    ]);
  });

  test('that were made after all keep the gateway’s id, and no other decision does', async () => {
    const id = await inQuestion();
    const refused = async (body: object) =>
      supervisor.refused('POST', `/v1/staff/refunds/${id}/decision`, { reason: 'asked', ...body }, await tagOf(id));
    expect(await supervisor.refused('POST', `/v1/staff/refunds/${id}/decision`, needlessly)).toEqual([428, 'version-needed']); // prettier-ignore
    const stale = { 'if-match': '"as it never was"' };
    expect(await supervisor.refused('POST', `/v1/staff/refunds/${id}/decision`, needlessly, stale)).toEqual([412, 'changed-meanwhile']); // prettier-ignore
    expect(await refused({ decision: 'refunded' })).toEqual([422, 'refund-faulty', ['refund-id-missing']]);
    const needless = { decision: 'not-refunded', gatewayRefundId: 're_1' };
    expect(await refused(needless)).toEqual([422, 'refund-faulty', ['refund-id-needless']]);
    expect((await decide(id, { decision: 'refunded', gatewayRefundId: 're_1', reason: ' ' })).statusCode).toBe(400);
    expect((await decide(id, { decision: 'refunded', gatewayRefundId: 're_1', reason: 'x' })).json()).toMatchObject({
      ...{ state: 'refunded', gatewayRefundId: 're_1' },
    });
    const other = await inQuestion();
    expect(
      await supervisor.refused(
        'POST',
        `/v1/staff/refunds/${other}/decision`,
        { decision: 'refunded', gatewayRefundId: 're_1', reason: 'x' },
        await tagOf(other),
      ),
    ).toEqual([422, 'refund-faulty', ['refund-id-taken']]);
    expect(await audited('refund', other)).toEqual([]);
    expect(await supervisor.refused('POST', `/v1/staff/refunds/${randomUUID()}/decision`, needlessly)).toEqual([
      404,
      'refund-unknown',
    ]);
    expect(await agent.refused('POST', `/v1/staff/refunds/${other}/decision`, needlessly)).toEqual([
      ...[403, 'not-allowed', ['refund.decide']],
    ]);
  });
  const needlessly = { decision: 'not-refunded', reason: 'x' };

  test('are listed in pages, the newest first, however many are of one moment', async () => {
    const made = [await inQuestion(), await inQuestion(), await inQuestion()];
    const seen: string[] = [];
    let next: string | undefined;
    do {
      const page = await list(`limit=1${next === undefined ? '' : `&cursor=${next}`}`);
      seen.push(...page.refunds.map(({ id }) => id));
      next = page.next;
    } while (next !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(made));
    expect(await agent.refused('GET', '/v1/staff/refunds?cursor=zz')).toEqual([400, 'cursor-faulty']);
  });
});

describe('refund cheques', () => {
  interface Cheque {
    id: string;
    state: string;
    attempt: number;
    inQuestion: boolean;
    number?: string;
    to?: object;
  }
  /** One that gives back $5 of what came by mail. */
  const made = async (over: { addressed?: boolean } = {}): Promise<{ id: string; accountId: string }> => {
    const accountId = await books.account();
    await books.mailIn(accountId, 1_000);
    const order = { key: randomUUID(), accountId, cents: 500, agentId: 'a1', reason: 'asked' };
    const deps = books.deps(over.addressed === false ? { payeeOf: async () => undefined } : {});
    expect((await refundByAgent(house.db, deps, order)).kind).toBe('given-back');
    const [cheque] = await findCheques(house.db, { accountId });
    return { id: cheque?.id ?? '', accountId };
  };
  const list = (query: string) => agent.get<{ cheques: Cheque[]; next?: string }>(`/v1/staff/cheques?${query}`);
  const url = (id: string, what: string) => `/v1/staff/cheques/${id}/${what}`;
  const now = (id: string) => agent.ask('GET', `/v1/staff/cheques/${id}`);
  const tagOf = async (id: string) => ({ 'if-match': String((await now(id)).headers['etag']) });
  const does = async (id: string, what: string, body: object, tag?: { 'if-match': string }) =>
    (await supervisor.told<Cheque>('POST', url(id, what), body, tag ?? (await tagOf(id))))[1];
  const refused = async (id: string, what: string, body: object) =>
    supervisor.refused('POST', url(id, what), body, await tagOf(id));
  const claim = async (batchId: string = randomUUID()) =>
    (
      await supervisor.told<{ cheques: Cheque[]; csv: string }>('POST', '/v1/staff/cheques/claim', {
        batchId,
        limit: 500,
      })
    )[1];

  test('are claimed, mailed and cashed, each step written down once', async () => {
    const { id } = await made();
    expect((await list('state=queued')).cheques.map((cheque) => cheque.id)).toContain(id);
    const batchId = randomUUID();
    const { cheques, csv } = await claim(batchId);
    expect(cheques.find((cheque) => cheque.id === id)).toMatchObject({ state: 'printing', to: payee });
    expect(csv).toContain('Maria Lopez');
    expect((await claim(batchId)).cheques).toHaveLength(cheques.length);
    const printed = String(Date.now()).slice(-8);
    const seen = await tagOf(id);
    const mailed = await does(id, 'mailed', { number: printed }, seen);
    expect(mailed).toMatchObject({ state: 'mailed', number: printed, accountNumber: expect.stringMatching(/^\d{10}$/) as string }); // prettier-ignore
    // Whose answer was lost says the same again, of what it saw then.
    expect(await does(id, 'mailed', { number: printed }, seen)).toEqual(mailed);
    expect((await now(id)).json()).toMatchObject({ cheque: { id, state: 'mailed' }, last: { what: 'mailed', by: expect.stringContaining('somebody') as string } }); // prettier-ignore
    expect(await refused(id, 'mailed', { number: '1' })).toEqual([409, 'cheque-elsewhere', ['mailed 1']]);
    expect(await does(id, 'cashed', {})).toMatchObject({ state: 'cashed' });
    expect(await audited('cheque', id)).toEqual([
      {
        ...{ act: 'cheque.handle', staffId: supervisor.id, resourceId: id, before: { state: 'mailed', attempt: 1 } },
        after: { what: 'cashed', state: 'cashed', attempt: 1 },
      },
      {
        ...{ act: 'cheque.handle', staffId: supervisor.id, resourceId: id, before: { state: 'printing', attempt: 1 } },
        after: { what: 'mailed', state: 'mailed', attempt: 1 },
      },
    ]);
    expect((await audited('cheque-batch', batchId))[0]).toMatchObject({
      after: { cheques: expect.arrayContaining([id]) as string[] },
    });
  });

  test('without an address get one, of two who write it at once one by what they saw', async () => {
    const { id } = await made({ addressed: false });
    expect((await list('state=needs-address')).cheques).toMatchObject([{ id }]);
    const to = { ...payee, payee: 'Mario Lopez' };
    const seen = await tagOf(id);
    const others = { ...to, payee: 'Marta Lopez' };
    const answers = await Promise.all(
      [to, others].map((each) => supervisor.ask('POST', url(id, 'address'), { to: each }, seen)),
    );
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 412]);
    expect(await supervisor.refused('POST', url(id, 'address'), { to })).toEqual([428, 'version-needed']);
    // A street that somebody else put right does not change the state, and is another version.
    const before = await tagOf(id);
    await does(id, 'address', { to: { ...to, address: { ...to.address, city: 'Reno' } } });
    expect(await supervisor.refused('POST', url(id, 'address'), { to }, before)).toEqual([412, 'changed-meanwhile']);
    expect(await does(id, 'address', { to: payee })).toMatchObject({ state: 'queued', to: payee });
    expect(await audited('cheque', id)).toHaveLength(3);
  });

  test('that come back, or that nobody cashed, are what the rules say', async () => {
    const { id } = await made();
    await claim();
    await does(id, 'mailed', { number: `7${id.padStart(6, '0')}` });
    const stale = { number: `7${id.padStart(6, '0')}`, reason: 'the bank stopped it' };
    expect(await refused(id, 'stale', stale)).toEqual([422, 'cheque-faulty', ['too-early']]);
    expect(await refused(id, 'returned', { number: '9' })).toEqual([409, 'cheque-elsewhere', ['mailed 1']]);
    expect(await does(id, 'returned', { number: stale.number })).toMatchObject({ state: 'needs-address', attempt: 2 });
    const taken = await made();
    await claim();
    const other = await made();
    await claim();
    await does(taken.id, 'mailed', { number: '555' });
    expect(await refused(other.id, 'mailed', { number: '555' })).toEqual([422, 'cheque-faulty', ['number-taken']]);
    expect(await refused('999999', 'cashed', {})).toEqual([404, 'cheque-unknown']);
    expect(await agent.refused('GET', '/v1/staff/cheques/999999')).toEqual([404, 'cheque-unknown']);
    expect(await agent.refused('GET', `/v1/staff/refunds/${randomUUID()}`)).toEqual([404, 'refund-unknown']);
    expect(await refused(other.id, 'decision', { decision: 'stop', reason: 'x' })).toEqual([
      409,
      'cheque-elsewhere',
      ['printing 1'],
    ]);
    expect(await agent.refused('POST', url(other.id, 'cashed'), {})).toEqual([403, 'not-allowed', ['cheque.handle']]);
  });

  test('in question wait for a decision, which is written down with its reason', async () => {
    const { id } = await made();
    await house.db.updateTable('cheque').set({ inQuestion: true }).where('id', '=', id).execute();
    expect((await list('state=in-question')).cheques).toMatchObject([{ id, inQuestion: true }]);
    const decision = { decision: 'go-on', reason: 'they were asked' };
    expect(await does(id, 'decision', decision)).toMatchObject({ state: 'queued', inQuestion: false });
    expect(await audited('cheque', id)).toMatchObject([{ reason: 'they were asked', after: { what: 'decision' } }]);
    expect((await list('state=in-question')).cheques).toEqual([]);
  });

  test('are listed in pages, the oldest first', async () => {
    await claim();
    const ids = [(await made()).id, (await made()).id, (await made()).id];
    const seen: string[] = [];
    let next: string | undefined;
    do {
      const page = await list(`state=queued&limit=1${next === undefined ? '' : `&cursor=${next}`}`);
      seen.push(...page.cheques.map(({ id }) => id));
      next = page.next;
    } while (next !== undefined);
    expect(seen).toEqual(ids);
    expect(await agent.refused('GET', '/v1/staff/cheques?cursor=-1')).toEqual([400, 'cursor-faulty']);
    expect((await agent.ask('GET', '/v1/staff/cheques?state=cashed')).statusCode).toBe(400);
  });
});

test('with many refunds and cheques each list is found by an index', async () => {
  const { db } = house;
  await sql`
    insert into card_refund (id, account_id, cause, posting_id, deposit_id, cents, state, due_from, due_until, made_at, asked_at, ended_at, decline_reason)
      select gen_random_uuid(), account_id, 'closing', posting_id, deposit_id, 1, 'declined', due_from, due_until, made_at - n * interval '1 minute',
        now(), now(), 'test' from card_refund, generate_series(1, 3000) as n where id = (select id from card_refund limit 1)`.execute(
    db,
  );
  await sql`
    insert into cheque (account_id, cause, posting_id, cents, state, payee, address, due_from, due_until, batch_id, cheque_number, made_at)
      select account_id, 'closing', posting_id, 1, 'mailed', 'x', '{}', due_from, due_until, gen_random_uuid(), 9000000 + n, made_at
      from cheque, generate_series(1, 3000) as n where id = (select id from cheque where state = 'queued' limit 1)`.execute(
    db,
  );
  await sql`analyze`.execute(db);
  const after = { at: house.at, id: randomUUID() };
  for (const plannedFor of ['given', 'any'] as const) {
    const refunds = refundsQuery(db, { state: 'in-question', after, most: 50 }).compile();
    const plan = await queryPlan(db, refunds, plannedFor);
    expect(plan.indexes).toContain('card_refund_state');
    const cheques = chequesQuery(db, { state: 'queued', after: '1', most: 50 }).compile();
    expect((await queryPlan(db, cheques, plannedFor)).indexes).toEqual(['cheque_state']);
    const asked = chequesQuery(db, { state: 'in-question', most: 50 }).compile();
    expect((await queryPlan(db, asked, plannedFor)).indexes).toEqual(['cheque_in_question']);
  }
});
