import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { blockByKey } from '#accounts/blocks.ts';
import { openAccount } from '#db/accounts.ts';
import { blockHistory } from '#db/blocks.ts';
import { post } from '#db/ledger.ts';
import { policyFacts } from '#db/policy.ts';
import { addPrivileged } from '#db/privileged.ts';
import { ViewedHouse, type ViewConsole } from './testing.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let house: ViewedHouse;
let agent: ViewConsole;
let investigator: ViewConsole;
let numbers = 5550200;
let number: string;
let page: string;

beforeAll(async () => {
  house = await ViewedHouse.open();
  agent = await house.console({ name: 'Ada Lopez' });
  investigator = await house.console({ role: 'investigator' });
});
beforeEach(() => {
  number = `+1213${++numbers}`;
  page = `/v1/staff/numbers/${encodeURIComponent(number)}`;
});
afterAll(() => house.close());

interface Page {
  blocks: { id: string; scope: unknown; placed: { by: object; reason: string }; liftable: boolean; whyNot?: string }[];
  history: { id: string; lifted: { by: object; reason: string; at: string } }[];
  attempts: object[];
  accounts: object[];
  privileged: boolean;
}
const look = (by = agent) => by.get<Page>(page);
const place = (over: object = {}) =>
  agent.told<{ result: string; id: string }>('POST', '/v1/staff/blocks', {
    number,
    reason: ' asked by letter ',
    ...over,
  });
const verified = { reason: 'wants calls again', verifiedBy: 'call-back' };
const lift = (id: string, over: object = {}) =>
  agent.ask('POST', `/v1/staff/blocks/${id}/lift`, { ...verified, ...over });
const isBlocked = async () => {
  const caller = { personId: 'demo-alex', stationId: 'valley-view-1', facilityId: 'valley-view' };
  const { thisFacility, allFacilities } = (await policyFacts(house.db, { ...caller, number, at: house.at })).blocked;
  return thisFacility || allFacilities;
};

describe('a number', () => {
  test('that nobody knows has nothing', async () => {
    expect(await look()).toEqual({
      ...{ number, blocks: [], history: [], attempts: [], accounts: [], privileged: false },
    });
    expect(await agent.refused('GET', '/v1/staff/numbers/911')).toEqual([400, 'about:blank']);
  });

  test('has its newest attempts first, those that go on too, with who called and how long', async () => {
    const ending = { disposition: 'talked', talkSeconds: 61 };
    const talked = await house.call(1, { number, person: 'demo-alex', ending });
    await house.call(2, { number, facilityId: 'rio-claro', ending: { disposition: 'busy' } });
    const open = await house.call(3, { number, person: 'demo-jordan' });
    await house.call(4, { number: '+12135559999' });
    const at = (seconds: number) => new Date(house.at.getTime() + seconds * 1_000).toISOString();
    const valley = { facilityName: 'Valley View Facility' };
    expect((await look()).attempts).toEqual([
      { callId: open, at: at(3), ...valley, personName: 'Jordan Blake', seconds: 0 },
      {
        callId: expect.any(String) as string,
        at: at(2),
        facilityName: 'Río Claro Facility',
        disposition: 'busy',
        seconds: 0,
      },
      { callId: talked, at: at(1), ...valley, personName: 'Alex Rivera', disposition: 'talked', seconds: 61 },
    ]);
    for (let n = 0; n < 50; n++) await house.call(10 + n, { number, ending: { disposition: 'busy' } });
    const { attempts } = await look();
    expect([attempts.length, attempts[0]]).toMatchObject([50, { at: at(59) }]);
  });

  test('shows its accounts with what they have, to those who may read accounts', async () => {
    const accountId = randomUUID();
    await openAccount(house.db, { id: accountId, numbers: [number], at: house.at });
    const entries = [
      { ledger: { holder: accountId }, cents: 2_550 },
      { ledger: 'cheque-clearing', cents: -2_550 },
    ] as const;
    await post(house.db, { key: randomUUID(), kind: 'money-order-deposit', at: house.at, entries });
    const [account] = (await look()).accounts;
    expect(account).toEqual({
      ...{ id: accountId, number: expect.stringMatching(/^1\d{9}$/) as string, status: 'open', balanceCents: 2_550 },
    });
    expect((await look(investigator)).accounts).toHaveLength(1);
  });

  test('that is privileged says so', async () => {
    await addPrivileged(house.db, number, { reason: 'attorney', addedBy: 'tests', at: house.at });
    expect((await look()).privileged).toBe(true);
  });
});

