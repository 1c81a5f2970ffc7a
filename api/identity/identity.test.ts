import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { questions } from '#accounts/identity/questions.ts';
import { ACCESS_MS } from '#accounts/identity/sessions.ts';
import { ANSWERS, Home, NAME, otherThan, PASSWORD, PHONE } from '#accounts/identity/testing/home.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import * as shared from '../resources.ts';
import { apiServer } from '../server.ts';
import { LIMITS } from './limits.ts';
import { identityRoutes } from './routes.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
interface Extra {
  readonly bearer?: string;
  readonly from?: string;
  readonly headers?: Record<string, string>;
}

const NEW = 'Another-Horse-8';
const SERVICE = 'a-token-that-nobody-guesses';
let database: TestDatabase;
let server: FastifyInstance;
let home: Home;
let people = 0;
let email = '';
const logged: string[] = [];

beforeAll(async () => {
  database = await startTestDatabase();
  home = new Home(database.db);
  const log = pino({ level: 'trace' }, new Writable({ write: (line, _, done) => (logged.push(String(line)), done()) }));
  server = apiServer({
    ...{ db: database.db, token: SERVICE, health: async () => 'ok', log, identity: await home.deps() },
    metrics: { contentType: 'text/plain', metrics: async () => '' },
  });
});
beforeEach(() => {
  email = `elena${++people}@example.com`;
});
afterAll(async () => {
  await server.close();
  await database.stop();
});

const ask = (method: Method, url: string, payload?: object, { bearer, from, headers = {} }: Extra = {}) =>
  server.inject({
    ...{ method, url, remoteAddress: from ?? `10.0.0.${people}` },
    headers: { ...headers, ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }) },
    ...(payload && { payload }),
  });
type Answer = Awaited<ReturnType<typeof ask>>;

/** The answer, read by the schema that documents it. */
function answered<T = Record<string, string>>(response: Answer, method: Method, path: string): T {
  const route = identityRoutes.find((one) => one.method === method && one.path === path);
  const schema = route?.answers[response.statusCode];
  if (!schema) throw new Error(`${response.statusCode} is no answer of ${method} ${path}: ${response.body}`);
  expect(response.headers['cache-control']).toBe('no-store');
  return schema.parse(response.json()) as T;
}
function problem(response: Answer) {
  expect(response.headers['content-type']).toBe('application/problem+json');
  const { status, type, faults } = shared.problem.parse(response.json());
  expect(status).toBe(response.statusCode);
  const code = type.replace('urn:homeline:problem:', '');
  return faults ? [status, code, faults] : [status, code];
}

const registration = () => ({
  ...{ email, emailAgain: email, password: PASSWORD, passwordAgain: PASSWORD, language: 'es' },
});
const at = '/v1/identity/registrations';
const begin = async (over = {}, extra: Extra = {}) => ask('POST', at, { ...registration(), ...over }, extra);
const signIn = (password = PASSWORD, extra: Extra = {}) =>
  ask('POST', '/v1/identity/sessions', { email, password, device: 'phone' }, extra);
async function signedIn() {
  await home.registered(email);
  return answered(await signIn(), 'POST', '/v1/identity/sessions');
}

