import { Readable } from 'node:stream';
import Fastify, { type FastifyInstance } from 'fastify';
import { acts, roles, type Role } from '#accounts/access/acts.ts';
import { cells } from '#accounts/access/testing/cells.ts';
import { newToken } from '#accounts/identity/keys.ts';
import { shownByApp } from '#accounts/staff/testing/app-of-codes.ts';
import { endMember } from '#accounts/staff/member.ts';
import { IDLE_MS } from '#accounts/staff/sessions.ts';
import { STAFF_PASSWORD } from '#accounts/staff/testing/crew.ts';
import { auditRows } from '#db/staff/audit.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { z } from 'zod';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { problemOf } from '../problem.ts';
import * as shared from '../resources.ts';
import { apiServer } from '../server.ts';
import { STAFF_COOKIE } from './cookie.ts';
import { openStaff } from './door.ts';
import * as resources from './resources.ts';
import type { StaffRoute } from './route.ts';
import { staffRoutes } from './routes.ts';
import { StaffedHouse, TestConsole } from './testing.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let database: TestDatabase;
let house: StaffedHouse;
let server: FastifyInstance;
/** Every act is asked of a route of its own, which says that it was run. */
let probes: FastifyInstance;
const ran: string[] = [];
let people = 0;
let username = '';

beforeAll(async () => {
  database = await startTestDatabase();
  house = new StaffedHouse(database.db);
  const deps = await house.deps();
  server = apiServer({
    ...{ db: database.db, token: 'a-token-that-nobody-guesses', health: async () => 'ok', staff: deps },
    metrics: { contentType: 'text/plain', metrics: async () => '' },
  });
  house.server = server;
  probes = Fastify();
  probes.setErrorHandler((error, _request, reply) => {
    const { status, body, headers } = problemOf(error);
    return reply.code(status).headers(headers).send(body);
  });
  openStaff(
    probes,
    database.db,
    deps,
    acts.map((act): StaffRoute => ({
      ...{ method: 'POST', path: `/probe/${act}`, summary: act, door: 'staff', act },
      ...{ answers: { 200: z.strictObject({}) }, problems: [] },
      async run(db, _deps, asked) {
        ran.push(act);
        await asked.audit(db, { resource: { kind: 'probe', id: act }, reason: 'to see', after: { act } });
        return { status: 200, body: { staff: asked.staff, secure: asked.secure }, headers: { 'x-probe': act } };
      },
    })),
  );
});
afterAll(async () => {
  await probes.close();
  await server.close();
  await database.stop();
});
beforeEach(() => {
  username = `somebody${++people}`;
  ran.length = 0;
});

type Answer = Awaited<ReturnType<TestConsole['ask']>>;
const problem = (answer: Answer) => {
  const { type, status, faults } = shared.problem.parse(answer.json());
  expect(status).toBe(answer.statusCode);
  return [status, type.replace('urn:homeline:problem:', ''), ...(faults ? [faults] : [])];
};
const cookie = (token: string) => ({ cookie: `${STAFF_COOKIE}=${token}` });
const probe = (token: string, act = 'self.manage', headers: Record<string, string> = {}) =>
  probes.inject({ method: 'POST', url: `/probe/${act}`, headers: { ...cookie(token), ...headers } });

describe('the table', () => {
  test.each(roles)('what a %s may do is done, and nothing else, whichever act is asked', async (role: Role) => {
    const { console } = await house.signedIn(username, { role });
    for (const act of acts) {
      ran.length = 0;
      const answer = await probe(console.token, act);
      const allowed = cells[act].split(' ').includes(role);
      expect([act, answer.statusCode, ran]).toEqual([act, allowed ? 200 : 403, allowed ? [act] : []]);
      if (!allowed) expect(problem(answer)).toEqual([403, 'not-allowed', [act]]);
      if (!allowed) expect(answer.json<{ detail: string }>().detail).toContain(`${role} may not do this: ${act}`);
    }
  });

  test('nothing is done for anybody who is not signed in', async () => {
    for (const act of acts) expect(problem(await probe('', act))).toEqual([401, 'staff-session-needed']);
    expect(ran).toEqual([]);
  });

  test('a role that is changed counts at once', async () => {
    const { id, console } = await house.signedIn(username);
    expect((await probe(console.token, 'live.listen')).statusCode).toBe(403);
    await database.db.updateTable('staff').set({ role: 'supervisor' }).where('id', '=', id).execute();
    expect((await probe(console.token, 'live.listen')).statusCode).toBe(200);
  });

  test('every route of staff is behind the door, and asks for an act of the table', async () => {
    for (const { method, path, act, door } of staffRoutes) {
      const url = path.replace(/:\w+/g, '1');
      expect([path, problem(await server.inject({ method, url }))]).toEqual([path, [401, 'staff-session-needed']]);
      expect([door, acts.includes(act)]).toEqual(['staff', true]);
    }
  });

  test('what a route is told of who asks, and what it writes down, is the session’s', async () => {
    const { id, console } = await house.signedIn(username, { role: 'investigator' });
    const answer = await probe(console.token, 'audit.read');
    const sessions = database.db.selectFrom('staffSession').select('id').where('staffId', '=', id);
    const [session] = await sessions.execute();
    expect(answer.headers).toMatchObject({ 'x-probe': 'audit.read', 'cache-control': 'no-store' });
    expect(answer.json()).toEqual({
      staff: { id, role: 'investigator', facilityIds: [], sessionId: session?.id },
      secure: false,
    });
    expect(await auditRows(database.db, { most: 1 })).toMatchObject([
      {
        ...{ act: 'audit.read', resource: 'probe', resourceId: 'audit.read', reason: 'to see', byKind: 'staff' },
        ...{ staffId: id, sessionId: session?.id, at: house.at, before: null, after: { act: 'audit.read' } },
      },
    ]);
  });
});

