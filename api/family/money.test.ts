import { randomUUID } from 'node:crypto';
import { closeCall, openCall, setNumber } from '#db/calls.ts';
import { accountStatus } from '#db/closing.ts';
import { post } from '#db/ledger.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { AGREEMENT, GOOD_CARD, Household, POOR_CARD, type Family } from './testing/household.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let household: Household;
let family: Family;
let accountId: string;
let number: string;
beforeAll(async () => {
  household = await Household.open();
});
afterAll(() => household.close());
beforeEach(async () => {
  household.home.pass(3_600_000);
  family = await household.family();
  ({ accountNumber: accountId, number } = await family.enrolled({ notices: 'e-mail', email: 'rosa@example.com' }));
});

const key = () => ({ 'idempotency-key': randomUUID() });
const pay = (body: object, headers: Record<string, string> = key()) =>
  family.told('POST', '/v1/account/deposits', body, headers);
const save = { agreementVersion: AGREEMENT };
const withCard = async (body: object = {}) =>
  pay({ cents: 2_500, card: { token: await household.handedOut(GOOD_CARD), save }, ...body });
const balance = async () => (await family.told('GET', '/v1/account')).body['balanceCents'];

describe('deposits', () => {
  test('by a card of the gateway’s page are made once, and the card is saved when its holder agrees', async () => {
    const token = await household.handedOut(GOOD_CARD);
    const once = key();
    const first = await pay({ cents: 2_550, card: { token, save } }, once);
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      ...{
        state: 'captured',
        cents: 2_550,
        feeCents: 0,
        card: { brand: 'visa', lastFour: '4242' },
        balanceCents: 2_550,
      },
      ...{ reference: expect.stringMatching(/^\d{10}$/) as string, cardSaved: true },
    });
    expect((await pay({ cents: 2_550, card: { token, save } }, once)).body).toEqual(first.body);
    expect((await pay({ cents: 2_600, card: { token, save } }, once)).code).toBe('key-reused');
    expect(await balance()).toBe(2_550);
    const { body } = await family.told('GET', '/v1/account/cards');
    expect(body).toMatchObject({
      cards: [{ brand: 'visa', lastFour: '4242', expired: false }],
      agreement: { version: AGREEMENT },
    });
    expect(JSON.stringify(body)).not.toContain(token);
    const saved = await pay({ cents: 200 });
    expect(saved.body).toMatchObject({ state: 'captured', balanceCents: 2_750 });
    const again = await family.told('GET', `/v1/account/deposits/${String(saved.body['id'])}`);
    expect(again.body).toMatchObject({ id: saved.body['id'], state: 'captured', cents: 200 });
    const other = await household.family();
    await other.enrolled();
    expect((await other.told('GET', `/v1/account/deposits/${String(saved.body['id'])}`)).code).toBe('deposit-unknown');
  });

  test('that are sent twice at once take the money once', async () => {
    const once = key();
    const order = { cents: 2_000, card: { token: await household.handedOut(GOOD_CARD) } };
    const both = await Promise.all([pay(order, once), pay(order, once), pay(order, once)]);
    expect(new Set(both.map(({ body }) => body['id'])).size).toBe(1);
    expect(await balance()).toBe(2_000);
  });

  test('that are declined say why, and save no card', async () => {
    const token = await household.handedOut(POOR_CARD);
    const declined = await pay({ cents: 2_500, card: { token, save } });
    expect([declined.status, declined.body['state'], declined.body['reason']]).toEqual([
      200,
      'declined',
      'insufficient-funds',
    ]);
    expect((await family.told('GET', '/v1/account/cards')).body['cards']).toEqual([]);
    expect((await pay({ cents: 2_500 })).code).toBe('card-missing');
  });

  test('of which the gateway does not say what became of them are pending, and not made again', async () => {
    const token = await household.handedOut('4000000000006009');
    const once = key();
    const first = await pay({ cents: 3_000, card: { token } }, once);
    expect([first.status, first.body['state']]).toEqual([202, 'pending']);
    const second = await pay({ cents: 3_000, card: { token } }, once);
    expect([second.status, second.body['state'], second.body['id']]).toEqual([201, 'captured', first.body['id']]);
    expect(await balance()).toBe(3_000);
  });

  test.each([
    [{ cents: 199 }, 'amount-faulty below-minimum'],
    [{ cents: 10_001 }, 'amount-faulty above-maximum'],
    [{ card: { token: 'tok_nobodyhasit' } }, 'card-refused card-removed'],
    [{ card: { token: 'tok_nobodyhasit', save: { agreementVersion: '2020-01-01' } } }, 'agreement-outdated'],
  ])('as %j are refused: %s', async (over, code) => {
    expect((await withCard(over)).code).toBe(code);
    expect(await balance()).toBe(0);
  });

  test('never take a card’s number, and do not say it back', async () => {
    for (const token of [GOOD_CARD, '4242 4242 4242 4242', `x${GOOD_CARD}`]) {
      const answer = await family.send('POST', '/v1/account/deposits', { cents: 2_500, card: { token } }, key());
      expect(answer.statusCode).toBe(400);
      expect(answer.body).not.toContain('4242');
    }
  });
});