test('a family registers, signs in, sees itself, accepts the terms, and signs out', async () => {
  const asked = await ask('GET', '/v1/identity/questions');
  const { questions: catalogue } = answered<{ questions: object[] }>(asked, 'GET', '/v1/identity/questions');
  expect(catalogue).toContainEqual({ id: 'first-pet', ...questions['first-pet'] });
  const { id = '', token = '' } = answered(await begin(), 'POST', at);
  const step = (method: Method, path: string, body: object) => ask(method, `${at}/${id}/${path}`, { token, ...body });
  expect(problem(await step('POST', 'submission', {}))).toEqual([
    ...[409, 'registration-unfinished', ['questions', 'contact']],
  ]);
  answered(await step('PUT', 'questions', { questions: ANSWERS }), 'PUT', `${at}/:id/questions`);
  const contact = { ...NAME, phone: PHONE, passcode: '8362', passcodeAgain: '8362' };
  answered(await step('PUT', 'contact', contact), 'PUT', `${at}/:id/contact`);
  answered(await step('POST', 'submission', {}), 'POST', `${at}/:id/submission`);
  expect(problem(await step('PUT', 'contact', contact))).toEqual([409, 'registration-submitted']);
  const { code } = await home.mailed(email);
  expect(problem(await step('POST', 'verification', { code: otherThan(code) }))).toEqual([422, 'proof-wrong']);
  answered(await step('POST', 'verification', { code }), 'POST', `${at}/:id/verification`);

  const { accessToken: bearer = '' } = answered(await signIn(), 'POST', '/v1/identity/sessions');
  const me = async () => answered(await ask('GET', '/v1/me', undefined, { bearer }), 'GET', '/v1/me');
  expect(await me()).toEqual({
    ...{ id, email, ...NAME, phone: '+12135550142', language: 'es', hasPasscode: true },
    identification: { state: 'none' },
    ...{ emailVerifiedAt: home.at.toISOString(), registeredAt: home.at.toISOString() },
    terms: { accepted: [], toAccept: '2026-01' },
  });
  const accept = (version: string) => ask('POST', '/v1/me/terms', { version, language: 'es' }, { bearer });
  expect(problem(await accept('2025-01'))).toEqual([409, 'terms-outdated']);
  answered(await accept('2026-01'), 'POST', '/v1/me/terms');
  home.pass(1);
  answered(await accept('2026-01'), 'POST', '/v1/me/terms');
  const accepted = [{ version: '2026-01', language: 'es', at: new Date(home.at.getTime() - 1).toISOString() }];
  expect(await me()).toMatchObject({ terms: { accepted } });
  expect((await me())['terms']).not.toHaveProperty('toAccept');
  answered(
    await ask('DELETE', '/v1/identity/sessions/current', undefined, { bearer }),
    'DELETE',
    '/v1/identity/sessions/current',
  );
  expect(problem(await ask('GET', '/v1/me', undefined, { bearer }))).toEqual([401, 'session-needed']);
});

test('what is wrong is told by codes, and never what was typed', async () => {
  const wrong = { emailAgain: 'else@example.com', password: 'secret', passwordAgain: 'secret!' };
  const response = await begin(wrong);
  expect(problem(response)).toEqual([
    ...[422, 'registration-faulty', ['emails-differ', 'too-short', 'no-number', 'no-upper-case', 'passwords-differ']],
  ]);
  expect(response.body).not.toMatch(/secret|example/);
  const { id = '', token = '' } = answered(await begin(), 'POST', at);
  const put = (step: string, body: object) => ask('PUT', `${at}/${id}/${step}`, { token, ...body });
  expect(problem(await put('questions', { questions: ANSWERS.slice(1) }))).toEqual([422, 'answers-faulty', ['not-three']]); // prettier-ignore
  const contact = { ...NAME, phone: PHONE };
  expect(problem(await put('contact', { ...contact, region: 'XX' }))).toEqual([422, 'contact-faulty', ['region:unknown']]); // prettier-ignore
  expect(problem(await put('contact', { ...contact, phone: '12' }))).toEqual([422, 'contact-faulty', ['invalid-number']]); // prettier-ignore
  expect(problem(await put('contact', { ...contact, passcode: '1234', passcodeAgain: '1234' }))).toEqual([
    ...[422, 'contact-faulty', ['passcode-too-easy:in-a-row']],
  ]);
  expect(problem(await put('contact', { ...contact, passcode: '8362' }))[2]).toEqual(['passcodes-differ']);
  expect(problem(await ask('PUT', `${at}/${id}/questions`, { token: 'forged', questions: ANSWERS }))).toEqual([
    ...[404, 'registration-gone'],
  ]);
  const bad = await ask('POST', `${at}/${id}/verification`, { token, code: '12345x' });
  expect([bad.statusCode, bad.json<{ detail: string }>().detail]).toEqual([400, 'body.code: is not six digits']);
  expect((await begin({ password: 'x'.repeat(513) })).body).not.toContain('xxx');
});

test('the same Idempotency-Key begins one registration and one reset; elsewhere it is another', async () => {
  const headers = { 'idempotency-key': `key-${email}` };
  const [one, two] = [await begin({}, { headers }), await begin({}, { headers })];
  expect(one.json()).toEqual(two.json());
  expect(problem(await begin({ language: 'en' }, { headers }))).toEqual([422, 'key-reused']);
  expect((await begin({}, { headers: { 'idempotency-key': 'short' } })).statusCode).toBe(400);
  const resets = '/v1/identity/password-resets';
  await home.registered(email);
  const reset = async (as = email) => ask('POST', resets, { email: as }, { headers });
  expect(answered(await reset(), 'POST', resets)).toEqual(answered(await reset(), 'POST', resets));
  expect(problem(await reset('else@example.com'))).toEqual([422, 'key-reused']);
  expect((await home.subjects(email)).filter((subject) => subject === 'set a new password')).toHaveLength(1);
});

