import { randomUUID } from 'node:crypto';
import { placeBlock } from '#db/blocks.ts';
import { policyFacts } from '#db/policy.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Household, freshNumber, type Family } from './testing/household.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let household: Household;
let family: Family;
beforeAll(async () => {
  household = await Household.open();
});
afterAll(() => household.close());
beforeEach(async () => {
  household.home.pass(3_600_000);
  family = await household.family();
});

const key = () => ({ 'idempotency-key': randomUUID() });
const order = (over: object = {}) => ({
  ...{ state: 'CA', facilityId: 'valley-view', number: freshNumber(), language: 'es', notices: 'none', ...over },
});

describe('facilities', () => {
  const names = async (query: string) => {
    const { body } = await family.told('GET', `/v1/facilities?${query}`);
    return {
      names: (body['facilities'] as { name: string }[]).map(({ name }) => name),
      next: body['next'] as string | undefined,
    };
  };

  test('are found by state, by words without accents, by number, and by all of it together', async () => {
    expect((await names('q=rio')).names).toEqual(['Río Claro Facility', 'Río Seco Facility']);
    expect((await names('state=AZ&q=MESA')).names).toEqual(['Mesa Verde Facility']);
    expect((await names('state=AZ&q=rio')).names).toEqual([]);
    expect((await names('q=103')).names).toEqual(['Río Claro Facility']);
    expect((await names('q=%25')).names).toEqual([]);
    expect((await names(`q=${encodeURIComponent("WOMEN's")}`)).names).toEqual(['Mission Hills Women’s Facility']);
    const { body } = await family.told('GET', '/v1/facilities/states');
    expect(body['states']).toEqual(['AZ', 'CA', 'CO', 'NV', 'OR', 'TX']);
  });

  test('come in pages that leave nothing out, to anybody, and a cursor that is none is refused', async () => {
    const all: string[] = [];
    let next: string | undefined;
    do {
      const page = await names(`limit=3${next === undefined ? '' : `&cursor=${next}`}`);
      all.push(...page.names);
      next = page.next;
    } while (next !== undefined);
    expect(all).toEqual((await names('limit=100')).names);
    expect(new Set(all).size).toBe(all.length);
    expect((await household.ask('GET', '/v1/facilities')).statusCode).toBe(200);
    const made = ['["a"]', '["a\\u0000","b"]', '["a","\\u0000"]'].map((place) =>
      Buffer.from(place).toString('base64url'),
    );
    for (const cursor of ['x', 'bnVsbA', ...made])
      expect((await family.told('GET', `/v1/facilities?cursor=${cursor}`)).status).toBe(400);
  });
});