describe('the saved card', () => {
  test('is replaced, and forgotten unless AutoPay pays with it', async () => {
    const put = async (card: string, agreementVersion = AGREEMENT) =>
      family.told('PUT', '/v1/account/card', { token: await household.handedOut(card), agreementVersion });
    expect((await family.told('DELETE', '/v1/account/card')).code).toBe('card-missing');
    expect((await put(GOOD_CARD, '2020-01-01')).code).toBe('agreement-outdated');
    expect((await put(GOOD_CARD)).body).toMatchObject({ brand: 'visa', lastFour: '4242', expiryYear: 2030 });
    expect((await put('5105105105105100')).body).toMatchObject({ brand: 'mastercard', funding: 'prepaid' });
    expect((await family.told('GET', '/v1/account/cards')).body['cards']).toHaveLength(1);
    await family.provesAnew();
    const { etag } = await family.told('GET', '/v1/account/autopay');
    const join = { mode: 'autopay', amountCents: 500, notices: 'e-mail', email: 'rosa@example.com', language: 'en', agreementVersion: AGREEMENT }; // prettier-ignore
    const joined = await family.told('PUT', '/v1/account/autopay', join, { 'if-match': etag });
    expect(joined.body).toMatchObject({ mode: 'autopay', chargedNow: true });
    expect((await family.told('DELETE', '/v1/account/card')).code).toBe('card-in-use');
    expect((await family.told('DELETE', '/v1/account/autopay', undefined, { 'if-match': joined.etag })).body).toEqual({
      ...{ mode: 'opt-out', feeCents: 0 },
    });
    expect((await family.told('DELETE', '/v1/account/card')).body).toEqual({ result: 'removed' });
    expect((await pay({ cents: 2_500 })).code).toBe('card-missing');
  });
});

