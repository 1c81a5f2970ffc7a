import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Demo } from '#db/seed/demo.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { useStaffSession } from '#db/staff/sessions.ts';
import { startTestDatabase } from '#db/testing.ts';
import { authorization } from '#test-calls/phone/authorization.ts';
import { hireAgent, turnOnPage } from '../testing/agent-at-desk.ts';
import { pinPepper, playedPlatform, realm } from '../testing/world.ts';
import type { Knock } from './door.ts';
import { Door } from './door.ts';

const database = await startTestDatabase();
let demo: Demo;
beforeAll(async () => {
  demo = await seedDemo(database.db, { pinPepper, realm, now: new Date() });
});
afterAll(() => database.stop());

const uri = 'sip:2135550142@homeline';
const stranger = { address: '198.51.100.7', port: 5060 };

function atDoor() {
  const played = playedPlatform(database.db);
  const door = new Door(played.platform);
  const knock = (header: string | undefined, changes: Partial<Knock> = {}): Knock => ({
    ...{ source: stranger, requestUri: uri, method: 'INVITE' },
    header: (name) => (name === 'Proxy-Authorization' ? header : undefined),
    ...changes,
  });
  /** What a phone with this password answers to our challenge. */
  const credentials = (username: string, password: string, challenge = door.challenge(false)) =>
    authorization(challenge, { method: 'INVITE', uri }, { username, password });
  const visit = (header: string | undefined, changes: Partial<Knock> = {}) => door.visitor(knock(header, changes));
  return { ...played, door, knock, credentials, visit };
}

const phone = () => demo.stations.find(({ username }) => username === 'inside1') ?? { username: '', password: '' };
const home = () => demo.homePhones[0] ?? { username: '', password: '', number: '' };

describe('who may call', () => {
  it('is known by the address of a trunk, and asked for nothing then', async () => {
    const visitor = await atDoor().visit(undefined, { source: { address: '127.0.0.1', port: 5070 } });
    expect(visitor).toMatchObject({
      kind: 'station',
      station: { id: 'valley-view-trunk' },
      facility: { id: 'valley-view' },
    });
  });

  it('is challenged otherwise', async () => {
    const visitor = await atDoor().visit(undefined);
    expect(visitor).toMatchObject({ kind: 'refused', status: 407 });
    const { headers } = visitor as { headers: Record<string, string> };
    expect(headers['Proxy-Authenticate']).toMatch(
      /^Digest realm="homeline", nonce="[^"]+", algorithm=MD5, qop="auth"$/,
    );
  });

  it('is the telephone in the page of an agent, as long as its session is open and used', async () => {
    const { visit, credentials, clock } = atDoor();
    const { db } = database;
    await hireAgent(db);
    const signIn = () => turnOnPage(db, clock);
    const first = await signIn();
    const by = ({ username, password }: { username: string; password: string }) =>
      visit(credentials(username, password));
    expect(await by(first)).toEqual({ kind: 'agent', agentId: 'ana' });
    const stored = await db.selectFrom('credential').selectAll().where('username', '=', first.username).execute();
    expect(JSON.stringify(stored)).not.toContain(first.password);
    // Signed in elsewhere: this one is none any more.
    const second = await signIn();
    expect(await by(first)).toMatchObject({ kind: 'refused', status: 407 });
    expect(await by(second)).toEqual({ kind: 'agent', agentId: 'ana' });
    await clock.move(15 * 60_000);
    expect(await by(second)).toMatchObject({ kind: 'refused', status: 407 });
    await useStaffSession(db, second.sessionId, { at: clock.now(), since: new Date(0) });
    expect(await by(second)).toEqual({ kind: 'agent', agentId: 'ana' });
    // Whatever should have taken the telephone away did not.
    const ended = { endedAt: clock.now(), endedAs: 'signed-out' } as const;
    await db.updateTable('staffSession').set(ended).where('id', '=', second.sessionId).execute();
    expect(await by(second)).toMatchObject({ kind: 'refused', status: 407 });
    const open = { endedAt: null, endedAs: null };
    await db.updateTable('staffSession').set(open).where('id', '=', second.sessionId).execute();
    expect(await by(second)).toEqual({ kind: 'agent', agentId: 'ana' });
    const expired = { expiresAt: clock.now() };
    await db.updateTable('staffSession').set(expired).where('id', '=', second.sessionId).execute();
    expect(await by(second)).toMatchObject({ kind: 'refused', status: 407 });
  });

  it('is a phone inside that knows its password', async () => {
    const { visit, credentials } = atDoor();
    const { username, password } = phone();
    const visitor = await visit(credentials(username, password));
    expect(visitor).toMatchObject({ kind: 'station', station: { id: 'valley-view-1', username } });
  });

  it('is a phone of a family that knows its password, known by the number it answers', async () => {
    const { visit, credentials } = atDoor();
    const { username, password, number } = home();
    expect(await visit(credentials(username, 'guess'))).toMatchObject({ kind: 'refused', status: 407 });
    expect(await visit(credentials(username, password))).toEqual({ kind: 'home', number });
  });

  it('is nobody whose credentials cannot be read', async () => {
    expect(await atDoor().visit('Digest nonsense')).toEqual({ kind: 'refused', status: 400, headers: {} });
  });

  it('is asked once more when only the nonce is old', async () => {
    const { visit, credentials, clock } = atDoor();
    const { username, password } = phone();
    const old = credentials(username, password);
    await clock.move(301_000);
    const visitor = await visit(old);
    expect(visitor).toMatchObject({ kind: 'refused', status: 407 });
    expect(Object.values((visitor as { headers: object }).headers)).toEqual([expect.stringContaining('stale=true')]);
  });

  it('cannot use credentials twice', async () => {
    const { visit, credentials } = atDoor();
    const { username, password } = phone();
    const once = credentials(username, password);
    expect((await visit(once)).kind).toBe('station');
    expect(await visit(once)).toMatchObject({ kind: 'refused', status: 407 });
  });
});