describe('an account', () => {
  test('is opened by whoever is signed in, once for each key, and seen with its number, facility, name and funds', async () => {
    const once = key();
    const wanted = order({ notices: 'e-mail', email: 'rosa@example.com' });
    const opened = await family.told('POST', '/v1/enrolments', wanted, once);
    expect(opened.status).toBe(201);
    expect(opened.body).toMatchObject({ number: wanted.number, passcode: 'none', blockedEverywhere: false });
    const again = await family.told('POST', '/v1/enrolments', wanted, once);
    expect([again.status, again.body]).toEqual([200, opened.body]);
    expect((await family.told('POST', '/v1/enrolments', { ...wanted, language: 'en' }, once)).code).toBe('key-reused');
    expect((await family.told('POST', '/v1/enrolments', wanted)).code).toBe('key-needed');

    expect((await family.told('GET', '/v1/account')).body).toMatchObject({
      ...{ accountNumber: opened.body['accountNumber'], status: 'open', phone: wanted.number, complete: true },
      ...{ availableCents: 0, balanceCents: 0, heldCents: 0, hasPasscode: false },
      ...{ facility: { id: 'valley-view', name: 'Valley View Facility', state: 'CA' } },
      numbers: [{ number: wanted.number, addedAt: household.home.at.toISOString() }],
    });
    const profile = await family.told('GET', '/v1/account/profile');
    expect(profile.body).toMatchObject({ firstName: 'Rosa', city: 'Fresno', phone: wanted.number, language: 'es' });
    expect((await household.home.subjects('rosa@example.com')).length).toBe(1);
  });

  test('of one key is one, however many ask at once', async () => {
    const [once, wanted] = [key(), order()];
    const all = await Promise.all([1, 2, 3, 4].map(() => family.told('POST', '/v1/enrolments', wanted, once)));
    expect(all.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201]);
    expect((await family.told('GET', '/v1/accounts')).body['accounts']).toHaveLength(1);
  });

  test('of two families with one key are two', async () => {
    const once = key();
    const other = await household.family();
    const mine = await family.told('POST', '/v1/enrolments', order(), once);
    const theirs = await other.told('POST', '/v1/enrolments', order(), once);
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    expect(mine.body['accountNumber']).not.toBe(theirs.body['accountNumber']);
  });

  test.each([
    [{ facilityId: 'nowhere' }, 'facility-unknown'],
    [{ state: 'AZ' }, 'facility-unknown'],
    [{ number: '+18005550199' }, 'enrolment-faulty not-a-personal-number'],
    [{ notices: 'text' }, 'enrolment-faulty mobile-needed'],
    [{ passcode: '8362', passcodeAgain: '8363' }, 'enrolment-faulty not-the-same'],
    [{ passcode: '836', passcodeAgain: '836' }, 'enrolment-faulty not-four-digits'],
    [{ passcode: '1234', passcodeAgain: '1234' }, 'enrolment-faulty too-easy:in-a-row'],
    [{ passcodeAgain: '8362' }, 'enrolment-faulty not-four-digits'],
  ])('with %j is refused: %s', async (over, code) => {
    expect((await family.told('POST', '/v1/enrolments', order(over), key())).code).toBe(code);
    expect((await family.told('GET', '/v1/account')).code).toBe('account-missing');
  });

  test('has the passcode that was typed, or that of the registration unless it is the end of the number', async () => {
    await family.enrolled({ passcode: '8362', passcodeAgain: '8362' });
    expect((await family.told('GET', '/v1/account')).body['hasPasscode']).toBe(true);
    const setUp = async (passcode: string, over: object) => {
      const one = await household.family();
      const hash = await household.house.holders.hasher.hash(passcode);
      await household.database.db
        .updateTable('identity')
        .set({ passcodeHash: hash })
        .where('id', '=', one.who.identityId)
        .execute();
      const opened = await one.told('POST', '/v1/enrolments', order(over), key());
      return { one, ...opened.body };
    };
    const kept = await setUp('8362', {});
    expect(kept).toMatchObject({ passcode: 'of-registration' });
    const number = freshNumber();
    expect(await setUp(number.slice(-4), { number })).toMatchObject({ passcode: 'none' });
    const changed = { passcode: '7391', passcodeAgain: '7391' };
    expect((await kept.one.told('PUT', '/v1/account/passcode', changed)).code).toBe('proof-needed');
    await kept.one.provesAnew();
    expect((await kept.one.told('PUT', '/v1/account/passcode', changed)).code).toBe('passcode-needed');
    expect((await kept.one.told('PUT', '/v1/account/passcode', { ...changed, current: '8361' })).code).toBe(
      'passcode-wrong',
    );
    expect((await kept.one.told('PUT', '/v1/account/passcode', { ...changed, current: '8362' })).body).toEqual({
      result: 'changed',
    });
  });

  test('of a number that has one already needs that one’s number and passcode', async () => {
    const first = await family.enrolled({ passcode: '8362', passcodeAgain: '8362' });
    const other = await household.family();
    const ask = (sharing?: object) =>
      other.told('POST', '/v1/enrolments', order({ number: first.number, sharing }), key());
    const { accountNumber } = first;
    expect((await ask()).code).toBe('number-has-account');
    expect((await ask({ accountNumber, passcode: '8363' })).code).toBe('passcode-wrong');
    expect((await ask({ accountNumber: '1000000008', passcode: '8362' })).code).toBe('passcode-wrong');
    expect((await ask({ accountNumber, passcode: '8362' })).status).toBe(201);
    const mine = await other.enrolled();
    expect(mine.number).not.toBe(first.number);
    const add = (sharing?: object) =>
      other.told('POST', `/v1/account/numbers?account=${mine.accountNumber}`, { number: first.number, sharing });
    expect((await add()).code).toBe('number-has-account');
    expect((await add({ accountNumber, passcode: '8363' })).code).toBe('passcode-wrong');
    expect((await add({ accountNumber, passcode: '8362' })).body).toMatchObject({ result: 'added' });
  });

  test('that is there is claimed with its passcode, once, by one; wrong ones lock it', async () => {
    const { accountNumber } = await family.enrolled({ passcode: '8362', passcodeAgain: '8362' });
    const { db } = household.database;
    await db.deleteFrom('identityAccount').where('identityId', '=', family.who.identityId).execute();
    expect((await family.told('GET', '/v1/account')).code).toBe('account-missing');
    const other = await household.family();
    const claim = (who: Family, passcode = '8362') =>
      who.told('POST', '/v1/accounts/claims', { accountNumber, passcode });
    expect((await claim(other, '8363')).code).toBe('passcode-wrong');
    expect((await claim(family)).body).toEqual({ result: 'claimed', accountNumber });
    expect((await claim(family)).body).toEqual({ result: 'yours-already', accountNumber });
    expect((await claim(other)).code).toBe('account-of-another');
    expect((await family.told('GET', '/v1/account')).body).toMatchObject({ accountNumber });
    for (const wrong of ['1', '2', '3']) await claim(other, `836${wrong === '2' ? '9' : wrong}`);
    const locked = await claim(family);
    expect([locked.status, locked.code]).toEqual([429, 'passcode-locked']);
  });

  test('which of several is meant must be said, and somebody else’s is none', async () => {
    const [one, two] = [await family.enrolled(), await family.enrolled()];
    expect((await family.told('GET', '/v1/account')).code).toBe('account-unnamed');
    for (const { accountNumber } of [one, two])
      expect((await family.told('GET', `/v1/account?account=${accountNumber}`)).body).toMatchObject({ accountNumber });
    const other = await household.family();
    await other.enrolled();
    expect((await other.told('GET', `/v1/account?account=${one.accountNumber}`)).code).toBe('account-unknown');
    const { body } = await family.told('GET', '/v1/accounts');
    expect((body['accounts'] as { accountNumber: string }[]).map((account) => account.accountNumber).sort()).toEqual(
      [one.accountNumber, two.accountNumber].sort(),
    );
  });

  test('opened on the phone line without a facility is finished on the web', async () => {
    const { accountNumber } = await family.enrolled();
    const choose = (facilityId: string, state = 'CA') =>
      family.told('PUT', '/v1/account/facility', { state, facilityId });
    expect((await choose('valley-view')).body).toMatchObject({ name: 'Valley View Facility' });
    expect((await choose('rio-claro')).code).toBe('facility-chosen');
    expect((await choose('valley-view', 'AZ')).code).toBe('facility-unknown');
    const { db } = household.database;
    const phoned = { facilityId: null, byKind: 'phone-line' } as const;
    await db.updateTable('enrolment').set(phoned).where('accountId', '=', accountNumber).execute();
    expect((await family.told('GET', '/v1/account')).body).toMatchObject({ complete: false });
    expect((await choose('rio-claro')).body).toMatchObject({ id: 'rio-claro' });
    expect((await family.told('GET', '/v1/account')).body).toMatchObject({ complete: true });
  });
});