describe('a block', () => {
  test('is placed once, in force at once, with who and why, and written down once', async () => {
    expect(await isBlocked()).toBe(false);
    const [status, { id, result }] = await place({ facilityId: 'valley-view' });
    expect([status, result, await isBlocked()]).toEqual([201, 'placed', true]);
    expect(await place({ facilityId: 'valley-view' })).toEqual([200, { result: 'already-blocked', id }]);
    expect((await look()).blocks).toEqual([
      {
        id,
        scope: { facilityId: 'valley-view', facilityName: 'Valley View Facility' },
        placed: {
          by: { kind: 'agent', id: agent.id, name: 'Ada Lopez' },
          at: house.at.toISOString(),
          reason: 'asked by letter',
        },
        liftable: true,
      },
    ]);
    const written = (await house.audited('block')).filter(({ resourceId }) => resourceId === id);
    expect(written).toEqual([
      {
        ...{ act: 'block.place', staffId: agent.id, resourceId: id, reason: 'asked by letter' },
        after: { number, scope: { facilityId: 'valley-view' } },
      },
    ]);
  });

  test('without a facility is for all; of a facility that is not there there is none', async () => {
    await place();
    expect((await look()).blocks).toMatchObject([{ scope: 'all' }]);
    expect(await agent.refused('POST', '/v1/staff/blocks', { number, facilityId: 'nowhere', reason: 'x' })).toEqual([
      ...[404, 'facility-unknown'],
    ]);
    for (const wrong of [{ number: '911' }, { reason: '  ' }, { by: 'me' }])
      expect(await agent.refused('POST', '/v1/staff/blocks', { number, reason: 'x', ...wrong })).toEqual([
        400,
        'about:blank',
      ]);
    expect(await blockHistory(house.db, number)).toHaveLength(1);
  });

  test('that is placed many times at once is one, and written down once', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => place()));
    expect(all.map(([status]) => status).sort()).toEqual([200, 200, 200, 200, 200, 201]);
    expect(new Set(all.map(([, { id }]) => id)).size).toBe(1);
    expect((await house.audited('block')).filter(({ resourceId }) => resourceId === all[0]?.[1].id)).toHaveLength(1);
  });

  test('is lifted by one of two who do so at once, with how whoever asked was verified', async () => {
    const callId = await house.call(0, { number });
    await blockByKey(house.db, { number, facilityId: 'valley-view', callId, at: house.at });
    const [block] = (await look()).blocks;
    const id = block?.id ?? '';
    const answers = await Promise.all([lift(id), lift(id), lift(id), lift(id)]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409, 409, 409]);
    expect(answers.find(({ statusCode }) => statusCode === 409)?.json()).toMatchObject({
      type: 'urn:homeline:problem:block-not-active',
    });
    expect(await isBlocked()).toBe(false);
    const { blocks, history } = await look();
    expect(blocks).toEqual([]);
    expect(history).toMatchObject([
      {
        id,
        placed: { by: { kind: 'called-party-key', callId } },
        lifted: { by: { kind: 'agent', name: 'Ada Lopez' }, reason: 'wants calls again', at: house.at.toISOString() },
      },
    ]);
    const placed = {
      by: { kind: 'called-party-key', callId },
      at: house.at.toISOString(),
      reason: expect.any(String) as string,
    };
    expect((await house.audited('block')).filter(({ resourceId }) => resourceId === id)).toEqual([
      {
        ...{ act: 'block.lift', staffId: agent.id, resourceId: id, reason: 'wants calls again' },
        before: { number, scope: { facilityId: 'valley-view' }, placed },
        after: { lifted: true, verifiedBy: 'call-back' },
      },
    ]);
  });

  test('that is not there, or is lifted by nobody who was verified, stays', async () => {
    const [, { id }] = await place();
    expect(await agent.refused('POST', '/v1/staff/blocks/999999/lift', verified)).toEqual([404, 'block-unknown']);
    for (const wrong of [{ verifiedBy: 'voice' }, { verifiedBy: undefined }, { reason: '' }])
      expect((await lift(id, wrong)).statusCode).toBe(400);
    expect((await agent.ask('POST', '/v1/staff/blocks/0x1/lift', verified)).statusCode).toBe(400);
    expect((await look()).blocks).toHaveLength(1);
  });

  test('is shown to an investigator, who lifts none', async () => {
    const [, { id }] = await place();
    expect((await look(investigator)).blocks).toMatchObject([{ id, liftable: false, whyNot: 'not-allowed' }]);
    expect(await investigator.refused('POST', `/v1/staff/blocks/${id}/lift`, verified)).toEqual([
      ...[403, 'not-allowed', ['block.lift']],
    ]);
  });
});