describe('a role that needs a second factor', () => {
  const setUp = async (console: TestConsole) => {
    const begun = await console.ask('POST', '/v1/staff/me/code', { password: STAFF_PASSWORD });
    const { secret } = resources.codeBegun.parse(begun.json());
    return console.ask('PUT', '/v1/staff/me/code', { code: shownByApp(secret, house.at) });
  };

  test.each(roles)(
    '%s: who must have a code does nothing before it is confirmed, whoever need not has none asked',
    async (role) => {
      const needs = cells['staff.manage'].split(' ').includes(role);
      await house.hire(username, { role });
      const console = new TestConsole(server);
      const signedIn = resources.me.parse((await console.signIn(username)).json());
      expect(signedIn).toMatchObject({ code: false, codeRequired: needs, codeDue: needs });
      for (const act of acts.filter((act) => cells[act].split(' ').includes(role))) {
        const answer = await probe(console.token, act);
        const isRefused = needs && act !== 'self.manage';
        expect([act, answer.statusCode]).toEqual([act, isRefused ? 403 : 200]);
        if (isRefused) expect(problem(answer)).toEqual([403, 'code-due']);
      }
      expect(ran.includes('staff.manage')).toBe(false);
      // A key that is made opens nothing; a code of it does, in the same session.
      await console.ask('POST', '/v1/staff/me/code', { password: STAFF_PASSWORD });
      expect((await probe(console.token, 'staff.manage')).statusCode).toBe(403);
      expect((await setUp(console)).statusCode).toBe(200);
      expect((await probe(console.token, 'staff.manage')).statusCode).toBe(needs ? 200 : 403);
      expect((await console.ask('GET', '/v1/staff/me')).json()).toMatchObject({ code: true, codeDue: false });
    },
  );

  test('the password comes first where both are due', async () => {
    await house.hire(username, { role: 'administrator', passwordDue: true });
    const console = new TestConsole(server);
    expect((await console.signIn(username)).json()).toMatchObject({ passwordDue: true, codeDue: true });
    expect(problem(await console.ask('GET', '/v1/staff/members'))).toEqual([403, 'password-due']);
    const own = { password: STAFF_PASSWORD, newPassword: 'Mine-Alone-Horse-9' };
    await console.ask('PUT', '/v1/staff/me/password', own);
    expect(problem(await console.ask('GET', '/v1/staff/members'))).toEqual([403, 'code-due']);
  });

  test('who is made an administrator is held to it at once, also in a session that is open', async () => {
    const { id, console } = await house.signedIn(username);
    expect((await probe(console.token, 'figures.read')).statusCode).toBe(200);
    await database.db.updateTable('staff').set({ role: 'administrator' }).where('id', '=', id).execute();
    expect(problem(await probe(console.token, 'figures.read'))).toEqual([403, 'code-due']);
    await database.db.updateTable('staff').set({ role: 'agent' }).where('id', '=', id).execute();
    expect((await probe(console.token, 'figures.read')).statusCode).toBe(200);
  });
});