describe('nothing tells whether an address is known', () => {
  const shape = (response: Answer) => [
    response.statusCode,
    response.body.replace(/[\w-]{43}|[\w-]{36}/g, '*'),
    Object.keys(response.headers).sort(),
  ];
  test('not the registration, not sign-in, not a reset', async () => {
    await home.registered(email);
    const known = email;
    const unknown = `un${email}`;
    const answers: Record<string, unknown[]> = {};
    for (const who of [known, unknown]) {
      email = who;
      const extra = { from: `10.1.0.${who === known ? 1 : 2}` };
      const begun = await begin({}, extra);
      const { id, token } = begun.json<{ id: string; token: string }>();
      const step = (method: Method, path: string, body: object) =>
        ask(method, `${at}/${id}/${path}`, { token, ...body }, extra);
      const reset = await ask('POST', '/v1/identity/password-resets', { email }, extra);
      answers[who] = [
        begun,
        await step('PUT', 'questions', { questions: ANSWERS }),
        await step('PUT', 'contact', { ...NAME, phone: PHONE }),
        await step('POST', 'submission', {}),
        await step('POST', 'verification', { code: '000000' }),
        reset,
        await ask('POST', `/v1/identity/password-resets/${reset.json<{ id: string }>().id}/proof`, { code: '000000' }, extra), // prettier-ignore
        ...(await Promise.all([1, 2, 3, 4, 5, 6].map(() => signIn('Wrong-Horse-7', extra)))).sort(
          (one, other) => one.statusCode - other.statusCode,
        ),
      ].map(shape);
    }
    expect(answers[known]).toEqual(answers[unknown]);
    expect(answers[known]).toHaveLength(13);
  });
});

test('sign-in is refused alike, locked with a time to wait, and its headers say so', async () => {
  await home.registered(email);
  const wrong = await signIn('Wrong-Horse-7');
  expect(problem(wrong)).toEqual([401, 'credentials-wrong']);
  expect(wrong.headers['www-authenticate']).toMatch(/^Bearer /);
  for (let each = 0; each < 3; each++) await signIn('Wrong-Horse-7');
  const locked = await signIn('Wrong-Horse-7');
  expect([problem(locked), locked.headers['retry-after']]).toEqual([[429, 'sign-in-locked'], '60']);
  const { status, type } = JSON.parse(logged.at(-1) ?? '') as { status: number; type: string };
  expect([status, type]).toEqual([429, 'urn:homeline:problem:sign-in-locked']);
  home.pass(30_500);
  expect((await signIn()).headers['retry-after']).toBe('30');
});

test('tokens are renewed once each; a replayed, a forged and an expired one are refused', async () => {
  const first = await signedIn();
  const renew = (refreshToken = '') => ask('POST', '/v1/identity/tokens', { refreshToken });
  const me = async (bearer?: string) => (await ask('GET', '/v1/me', undefined, bearer === undefined ? {} : { bearer })).statusCode; // prettier-ignore
  const second = answered(await renew(first['refreshToken']), 'POST', '/v1/identity/tokens');
  expect([await me(second['accessToken']), await me(first['accessToken'])]).toEqual([200, 200]);
  for (const forged of [undefined, 'x', SERVICE, second['refreshToken'], `${second['accessToken']}x`])
    expect(await me(forged)).toBe(401);
  expect(problem(await renew(first['refreshToken']))).toEqual([401, 'refresh-refused']);
  expect(await me(second['accessToken'])).toBe(401);
  const third = answered(await signIn(), 'POST', '/v1/identity/sessions');
  home.pass(ACCESS_MS);
  expect(await me(third['accessToken'])).toBe(401);
});

test('one sees one’s sessions, ends one or all, and nobody else’s', async () => {
  const mine = await signedIn();
  const bearer = mine['accessToken'] ?? '';
  await signIn();
  const path = '/v1/identity/sessions';
  const list = async () =>
    answered<{ sessions: { id: string; device: string; current: boolean }[] }>(
      await ask('GET', path, undefined, { bearer }),
      'GET',
      path,
    ).sessions;
  const both = await list();
  expect(both.map(({ current, device }) => [current, device]).sort()).toEqual([
    [false, 'phone'],
    [true, 'phone'],
  ]);
  const other = both.find(({ current }) => !current)?.id ?? '';
  email = `stranger-${email}`;
  const stranger = (await signedIn())['accessToken'] ?? '';
  const end = (id: string, as: string) => ask('DELETE', `${path}/${id}`, undefined, { bearer: as });
  expect(problem(await end(other, stranger))).toEqual([404, 'session-unknown']);
  answered(await end(other, bearer), 'DELETE', `${path}/:id`);
  expect(problem(await end(other, bearer))).toEqual([404, 'session-unknown']);
  expect(await list()).toHaveLength(1);
  answered(await ask('DELETE', path, undefined, { bearer }), 'DELETE', path);
  expect((await ask('GET', path, undefined, { bearer })).statusCode).toBe(401);
  expect((await ask('GET', path, undefined, { bearer: stranger })).statusCode).toBe(200);
});