describe('numbers', () => {
  test('are added and taken away, never the last', async () => {
    const { number } = await family.enrolled();
    const more = freshNumber();
    const path = (of: string) => `/v1/account/numbers/${encodeURIComponent(of)}`;
    expect((await family.told('DELETE', path(number))).code).toBe('number-last');
    expect(await family.told('POST', '/v1/account/numbers', { number: more })).toMatchObject({ status: 201, body: { result: 'added', numbers: expect.arrayContaining([number, more]) as never } }); // prettier-ignore
    expect((await family.told('POST', '/v1/account/numbers', { number: more })).body['result']).toBe('already-there');
    expect((await family.told('POST', '/v1/account/numbers', { number: '911' })).code).toBe(
      'number-faulty invalid-number',
    );
    expect((await family.told('DELETE', path(number))).body).toEqual({ result: 'removed', numbers: [more] });
    expect((await family.told('DELETE', path(number))).body['result']).toBe('not-there');
  });
});

describe('profile and preferences', () => {
  const edit = { firstName: 'Ana', lastName: 'Ruiz', addressLine1: '1 Oak St', city: 'Reno', region: 'nv', postalCode: '89501', country: 'US', phone: '+12135550188' }; // prettier-ignore

  test('change under the version that was seen, and no other', async () => {
    await family.enrolled();
    await family.provesAnew();
    const { etag } = await family.told('GET', '/v1/account/profile');
    expect(etag).toMatch(/^"\d+"$/);
    const put = (headers: Record<string, string>) => family.told('PUT', '/v1/account/profile', edit, headers);
    expect((await put({})).code).toBe('version-needed');
    expect((await put({ 'if-match': '*' })).code).toBe('changed-meanwhile');
    expect((await put({ 'if-match': `W/${etag}` })).code).toBe('changed-meanwhile');
    const both = await Promise.all([put({ 'if-match': etag }), put({ 'if-match': etag })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    const now = await family.told('GET', '/v1/account/profile');
    expect(now.body).toMatchObject({ firstName: 'Ana', region: 'NV', phone: '+12135550188', notices: 'none' });
    expect(now.etag).not.toBe(etag);
    const preferences = { language: 'es', notices: 'text', mobile: '213 555 0142' };
    const changed = await family.told('PUT', '/v1/account/preferences', preferences, {
      'if-match': `"x", ${now.etag}`,
    });
    expect(changed.body).toMatchObject({ firstName: 'Ana', language: 'es', notices: 'text', mobile: '+12135550142' });
    const faulty = { ...edit, country: 'ZZ', postalCode: '!' };
    expect((await family.told('PUT', '/v1/account/profile', faulty, { 'if-match': changed.etag })).code).toBe(
      'profile-faulty postalCode:not-text country:unknown',
    );
  });
});

describe('blocks', () => {
  const list = async (number: string, who = family) =>
    who.told('GET', `/v1/account/blocks?${new URLSearchParams({ number }).toString()}`);

  test('are placed on one’s own numbers for all facilities or one, seen at once, and lifted', async () => {
    const { number } = await family.enrolled();
    const place = (body: object) => family.told('POST', '/v1/account/blocks', { number, ...body });
    expect([(await place({})).status, (await place({})).body]).toEqual([201, { result: 'already-blocked' }]);
    household.home.pass(1_000);
    expect((await place({ facilityId: 'rio-claro' })).status).toBe(201);
    expect((await place({ facilityId: 'nowhere' })).code).toBe('facility-unknown');
    const { body } = await list(number);
    expect(body).toMatchObject({
      number,
      blocks: [
        { scope: { facilityId: 'rio-claro', facilityName: 'Río Claro Facility' }, liftable: true },
        { scope: 'all', liftable: true },
      ],
    });
    const stopped = async () => {
      const asking = { personId: 'demo-mateo', stationId: 'rio-claro-1', facilityId: 'rio-claro' };
      return (await policyFacts(household.database.db, { ...asking, number, at: household.home.at })).blocked;
    };
    expect(await stopped()).toMatchObject({ thisFacility: true, allFacilities: true });
    const [{ id = '' } = {}] = body['blocks'] as { id: string }[];
    expect((await family.told('DELETE', `/v1/account/blocks/${id}`)).body).toEqual({ result: 'lifted' });
    expect(await stopped()).toMatchObject({ thisFacility: false, allFacilities: true });
    expect((await family.told('DELETE', `/v1/account/blocks/${id}`)).code).toBe('block-unknown');
    expect((await list(number)).body['blocks']).toHaveLength(1);
    const paged = await family.told(
      'GET',
      `/v1/account/blocks?${new URLSearchParams({ number, limit: '1' }).toString()}`,
    );
    expect([paged.body['next']]).toEqual([undefined]);
  });

  test('of somebody else’s number are neither seen, placed nor lifted', async () => {
    const { number } = await family.enrolled();
    await family.told('POST', '/v1/account/blocks', { number });
    const [{ id = '' } = {}] = (await list(number)).body['blocks'] as { id: string }[];
    const other = await household.family();
    await other.enrolled();
    expect((await list(number, other)).code).toBe('number-not-yours');
    expect((await other.told('POST', '/v1/account/blocks', { number })).code).toBe('number-not-yours');
    expect((await other.told('DELETE', `/v1/account/blocks/${id}`)).code).toBe('block-unknown');
    expect((await list(number)).body['blocks']).toHaveLength(1);
  });

  test('that were placed by key in a call are lifted by whose number it is', async () => {
    const { number } = await family.enrolled();
    const { db } = household.database;
    household.home.pass(1_000);
    const by = { kind: 'called-party-key', callId: randomUUID() } as const;
    const block = { number, scope: { facilityId: 'valley-view' }, by, reason: 'key', at: household.home.at } as const;
    await placeBlock(db, block);
    const stopped = async () => {
      const asking = { personId: 'demo-alex', stationId: 'valley-view-1', facilityId: 'valley-view' };
      return (await policyFacts(db, { ...asking, number, at: household.home.at })).blocked.thisFacility;
    };
    expect(await stopped()).toBe(true);
    await household.proves(family, number);
    const [{ id = '', liftable = false } = {}] = (await list(number)).body['blocks'] as {
      id: string;
      liftable: boolean;
    }[];
    expect(liftable).toBe(true);
    expect((await family.told('DELETE', `/v1/account/blocks/${id}`)).body).toEqual({ result: 'lifted' });
    expect(await stopped()).toBe(false);
  });

  test('that somebody at the telephone placed wait for a proof that it is one’s own; those of closing are for an agent', async () => {
    const { db } = household.database;
    const before = freshNumber();
    const by = { kind: 'called-party-key', callId: randomUUID() } as const;
    await placeBlock(db, {
      number: before,
      scope: { facilityId: 'valley-view' },
      by,
      reason: 'key',
      at: household.home.at,
    });
    household.home.pass(1_000);
    await family.enrolled({ number: before });
    household.home.pass(1_000);
    const closing = { kind: 'closing', id: 'x' } as const;
    await placeBlock(db, {
      number: before,
      scope: 'all',
      by: closing,
      reason: 'account closed',
      at: household.home.at,
    });
    await placeBlock(db, {
      number: before,
      scope: { facilityId: 'rio-claro' },
      by,
      reason: 'key',
      at: household.home.at,
    });
    const blocks = (await list(before)).body['blocks'] as { id: string; liftable: boolean; whyNot?: string }[];
    expect(blocks.map(({ liftable, whyNot }) => [liftable, whyNot])).toEqual([
      [false, 'number-unproven'],
      [false, 'agent-only'],
      [false, 'number-unproven'],
    ]);
    const lifts = async () => {
      const codes = [];
      for (const { id } of blocks) codes.push((await family.told('DELETE', `/v1/account/blocks/${id}`)).code);
      return codes;
    };
    expect(await lifts()).toEqual(['number-unproven', 'block-agent-only agent-only', 'number-unproven']);
    await household.proves(family, before);
    const shown = (await list(before)).body['blocks'] as { liftable: boolean }[];
    expect(shown.map(({ liftable }) => liftable)).toEqual([true, false, true]);
    expect(await lifts()).toEqual(['', 'block-agent-only agent-only', '']);
  });

  test('another account’s are lifted by nobody who has not proven the number, and one’s own without', async () => {
    const { accountNumber, number } = await family.enrolled({ passcode: '8362', passcodeAgain: '8362' });
    await family.told('POST', '/v1/account/blocks', { number, facilityId: 'valley-view' });
    const other = await household.family();
    await other.enrolled({ number, sharing: { accountNumber, passcode: '8362' } });
    const [block] = (await list(number, other)).body['blocks'] as { id: string; whyNot?: string }[];
    expect(block?.whyNot).toBe('number-unproven');
    const at = `/v1/account/blocks/${block?.id ?? ''}`;
    expect((await other.told('DELETE', at)).code).toBe('number-unproven');
    // Another number of theirs, or somebody else’s proof of this one, is none.
    await household.proves(other, freshNumber());
    await household.proves(family, number);
    expect((await other.told('DELETE', at)).code).toBe('number-unproven');
    const own = (await list(number)).body['blocks'] as { liftable: boolean }[];
    expect(own.map(({ liftable }) => liftable)).toEqual([true]);
    expect((await family.told('DELETE', at)).body).toEqual({ result: 'lifted' });
  });

  test('a proof counts as long as nobody else can have the number', async () => {
    const { number } = await family.enrolled();
    const by = { kind: 'called-party-key', callId: randomUUID() } as const;
    const scope = { facilityId: 'valley-view' };
    await placeBlock(household.database.db, { number, scope, by, reason: 'key', at: household.home.at });
    await household.proves(family, number);
    const day = 24 * 3_600_000;
    const liftable = async () => {
      const back = await household.signedIn(family.who);
      return ((await list(number, back)).body['blocks'] as { liftable: boolean }[]).map((block) => block.liftable);
    };
    household.home.pass(45 * day - 1);
    expect(await liftable()).toEqual([true]);
    household.home.pass(1);
    expect(await liftable()).toEqual([false]);
  });

  test('come in pages', async () => {
    const { number } = await family.enrolled();
    for (const facilityId of ['valley-view', 'rio-claro', 'sierra-ridge'])
      await family.told('POST', '/v1/account/blocks', { number, facilityId });
    const page = (more: object) =>
      family.told('GET', `/v1/account/blocks?${new URLSearchParams({ number, limit: '2', ...more }).toString()}`);
    const first = await page({});
    const second = await page({ cursor: String(first.body['next']) });
    const ids = [first, second].map(({ body }) =>
      (body['blocks'] as { scope: { facilityId: string } }[]).map(({ scope }) => scope.facilityId),
    );
    expect(ids).toEqual([['sierra-ridge', 'rio-claro'], ['valley-view']]);
    expect(second.body).not.toHaveProperty('next');
    expect((await page({ cursor: 'x' })).status).toBe(400);
  });
});

describe('the door', () => {
  test('nobody who is not signed in comes in, nor with the service’s token', async () => {
    for (const headers of [{}, { authorization: 'Bearer a-token-that-nobody-guesses' }] as Record<string, string>[]) {
      const answer = await household.ask('GET', '/v1/account', undefined, headers);
      expect([answer.statusCode, answer.json<{ type: string }>().type]).toEqual([
        401,
        'urn:homeline:problem:session-needed',
      ]);
      expect(answer.headers['cache-control']).toBe('no-store');
    }
  });

  test('a family that asks too often is told how long to wait, and no other with it', async () => {
    const other = await household.family();
    const say = (who: Family) => who.send('POST', '/v1/accounts/claims', { accountNumber: '1', passcode: '8362' });
    const left = async (who: Family) => (await say(who)).headers['ratelimit'];
    expect(await left(family)).toBe('"say-passcode";r=14;t=3600');
    for (let n = 0; n < 14; n++) await say(family);
    const refused = await say(family);
    expect(refused.statusCode).toBe(429);
    expect(refused.headers).toMatchObject({
      ...{ 'retry-after': '3600', 'ratelimit-policy': '"say-passcode";q=15;w=3600' },
      ratelimit: '"say-passcode";r=0;t=3600',
    });
    expect((await say(other)).statusCode).toBe(422);
    household.home.pass(60 * 60_000);
    const back = await household.ask('POST', '/v1/identity/sessions', {
      email: family.who.email,
      password: 'Correct-Horse-7',
    });
    const { accessToken } = back.json<{ accessToken: string }>();
    const again = await household.ask(
      'POST',
      '/v1/accounts/claims',
      { accountNumber: '1', passcode: '8362' },
      { authorization: `Bearer ${accessToken}` },
    );
    expect(again.statusCode).toBe(422);
  });

  test('when the time of a limit is over, counting begins anew', async () => {
    const left = async () => (await household.ask('GET', '/v1/facilities?limit=1')).headers['ratelimit'];
    household.home.pass(600_000);
    expect([await left(), await left()]).toEqual(['"look";r=1199;t=600', '"look";r=1198;t=600']);
    household.home.pass(599_999);
    expect(await left()).toBe('"look";r=1197;t=1');
    household.home.pass(1);
    expect(await left()).toBe('"look";r=1199;t=600');
  });

  test('looking is counted too', async () => {
    const looked = await family.send('GET', '/v1/accounts');
    expect(looked.headers['ratelimit']).toBe('"look";r=1199;t=600');
    household.home.pass(1_500);
    expect((await family.send('GET', '/v1/accounts')).headers['ratelimit']).toBe('"look";r=1198;t=599');
    for (let n = 0; n < 1_198; n++) await family.send('GET', '/v1/accounts');
    const refused = await family.send('GET', '/v1/accounts');
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '599']);
  });
});