describe('AutoPay and TextPay', () => {
  const choice = (over: object = {}) => ({
    ...{ mode: 'both', amountCents: 2_000, mobile: '213 555 0142', email: 'rosa@example.com', notices: 'both' },
    ...{ language: 'es', agreementVersion: AGREEMENT, ...over },
  });
  beforeEach(() => family.provesAnew());
  const put = (over: object, etag: string) =>
    family.told('PUT', '/v1/account/autopay', choice(over), { 'if-match': etag });

  test('are off until they are chosen, and change under the version that was seen alone', async () => {
    await withCard({ cents: 5_000 });
    const off = await family.told('GET', '/v1/account/autopay');
    expect([off.body, off.etag]).toEqual([{ mode: 'opt-out', feeCents: 0 }, '"0"']);
    expect((await family.told('PUT', '/v1/account/autopay', choice())).code).toBe('version-needed');
    const both = await Promise.all([put({}, off.etag), put({ amountCents: 3_000 }, off.etag)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    const joined = await family.told('GET', '/v1/account/autopay');
    expect(joined.body).toMatchObject({
      mode: 'both',
      thresholdCents: 500,
      feeCents: 0,
      mobile: '+12135550142',
      language: 'es',
    });
    expect((await put({}, off.etag)).code).toBe('changed-meanwhile');
    const changed = await put({ mode: 'textpay', notices: 'text' }, joined.etag);
    expect(changed.body).toMatchObject({ mode: 'textpay', chargedNow: false });
    const leave = (etag: string) => family.told('DELETE', '/v1/account/autopay', undefined, { 'if-match': etag });
    expect((await leave(joined.etag)).code).toBe('changed-meanwhile');
    expect((await leave(changed.etag)).body['mode']).toBe('opt-out');
    const { etag } = await family.told('GET', '/v1/account/autopay');
    expect((await leave(etag)).code).toBe('autopay-off');
  });

  test.each([
    [{ amountCents: 499 }, 'autopay-faulty below-minimum'],
    [{ amountCents: 550 }, 'autopay-faulty not-whole-dollars'],
    [{ mobile: '+442079460000' }, 'autopay-faulty foreign-mobile'],
    [{ mobile: '' }, 'autopay-faulty mobile-needed'],
    [{ email: 'x' }, 'autopay-faulty invalid-email'],
    [{ agreementVersion: '2020-01-01' }, 'agreement-outdated'],
    [{}, 'card-missing'],
  ])('as %j are refused: %s', async (over, code) => {
    expect((await put(over, '"0"')).code).toBe(code);
  });
});

describe('statement and transactions', () => {
  test('show what came in and went out by the house’s days, and come in pages', async () => {
    await withCard();
    household.home.pass(60_000);
    await pay({ cents: 1_000 });
    await post(household.database.db, {
      ...{ key: randomUUID(), kind: 'video-call', at: household.home.at },
      entries: [{ ledger: { holder: accountId }, cents: -300 }, { ledger: 'revenue', cents: 300 }], // prettier-ignore
    });
    const { body } = await family.told('GET', '/v1/account/statement');
    expect(body).toMatchObject({ openingCents: 0, inCents: 3_500, outCents: 300, closingCents: 3_200, timeZone: 'America/Los_Angeles' }); // prettier-ignore
    expect((body['lines'] as { balanceCents: number }[]).map((line) => line.balanceCents)).toEqual([
      2_500, 3_500, 3_200,
    ]);
    const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles' }).format(household.home.at);
    const ofDay = await family.told('GET', `/v1/account/statement?from=${day}&until=${day}`);
    expect(ofDay.body).toMatchObject({ from: day, until: day, closingCents: 3_200 });
    for (const query of [`from=${day}&until=2020-01-01`, 'from=2020-01-01', 'from=2026-02-30'])
      expect((await family.told('GET', `/v1/account/statement?${query}`)).status).toBe(400);

    const page = async (query: string) => (await family.told('GET', `/v1/account/transactions?${query}`)).body;
    const first = await page('limit=2');
    expect((first['transactions'] as { cents: number }[]).map(({ cents }) => cents)).toEqual([-300, 1_000]);
    const second = await page(`limit=2&cursor=${String(first['next'])}`);
    expect((second['transactions'] as { cents: number }[]).map(({ cents }) => cents)).toEqual([2_500]);
    expect(second).not.toHaveProperty('next');
    expect((await page('only=deposits'))['transactions']).toHaveLength(2);
    expect((await family.told('GET', '/v1/account/transactions?cursor=0')).status).toBe(400);
  });

  test('what the holder was told is seen, newest first, without whom it went to in full', async () => {
    await withCard();
    const { body } = await family.told('GET', '/v1/account/notices?limit=1');
    expect(body['notices']).toMatchObject([
      { channel: 'e-mail', recipient: 'r…@example.com', subject: 'Homeline: receipt for $25.00' },
    ]);
    const next = await family.told('GET', `/v1/account/notices?limit=1&cursor=${String(body['next'])}`);
    expect(next.body['notices']).toMatchObject([{ subject: 'Homeline: your account' }]);
    expect(next.body).not.toHaveProperty('next');
  });
});

describe('closing', () => {
  test('does what was shown, once, and nothing else', async () => {
    await withCard();
    await family.provesAnew();
    const shown = await family.told('GET', '/v1/account/closing?language=es');
    expect(shown.body).toMatchObject({
      ...{ balanceCents: 2_500, cards: [{ brand: 'visa', lastFour: '4242', cents: 2_500 }], numbers: [number] },
      said: expect.arrayContaining([expect.stringContaining('Su balance es de $25.00')]) as unknown,
    });
    const close = (version: unknown, headers = key()) =>
      family.told('POST', '/v1/account/closing', { version }, headers);
    await pay({ cents: 200 });
    expect((await close(shown.body['version'])).code).toBe('closing-changed');
    expect(await accountStatus(household.database.db, accountId)).toBe('open');
    const { body } = await family.told('GET', '/v1/account/closing');
    const once = key();
    const closed = await close(body['version'], once);
    expect(closed.body).toMatchObject({ result: 'closed', balanceCents: 2_700, numbers: [number] });
    expect((await close(body['version'], once)).body).toEqual(closed.body);
    expect((await close(body['version'])).code).toBe('account-closed');
    for (const [method, url, sent] of [
      ['POST', '/v1/account/deposits', { cents: 2_500 }],
      ['POST', '/v1/account/blocks', { number }],
      ['POST', '/v1/account/numbers', { number: '+12135550199' }],
      ['GET', '/v1/account/closing', undefined],
    ] as const)
      expect((await family.told(method, url, sent, key())).code).toBe('account-closed');
    expect((await family.told('GET', '/v1/account')).body).toMatchObject({ status: 'closed', balanceCents: 0 });
    expect((await family.told('GET', '/v1/account/statement')).body).toMatchObject({ closingCents: 0, inCents: 2_700 });
    household.home.pass(1_000);
    const anew = await family.enrolled();
    expect((await family.told('GET', '/v1/account')).body).toMatchObject({
      accountNumber: anew.accountNumber,
      status: 'open',
    });
    expect((await family.told('GET', `/v1/account?account=${accountId}`)).body).toMatchObject({ status: 'closed' });
  });
});

describe('calls', () => {
  const call = async (disposition: string, talkSeconds: number, to = number) => {
    const { db } = household.database;
    household.home.pass(60_000);
    const [id, at] = [randomUUID(), household.home.at];
    await openCall(db, { id, facilityId: 'valley-view', node: 'ivr-1', callerLeg: { sipCallId: id }, offHookAt: at });
    await setNumber(db, id, to, at);
    const talking = { talking: at, done: new Date(at.getTime() + talkSeconds * 1_000) };
    const states = talkSeconds > 0 ? talking : { done: at };
    await closeCall(db, id, { disposition, endedBy: 'outside', cause: 'BYE', states });
    return id;
  };

  test('and attempts are seen, newest first, page by page; a summary counts them', async () => {
    await call('talked', 65, '+12135550142');
    const ids = [
      await call('talked', 125),
      await call('no-answer', 0),
      await call('refused', 0),
      await call('talked', 30),
    ];
    household.home.pass(60_000);
    const page = async (query: string) => (await family.told('GET', `/v1/account/calls?${query}`)).body;
    const first = await page('limit=3');
    expect(first['calls']).toMatchObject([
      { id: ids[3], outcome: 'talked', talkSeconds: 30, billedCents: 0, facility: 'Valley View Facility', number },
      { id: ids[2], outcome: 'declined', talkSeconds: 0 },
      { id: ids[1], outcome: 'missed' },
    ]);
    const second = await page(`limit=3&cursor=${String(first['next'])}`);
    expect(second['calls']).toMatchObject([{ id: ids[0], talkSeconds: 125 }]);
    expect(second).not.toHaveProperty('next');
    expect((await family.told('GET', '/v1/account/calls/summary')).body).toMatchObject({
      ...{ attempts: 4, talked: 2, declined: 1, missed: 1, talkSeconds: 155, totalCents: 0 },
      lastAttemptAt: (first['calls'] as { at: string }[])[0]?.at,
    });
    const never = await family.told('GET', '/v1/account/calls/summary?from=2026-01-01&until=2026-01-02');
    expect(never.body).toMatchObject({ attempts: 0, talkSeconds: 0 });
    expect((await family.told('GET', '/v1/account/calls?cursor=x')).status).toBe(400);
  });

  test('that were dialled in the same moment are on one page each', async () => {
    const at = household.home.at;
    for (let n = 0; n < 5; n++) {
      await call('no-answer', 0);
      household.home.at = at;
    }
    household.home.pass(120_000);
    const seen: string[] = [];
    let next: string | undefined;
    do {
      const query = `limit=2${next === undefined ? '' : `&cursor=${next}`}`;
      const { body } = await family.told('GET', `/v1/account/calls?${query}`);
      seen.push(...(body['calls'] as { id: string }[]).map(({ id }) => id));
      next = body['next'] as string | undefined;
    } while (next !== undefined);
    expect([seen.length, new Set(seen).size]).toEqual([5, 5]);
  });
});