test('who is signed in sets another password by the one they have', async () => {
  const { accessToken: bearer = '' } = await signedIn();
  const url = '/v1/me/password';
  const put = (body: object) =>
    ask('PUT', url, { current: PASSWORD, password: NEW, passwordAgain: NEW, ...body }, { bearer });
  expect(problem(await put({ password: 'Password1' }))).toEqual([
    ...[422, 'password-faulty', ['too-common', 'passwords-differ']],
  ]);
  const wrong = await put({ current: 'Wrong-Horse-7' });
  expect([problem(wrong), wrong.body.includes('Horse')]).toEqual([[403, 'password-wrong'], false]);
  expect(answered(await put({}), 'PUT', url)).toEqual({ result: 'changed' });
  expect([(await signIn()).statusCode, (await signIn(NEW)).statusCode]).toEqual([401, 201]);
  expect((await ask('GET', '/v1/me', undefined, { bearer })).statusCode).toBe(200);
  for (let nth = 1; nth < 5; nth++) await put({ current: 'Wrong-Horse-7' });
  const locked = await put({ current: 'Wrong-Horse-7' });
  expect([problem(locked), locked.headers['retry-after']]).toEqual([[429, 'sign-in-locked'], '60']);
});

test('who is signed in gives the password anew; wrong ones are told, count and lock, and end nothing', async () => {
  const { accessToken: bearer = '' } = await signedIn();
  const url = '/v1/identity/sessions/current/proof';
  const prove = (password: string) => ask('POST', url, { password }, { bearer });
  const wrong = await prove('Wrong-Horse-7');
  expect([problem(wrong), wrong.body.includes('Horse')]).toEqual([[403, 'password-wrong'], false]);
  const until = new Date(home.at.getTime() + 10 * 60_000).toISOString();
  expect(answered(await prove(PASSWORD), 'POST', url)).toEqual({ result: 'proven', until });
  expect((await ask('POST', url, { password: PASSWORD })).statusCode).toBe(401);
  for (let nth = 1; nth < 5; nth++) await prove('Wrong-Horse-7');
  const locked = await prove('Wrong-Horse-7');
  expect([problem(locked), locked.headers['retry-after']]).toEqual([[429, 'sign-in-locked'], '60']);
  expect((await ask('GET', '/v1/me', undefined, { bearer })).statusCode).toBe(200);
  expect(locked.headers['ratelimit']).toContain('"sign-in"');
});

test('a forgotten password is set anew, by digits or by link', async () => {
  const { accessToken: bearer = '' } = await signedIn();
  const path = '/v1/identity/password-resets';
  const { id = '' } = answered(await ask('POST', path, { email }), 'POST', path);
  const { code, token: linkToken } = await home.mailed(email);
  expect(problem(await ask('POST', `${path}/${id}/proof`, { code: otherThan(code) }))).toEqual([422, 'proof-wrong']);
  const first = answered(await ask('POST', `${path}/${id}/proof`, { code }), 'POST', `${path}/:id/proof`);
  const { grant } = answered(await ask('POST', `${path}/link-proof`, { linkToken }), 'POST', `${path}/link-proof`);
  const finish = (over = {}) =>
    ask('POST', `${path}/completion`, { grant, answers: ANSWERS, password: NEW, passwordAgain: NEW, ...over });
  expect(problem(await finish({ grant: first['grant'] }))).toEqual([404, 'reset-gone']);
  expect(problem(await finish({ password: 'short' }))[1]).toBe('password-faulty');
  const wrong = ANSWERS.map((each) => ({ ...each, answer: 'no idea' }));
  expect(problem(await finish({ answers: wrong }))).toEqual([422, 'answers-wrong']);
  answered(await finish(), 'POST', `${path}/completion`);
  expect(problem(await finish())).toEqual([404, 'reset-gone']);
  expect((await ask('GET', '/v1/me', undefined, { bearer })).statusCode).toBe(401);
  expect([(await signIn()).statusCode, (await signIn(NEW)).statusCode]).toEqual([401, 201]);
});

test('the link of a registration and its password complete it', async () => {
  await home.submitted(email);
  const { token: linkToken } = await home.mailed(email);
  const path = '/v1/identity/verifications';
  expect(problem(await ask('POST', path, { linkToken, password: NEW }))).toEqual([422, 'proof-wrong']);
  answered(await ask('POST', path, { linkToken, password: PASSWORD }), 'POST', path);
});