describe('a session', () => {
  test('somebody signs in, sees who they are, signs out, and is out', async () => {
    await house.hire(username, { role: 'supervisor', language: 'es' });
    const console = new TestConsole(server);
    const answer = await console.signIn(username);
    expect(answer.statusCode).toBe(201);
    const me = resources.me.parse(answer.json());
    expect(me).toMatchObject({ username, role: 'supervisor', language: 'es', idleSeconds: 900, code: false });
    expect(me.acts).toContain('live.listen');
    expect(me).not.toHaveProperty('facilityIds');
    expect(answer.headers['set-cookie']).toBe(`${STAFF_COOKIE}=${console.token}; Path=/; HttpOnly; SameSite=Strict`);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.body).not.toContain(console.token);
    expect((await console.ask('GET', '/v1/staff/me')).json()).toEqual(me);
    const out = await console.ask('DELETE', '/v1/staff/sessions/current');
    expect([out.statusCode, out.json()]).toEqual([200, { result: 'ended' }]);
    expect(out.headers['set-cookie']).toBe(`${STAFF_COOKIE}=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict`);
    const [first] = await auditRows(database.db, { resource: 'session', most: 1 });
    expect(first).toMatchObject({ act: 'session.end', byKind: 'staff', staffId: me.id, after: { as: 'signed-out' } });
    // The browser forgets the cookie; whoever kept it is out as well.
    expect(problem(await console.ask('GET', '/v1/staff/me'))).toEqual([401, 'staff-session-needed', ['signed-out']]);
  });

  test('facility staff are told their facilities', async () => {
    await seedDemo(database.db, { pinPepper: 'pepper', realm: 'homeline', now: house.at });
    const { console } = await house.signedIn(username, { role: 'facility-staff', facilityIds: ['valley-view'] });
    expect((await console.ask('GET', '/v1/staff/me')).json()).toMatchObject({ facilityIds: ['valley-view'] });
    const { staff } = (await probe(console.token)).json<{ staff: object }>();
    expect(staff).toMatchObject({ role: 'facility-staff', facilityIds: ['valley-view'] });
  });

  test('whoever signs in elsewhere ends it, and it says so', async () => {
    const { console } = await house.signedIn(username);
    const elsewhere = new TestConsole(server);
    await elsewhere.signIn(username);
    expect(problem(await console.ask('GET', '/v1/staff/me'))).toEqual([401, 'staff-session-needed', ['replaced']]);
    expect((await elsewhere.ask('GET', '/v1/staff/me')).statusCode).toBe(200);
  });

  test('what a page asks by itself, and a stream of events, do not keep it', async () => {
    const { console } = await house.signedIn(username);
    house.pass(IDLE_MS - 1_000);
    for (const own of [{ 'homeline-background': '1' }, { accept: 'text/event-stream' }])
      expect((await console.ask('GET', '/v1/staff/me', undefined, own)).statusCode).toBe(200);
    house.pass(1_000);
    expect(problem(await console.ask('GET', '/v1/staff/me'))).toEqual([401, 'staff-session-needed', ['idle']]);
  });

  test('what its holder asks keeps it', async () => {
    const { console } = await house.signedIn(username);
    for (let nth = 0; nth < 3; nth++) {
      house.pass(IDLE_MS - 1_000);
      expect((await console.ask('GET', '/v1/staff/me')).statusCode).toBe(200);
    }
  });

  test('who works here no more is out at once, and in no more', async () => {
    const { id, console } = await house.signedIn(username);
    await endMember(database.db, await house.deps(), { by: { kind: 'command' }, id });
    expect(problem(await console.ask('GET', '/v1/staff/me'))).toEqual([401, 'staff-session-needed', ['staff-changed']]);
    expect(problem(await console.signIn(username))).toEqual([401, 'staff-credentials-wrong']);
  });

  test('by https the cookie goes by https alone; what a stranger says of that is nothing', async () => {
    await house.hire(username);
    const trusting = apiServer({
      ...{ db: database.db, token: 'a-token-that-nobody-guesses', health: async () => 'ok', staff: await house.deps() },
      ...{ metrics: { contentType: 'text/plain', metrics: async () => '' }, trustProxy: '10.9.9.9' },
    });
    const signIn = (remoteAddress: string) =>
      trusting.inject({
        ...{
          method: 'POST',
          url: '/v1/staff/sessions',
          payload: { username, password: STAFF_PASSWORD },
          remoteAddress,
        },
        headers: { 'x-forwarded-proto': 'https' },
      });
    const secure = String((await signIn('10.9.9.9')).headers['set-cookie']);
    expect(secure).toMatch(/^__Host-homeline-staff=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
    const [pair = ''] = secure.split(';');
    const seen = async (cookie: string, remoteAddress: string) => {
      const headers = { cookie, 'x-forwarded-proto': 'https' };
      return (await trusting.inject({ url: '/v1/staff/me', remoteAddress, headers })).statusCode;
    };
    // By https no cookie counts that a page of http could have put there, nor the other way round.
    const bare = pair.replace('__Host-', '');
    expect([await seen(pair, '10.9.9.9'), await seen(bare, '10.9.9.9')]).toEqual([200, 401]);
    expect([await seen(pair, '10.9.9.8'), await seen(bare, '10.9.9.8')]).toEqual([401, 200]);
    expect((await signIn('10.9.9.8')).headers['set-cookie']).toMatch(/^homeline-staff=[\w-]{43}; .*; SameSite=Strict$/);
    await trusting.close();
  });

  test('wrong passwords are told alike, lock, and never come back in an answer', async () => {
    await house.hire(username);
    const console = new TestConsole(server);
    const wrong = async (over: object) =>
      problem(await console.signIn(username, { password: 'Wrong-Horse-99', ...over }));
    expect(await wrong({})).toEqual([401, 'staff-credentials-wrong']);
    expect(await wrong({ username: 'nobody-of-this-name' })).toEqual([401, 'staff-credentials-wrong']);
    for (let nth = 0; nth < 3; nth++) await wrong({});
    const locked = await console.signIn(username, { password: 'Wrong-Horse-99' });
    expect(problem(locked)).toEqual([429, 'staff-sign-in-locked']);
    expect(locked.headers['retry-after']).toBe('60');
    expect(locked.body).not.toContain('Wrong-Horse');
    expect(console.token).toBe('');
    const bad = await console.signIn(username, { code: 'abc' });
    expect([bad.statusCode, bad.json<{ detail: string }>().detail]).toEqual([
      400,
      'body.code: is neither six digits nor a recovery code',
    ]);
  });

  test('one network signs in so often in an hour', async () => {
    const ask = () =>
      server.inject({
        ...{ method: 'POST', url: '/v1/staff/sessions', payload: {}, remoteAddress: '10.77.0.1' },
      });
    await ask();
    await database.db.updateTable('rateWindow').set({ counted: 300 }).where('act', '=', 'staff-sign-in').execute();
    const answer = await ask();
    expect(problem(answer)).toEqual([429, 'too-many-requests']);
    await database.db.deleteFrom('rateWindow').execute();
  });
});

