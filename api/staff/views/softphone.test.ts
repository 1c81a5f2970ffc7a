import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findCredentials, ha1Of, saveCredentials } from '#db/credentials.ts';
import { findAgentPhone, saveAgent } from '#db/desk/agents.ts';
import { saveRegistration } from '#db/registrations.ts';
import { turnOnSoftphone } from '#accounts/staff/softphone.ts';
import { auditRows } from '#db/staff/audit.ts';
import { ViewedHouse, type ViewConsole } from './testing.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

interface Told {
  readonly aor: string;
  readonly websocketUrl: string;
  readonly username: string;
  readonly password: string;
  readonly expires: string;
}
const url = 'wss://phone.example.com:7443/ws';
let house: ViewedHouse;
let agent: ViewConsole;

beforeAll(async () => {
  house = await ViewedHouse.open(() => ({ softphone: { url, realm: 'homeline' } }));
  const ana = { id: 'ana', name: 'Ana', extension: '701', languages: ['en'], supervisor: false, active: true } as const;
  await saveAgent(house.db, ana, house.at);
  await saveCredentials(house.db, {
    username: 'desk1',
    realm: 'homeline',
    ha1: ha1Of('desk1', 'homeline', 'x'),
    agentId: 'ana',
  });
  agent = await house.console({ agentId: 'ana' });
});
afterAll(() => house.close());

const turnOn = async (by = agent): Promise<Told> => (await by.told<Told>('POST', '/v1/staff/softphone'))[1];
const usable = async ({ username }: Told) => {
  const use = { at: house.at, usedAfter: new Date(0) };
  return (await findCredentials(house.db, username, 'homeline', use))?.agentId;
};
const register = ({ username }: Told) =>
  saveRegistration(
    house.db,
    {
      ...{ username, contact: 'sip:x@a.invalid;transport=ws', source: { address: '127.0.0.1', port: 40_000 } },
      expiresAt: new Date(house.at.getTime() + 99_000),
    },
    { callId: username, cseq: 1 },
    house.at,
  );
const rings = async () => (await findAgentPhone(house.db, 'ana', house.at))?.username;

describe('the telephone in an agent’s page', () => {
  test('registers by what is told once and kept as a digest, and is rung instead of that on the table', async () => {
    const answer = await agent.ask('POST', '/v1/staff/softphone');
    expect([answer.statusCode, answer.headers['cache-control']]).toEqual([201, 'no-store']);
    const told = answer.json<Told>();
    expect(told).toMatchObject({ aor: `sip:${told.username}@phone.example.com`, websocketUrl: url });
    expect(told.username).toMatch(/^page-[0-9a-f]{16}$/);
    expect(told.password).toMatch(/^[\w-]{43}$/);
    const session = await house.db.selectFrom('staffSession').selectAll().executeTakeFirstOrThrow();
    expect(told.expires).toBe(session.expiresAt.toISOString());
    const kept = await house.db.selectFrom('credential').selectAll().where('username', '=', told.username).execute();
    expect(kept).toMatchObject([
      { ha1: ha1Of(told.username, 'homeline', told.password), agentId: 'ana', staffSessionId: session.id },
    ]);
    expect(JSON.stringify([kept, await auditRows(house.db, { most: 100 })])).not.toContain(told.password);
    expect((await house.audited('agent'))[0]).toEqual({
      ...{ act: 'phone.use', staffId: agent.id, resourceId: 'ana', after: { telephone: 'on' } },
    });
    await register(told);
    expect(await rings()).toBe(told.username);
    expect(await agent.get('/v1/staff/desk/me')).toMatchObject({ phone: 'page' });
  });

  test('is one: that of another window is none any more, and can not turn off this one', async () => {
    const first = await turnOn();
    await register(first);
    const second = await turnOn();
    expect([await usable(first), await usable(second)]).toEqual([undefined, 'ana']);
    expect(await rings()).toBeUndefined();
    const off = (told: Told) => agent.told('DELETE', `/v1/staff/softphone/${told.username}`);
    const before = (await house.audited('agent')).length;
    expect(await off(first)).toEqual([200, { result: 'off' }]);
    expect(await usable(second)).toBe('ana');
    expect(await house.audited('agent')).toHaveLength(before);
    await register(second);
    expect(await off(second)).toEqual([200, { result: 'off' }]);
    expect([await usable(second), await rings()]).toEqual([undefined, undefined]);
    expect((await house.audited('agent'))[0]).toMatchObject({ after: { telephone: 'off' } });
    expect(await off(second)).toEqual([200, { result: 'off' }]);
    // That on the table is nobody's to turn off here.
    expect((await agent.refused('DELETE', '/v1/staff/softphone/desk1'))[0]).toBe(400);
  });

  test('ends with the session, however that ends', async () => {
    const told = await turnOn();
    await register(told);
    await house.db
      .updateTable('registration')
      .set({ expiresAt: new Date('2030-01-01') })
      .execute();
    house.staffed.pass(16 * 60_000);
    // Nobody did anything.
    expect((await agent.ask('GET', '/v1/staff/me')).statusCode).toBe(401);
    expect([await usable(told), await rings()]).toEqual([undefined, undefined]);
    const left = house.db.selectFrom('credential').select('username').where('agentId', 'is not', null);
    // That on the table is no session's.
    expect(await left.execute()).toEqual([{ username: 'desk1' }]);
    expect(await house.db.selectFrom('registration').select('username').execute()).toEqual([]);
    const { id: sessionId } = await house.db.selectFrom('staffSession').select('id').executeTakeFirstOrThrow();
    const late = { agentId: 'ana', sessionId, realm: 'homeline' };
    expect(await house.db.transaction().execute((trx) => turnOnSoftphone(trx, late))).toBeUndefined();
    expect(await left.execute()).toEqual([{ username: 'desk1' }]);
  });
});

test('there is none for who has no place at the desk, nor where no server is', async () => {
  const stranger = await house.console();
  expect(await stranger.refused('POST', '/v1/staff/softphone')).toEqual([409, 'not-at-desk']);
  const elsewhere = await ViewedHouse.open();
  try {
    const somebody = await elsewhere.console();
    expect(await somebody.refused('POST', '/v1/staff/softphone')).toEqual([503, 'not-served-here']);
  } finally {
    await elsewhere.close();
  }
});