describe('who guesses passwords', () => {
  const guess = async (
    { visit, credentials }: ReturnType<typeof atDoor>,
    times: number,
    username = phone().username,
  ) => {
    const statuses: unknown[] = [];
    for (let tried = 0; tried < times; tried++) {
      const visitor = await visit(credentials(username, 'a guess'));
      statuses.push(visitor.kind === 'refused' ? visitor.status : 'station');
    }
    return statuses;
  };

  it('waits after the fourth guess, and is told how long, without being looked at', async () => {
    const door = atDoor();
    const { username, password } = phone();
    expect(await guess(door, 5)).toEqual([407, 407, 407, 407, 403]);
    expect(await door.visit(door.credentials(username, password))).toEqual({
      kind: 'refused',
      status: 403,
      headers: { 'Retry-After': '1' },
    });
    await door.clock.move(999);
    expect(await door.visit(door.credentials(username, password))).toMatchObject({
      status: 403,
      headers: { 'Retry-After': '1' },
    });
    await door.clock.move(1);
    expect((await door.visit(door.credentials(username, password))).kind).toBe('station');
  });

  it('learns no more by guessing many times at once', async () => {
    const { visit, credentials } = atDoor();
    const { username, password } = phone();
    const guesses = [...Array<string>(30).fill('a guess'), password].map((one) => credentials(username, one));
    const visitors = await Promise.all(guesses.map((header) => visit(header)));
    const statuses = visitors.map((visitor) => (visitor.kind === 'refused' ? visitor.status : 'station'));
    expect(statuses.filter((status) => status === 407)).toHaveLength(4);
  });

  it('begins anew once the password was right', async () => {
    const door = atDoor();
    const { username, password } = phone();
    await guess(door, 3);
    await door.visit(door.credentials(username, password));
    expect(await guess(door, 4)).toEqual([407, 407, 407, 407]);
  });

  it('keeps nobody else waiting, of another name or from elsewhere', async () => {
    const door = atDoor();
    await guess(door, 5);
    const other = demo.stations.find(({ username }) => username === 'inside2') ?? phone();
    expect((await door.visit(door.credentials(other.username, other.password))).kind).toBe('station');
    const source = { ...stranger, address: '198.51.100.8' };
    const { username, password } = phone();
    expect((await door.visit(door.credentials(username, password), { source })).kind).toBe('station');
  });

  it('learns nothing from names that nobody has, and waits for them too', async () => {
    expect(await guess(atDoor(), 5, 'nobody')).toEqual([407, 407, 407, 407, 403]);
  });

  it('is not counted for credentials that are only old, or absent', async () => {
    const door = atDoor();
    for (let asked = 0; asked < 30; asked++) await door.visit(undefined);
    const { username, password } = phone();
    const old = Array.from({ length: 6 }, () => door.credentials(username, password, door.door.challenge(false)));
    await door.clock.move(301_000);
    for (const header of old) expect(await door.visit(header)).toMatchObject({ status: 407 });
    expect((await door.visit(door.credentials(username, password))).kind).toBe('station');
  });
});

describe('credentials', () => {
  it('of a REGISTER stand in Authorization, and are given only once they are verified', async () => {
    const { door } = atDoor();
    const { username, password } = home();
    const header = authorization(
      door.challenge(false),
      { method: 'REGISTER', uri: 'sip:homeline' },
      { username, password },
    );
    const knock = (right: string | undefined): Knock => ({
      ...{ source: stranger, requestUri: 'sip:homeline', method: 'REGISTER' },
      header: (name) => (name === 'Authorization' ? right : undefined),
    });
    expect(await door.check(knock(header))).toMatchObject({
      ...{ verification: { kind: 'verified', username }, wait: 0 },
      credentials: { number: '+12135550142' },
    });
    const wrong = authorization(
      door.challenge(false),
      { method: 'REGISTER', uri: 'sip:homeline' },
      { username, password: 'no' },
    );
    expect(await door.check(knock(wrong))).toEqual({
      verification: { kind: 'wrong', username },
      wait: 0,
      credentials: undefined,
    });
  });
});