describe('who comes from elsewhere', () => {
  const ours = { host: 'console.example.com' };
  const refused: readonly Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'cross-site', origin: 'https://console.example.com' },
    { origin: 'https://evil.example.com' },
    { origin: 'https://console.example.com.evil.example' },
    { origin: 'https://console.example.com:8443' },
    { origin: 'null' },
    { origin: '' },
  ];
  const welcome: readonly Record<string, string>[] = [
    {},
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'same-origin', origin: 'https://console.example.com' },
    { origin: 'https://console.example.com' },
    { origin: 'http://CONSOLE.example.com' },
  ];

  test.each(refused)('changes nothing: %j', async (headers) => {
    const { console } = await house.signedIn(username);
    expect(problem(await probe(console.token, 'self.manage', { ...ours, ...headers }))).toEqual([403, 'cross-site']);
    expect(ran).toEqual([]);
    const payload = { username, password: STAFF_PASSWORD };
    const all = { ...ours, ...headers };
    expect(problem(await server.inject({ method: 'POST', url: '/v1/staff/sessions', payload, headers: all }))).toEqual([
      ...[403, 'cross-site'],
    ]);
    expect((await console.ask('GET', '/v1/staff/me')).statusCode).toBe(200);
  });

  test.each(welcome)('is one of ours: %j', async (headers) => {
    const { console } = await house.signedIn(username);
    expect((await probe(console.token, 'self.manage', { ...ours, ...headers })).statusCode).toBe(200);
  });

  test('reads nothing either, unless somebody typed the address', async () => {
    const { console } = await house.signedIn(username);
    const read = (site: string) => console.ask('GET', '/v1/staff/me', undefined, { 'sec-fetch-site': site });
    for (const site of ['cross-site', 'same-site']) expect(problem(await read(site))).toEqual([403, 'cross-site']);
    for (const site of ['same-origin', 'none']) expect((await read(site)).statusCode).toBe(200);
  });
});