test('a network’s requests are counted before they are looked at; the headers say what is left and when to come again', async () => {
  const { act, most, minutes } = LIMITS['sign-in'];
  const extra = { from: '10.9.9.9' };
  const knock = () => ask('POST', '/v1/identity/sessions', {}, extra);
  const first = await knock();
  expect(first.statusCode).toBe(400);
  expect(first.headers).toMatchObject({
    ...{
      'ratelimit-policy': `"${act}";q=${most};w=${minutes * 60}`,
      ratelimit: `"${act}";r=${most - 1};t=${minutes * 60}`,
    },
  });
  const rest = await Promise.all(Array.from({ length: most }, knock));
  expect(rest.filter(({ statusCode }) => statusCode === 429)).toHaveLength(1);
  home.pass(60_000);
  const over = await knock();
  expect(problem(over)).toEqual([429, 'too-many-requests']);
  const left = `${(minutes - 1) * 60}`;
  expect(over.headers).toMatchObject({ 'retry-after': left, ratelimit: `"${act}";r=0;t=${left}` });
  expect((await ask('POST', '/v1/identity/sessions', {}, { from: '10.9.9.8' })).statusCode).toBe(400);
  expect((await ask('POST', '/v1/identity/tokens', {}, extra)).statusCode).toBe(400);
  home.pass((minutes - 1) * 60_000);
  expect((await knock()).statusCode).toBe(400);
});

test('behind a proxy that is trusted, who asks is whom it names; nobody else’s word for it counts', async () => {
  const identity = await home.deps();
  const metrics = { contentType: 'text/plain', metrics: async () => '' };
  const options = { db: database.db, token: SERVICE, health: async () => 'ok', metrics, identity };
  const behind = apiServer({ ...options, trustProxy: '10.7.0.1' });
  const left = async (remoteAddress: string, named: string) => {
    const request = { method: 'POST', url: '/v1/identity/tokens', payload: {}, remoteAddress } as const;
    const response = await behind.inject({ ...request, headers: { 'x-forwarded-for': named } });
    return /r=(\d+)/.exec(String(response.headers['ratelimit']))?.[1];
  };
  expect([await left('10.7.0.1', '192.0.2.1'), await left('10.7.0.1', '192.0.2.1')]).toEqual(['599', '598']);
  expect(await left('10.7.0.1', '192.0.2.2')).toBe('599');
  expect([await left('10.7.0.9', '192.0.2.3'), await left('10.7.0.9', '192.0.2.4')]).toEqual(['599', '598']);
  await behind.close();
});

test('the description has every route, with its door; a family’s token opens no service route', async () => {
  const { accessToken: bearer = '' } = await signedIn();
  expect((await ask('GET', '/v1/calls', undefined, { bearer })).statusCode).toBe(401);
  const document = (await ask('GET', '/openapi.json')).json<{
    paths: Record<string, Record<string, { security: object[]; responses: object; parameters: { name: string }[] }>>;
  }>();
  for (const { method, path, door, idempotent, limit } of identityRoutes) {
    const operation = document.paths[path.replace(':id', '{id}')]?.[method.toLowerCase()];
    expect(operation?.security).toEqual(door === 'open' ? [] : [{ family: [] }]);
    expect(Object.keys(operation?.responses ?? {}).includes('429')).toBe(limit !== undefined);
    expect(operation?.parameters.some(({ name }) => name === 'Idempotency-Key')).toBe(idempotent === true);
    // Every door but the open ones is shut to who shows nothing, whatever they ask.
    if (door === 'family')
      expect(problem(await ask(method, path.replace(':id', randomUUID())))).toEqual([401, 'session-needed']);
  }
  expect(document.paths['/v1/calls']?.['get']?.security).toEqual([{ token: [] }]);
});

test('without identity there are no such routes', async () => {
  const bare = apiServer({
    ...{ db: database.db, token: SERVICE, health: async () => 'ok' },
    metrics: { contentType: 'text/plain', metrics: async () => '' },
  });
  expect((await bare.inject({ method: 'POST', url: '/v1/identity/sessions', payload: {} })).statusCode).toBe(404);
  await bare.close();
});

test('the log was told nothing that is secret', async () => {
  await begin({}, { headers: { 'content-type': 'application/json' } });
  for (const secret of [PASSWORD, NEW, 'Wrong-Horse-7', 'arroz', '8362']) expect(logged.join('')).not.toContain(secret);
});