describe('a cookie', () => {
  test('that was never given out, is cut, changed, doubled or another’s opens nothing', async () => {
    const { console } = await house.signedIn(username);
    const { token } = console;
    const last = token.endsWith('A') ? 'B' : 'A';
    const forged = [
      '',
      'x',
      newToken(),
      token.slice(0, -1),
      `${token}A`,
      token.toUpperCase(),
      `${token.slice(0, -1)}${last}`,
    ];
    const headers = [
      ...forged.filter((one) => one !== token).map((one) => `${STAFF_COOKIE}=${one}`),
      `${STAFF_COOKIE}=${token}; ${STAFF_COOKIE}=${newToken()}`,
      `${STAFF_COOKIE}=${newToken()}; ${STAFF_COOKIE}=${token}`,
      `${STAFF_COOKIE}2=${token}`,
      `x${STAFF_COOKIE}=${token}`,
      `${STAFF_COOKIE}="${token}"`,
      token,
    ];
    for (const one of headers) {
      const answer = await probes.inject({ method: 'POST', url: '/probe/self.manage', headers: { cookie: one } });
      expect([one, problem(answer)]).toEqual([one, [401, 'staff-session-needed']]);
    }
    for (const one of [`a=b; ${STAFF_COOKIE}=${token}; c=d`, ` ${STAFF_COOKIE} = ${token} `]) {
      const answer = await probes.inject({ method: 'POST', url: '/probe/self.manage', headers: { cookie: one } });
      expect([one, answer.statusCode]).toEqual([one, 200]);
    }
  });

  test('stands in for no bearer token, and a bearer token for no cookie', async () => {
    const { console } = await house.signedIn(username);
    const service = { authorization: 'Bearer a-token-that-nobody-guesses' };
    const as = (headers: Record<string, string>, url: string) => server.inject({ url, headers });
    expect((await as(service, '/v1/staff/me')).statusCode).toBe(401);
    expect((await as({ authorization: `Bearer ${console.token}` }, '/v1/staff/me')).statusCode).toBe(401);
    expect((await as(cookie(console.token), '/v1/calls')).statusCode).toBe(401);
    expect((await as(service, '/v1/calls')).statusCode).toBe(200);
  });
});

describe('a stream of events', () => {
  /** A server at a port, with a stream that never ends by itself; `gone` counts whom its route is told of. */
  async function streaming() {
    let gone = 0;
    const route: StaffRoute = {
      ...{ method: 'GET', path: '/stream', summary: 'events', door: 'staff', act: 'live.read' },
      ...{ answers: { 200: z.strictObject({}) }, problems: [] },
      async run(_db, _deps, asked) {
        asked.gone.addEventListener('abort', () => gone++);
        async function* events() {
          yield 'data: 1\n\n';
          await new Promise<void>((resolve) => asked.gone.addEventListener('abort', () => resolve()));
        }
        return { status: 200, body: Readable.from(events()), headers: { 'content-type': 'text/event-stream' } };
      },
    };
    const streams = Fastify({ forceCloseConnections: true });
    openStaff(streams, database.db, { ...(await house.deps()), streamCheckMs: 10 }, [route]);
    const address = await streams.listen({ host: '127.0.0.1', port: 0 });
    const hear = async (token: string) => {
      const answer = await fetch(`${address}/stream`, { headers: { ...cookie(token), accept: 'text/event-stream' } });
      if (!answer.body) throw new Error('There is no stream.');
      const events: ReadableStreamDefaultReader<Uint8Array> = answer.body.getReader();
      expect(new TextDecoder().decode((await events.read()).value)).toBe('data: 1\n\n');
      return events;
    };
    return { streams, hear, gone: () => gone };
  }

  test.each(['replaced', 'idle'] as const)('ends when its session is %s', async (why) => {
    const { console } = await house.signedIn(username);
    const { streams, hear, gone } = await streaming();
    const events = await hear(console.token);
    if (why === 'replaced') await new TestConsole(server).signIn(username);
    else house.pass(IDLE_MS);
    // However it is cut off, nothing more is heard.
    const end = await events.read().catch(() => ({ done: true }));
    expect([end.done, gone()]).toEqual([true, 1]);
    await streams.close();
  });

  test('ends when its holder may not hear it any more', async () => {
    const { id, console } = await house.signedIn(username);
    const { streams, hear, gone } = await streaming();
    const events = await hear(console.token);
    await database.db.updateTable('staff').set({ role: 'administrator' }).where('id', '=', id).execute();
    const end = await events.read().catch(() => ({ done: true }));
    expect([end.done, gone()]).toEqual([true, 1]);
    await streams.close();
  });

  test('goes on while its session does, and its route is told when the reader is gone', async () => {
    const { console } = await house.signedIn(username);
    const { streams, hear, gone } = await streaming();
    const events = await hear(console.token);
    // Looked at many times meanwhile.
    const looks = vi.spyOn(database.db, 'selectFrom');
    await vi.waitFor(() => expect(looks.mock.calls.length).toBeGreaterThan(6));
    looks.mockRestore();
    expect(gone()).toBe(0);
    await events.cancel();
    await vi.waitFor(() => expect(gone()).toBe(1));
    await streams.close();
  });
});
