import type { FastifyInstance } from 'fastify';
import { PASSWORD_TERMS } from '#accounts/identity/guesses.ts';
import { STAFF_PASSWORD } from '#accounts/staff/testing/crew.ts';
import { shownByApp } from '#accounts/staff/testing/app-of-codes.ts';
import { STEP_SECONDS } from '#accounts/staff/totp.ts';
import { auditRows } from '#db/staff/audit.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import * as shared from '../resources.ts';
import { apiServer } from '../server.ts';
import { STAFF_COOKIE } from './cookie.ts';
import * as resources from './resources.ts';
import { StaffedHouse, TestConsole } from './testing.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let database: TestDatabase;
let server: FastifyInstance;
let house: StaffedHouse;
let console: TestConsole;
let id = '';
let username = '';
let people = 0;
beforeAll(async () => {
  database = await startTestDatabase();
  house = new StaffedHouse(database.db);
  server = apiServer({
    ...{ db: database.db, token: 'a-token-that-nobody-guesses', health: async () => 'ok', staff: await house.deps() },
    metrics: { contentType: 'text/plain', metrics: async () => '' },
  });
  house.server = server;
});
afterAll(async () => {
  await server.close();
  await database.stop();
});
beforeEach(async () => {
  username = `own${++people}`;
  ({ id, console } = await house.signedIn(username));
});

type Answer = Awaited<ReturnType<TestConsole['ask']>>;
const problem = (answer: Answer) => {
  const { type, status, faults } = shared.problem.parse(answer.json());
  return [status, type.replace('urn:homeline:problem:', ''), ...(faults ? [faults] : [])];
};
const password = STAFF_PASSWORD;
const at = '/v1/staff/me/code';
const audited = async () =>
  (await auditRows(database.db, { resource: 'staff', resourceId: id, most: 10 })).map(({ act, before, after }) => ({
    ...{ act, before, after },
  }));
async function begun() {
  const answer = await console.ask('POST', at, { password });
  expect(answer.statusCode).toBe(201);
  const { secret, uri } = answer.json<{ secret: string; uri: string }>();
  expect(uri).toContain(`secret=${secret}`);
  return () => shownByApp(secret, house.at);
}
const nextStep = () => house.pass(STEP_SECONDS * 1_000);

test('an app of codes is made known by its first code, asked from then on, and taken off again', async () => {
  const code = await begun();
  // Not before it is confirmed.
  expect((await console.signIn(username)).statusCode).toBe(201);
  const confirmed = await console.ask('PUT', at, { code: code() });
  expect(confirmed.statusCode).toBe(200);
  expect(resources.codeConfirmed.parse(confirmed.json()).recoveryCodes).toHaveLength(10);
  expect((await console.ask('GET', '/v1/staff/me')).json()).toMatchObject({ code: true, recoveryCodesLeft: 10 });
  expect(problem(await console.signIn(username))).toEqual([401, 'staff-code-needed']);
  // The one that confirmed it is used.
  expect(problem(await console.signIn(username, { code: code() }))).toEqual([401, 'staff-credentials-wrong']);
  nextStep();
  expect((await console.signIn(username, { code: code() })).statusCode).toBe(201);
  nextStep();
  expect(problem(await console.ask('POST', `${at}/removal`, { password }))).toEqual([422, 'code-needed']);
  const removed = await console.ask('POST', `${at}/removal`, { password, code: code() });
  expect([removed.statusCode, removed.json()]).toEqual([200, { result: 'removed' }]);
  expect((await console.signIn(username)).statusCode).toBe(201);
  expect((await audited()).slice(0, 2)).toEqual([
    { act: 'self.code', before: { code: true }, after: { code: false } },
    { act: 'self.code', before: { code: false }, after: { code: true } },
  ]);
});

test('who has another phone moves there by a code of the old one, which is asked until the new one has shown its own', async () => {
  const old = await begun();
  await console.ask('PUT', at, { code: old() });
  nextStep();
  expect(problem(await console.ask('POST', at, { password }))).toEqual([422, 'code-needed']);
  const answer = await console.ask('POST', at, { password, code: old() });
  const { secret } = resources.codeBegun.parse(answer.json());
  nextStep();
  expect((await console.signIn(username, { code: old() })).statusCode).toBe(201);
  nextStep();
  const moved = shownByApp(secret, house.at);
  const { recoveryCodes } = resources.codeConfirmed.parse((await console.ask('PUT', at, { code: moved })).json());
  nextStep();
  expect(problem(await console.signIn(username, { code: old() }))).toEqual([401, 'staff-credentials-wrong']);
  const shown = shownByApp(secret, house.at);
  expect((await console.signIn(username, { code: shown })).statusCode).toBe(201);
  expect((await console.signIn(username, { code: recoveryCodes[0] })).statusCode).toBe(201);
  expect((await audited())[1]).toEqual({ act: 'self.code', before: { code: true }, after: { code: true } });
});

test('whose role needs a code keeps it, whatever is proven, and moves it to another phone', async () => {
  const boss = await house.signedIn(`${username}-boss`, { role: 'administrator' });
  const proof = async () => ({ password, code: await house.spareCode(boss.id) });
  expect(problem(await boss.console.ask('POST', `${at}/removal`, await proof()))).toEqual([409, 'code-required']);
  expect((await boss.console.ask('GET', '/v1/staff/me')).json()).toMatchObject({
    ...{ code: true, codeRequired: true, codeDue: false },
  });
  expect((await boss.console.ask('POST', at, await proof())).statusCode).toBe(201);
  expect((await boss.console.ask('GET', '/v1/staff/members')).statusCode).toBe(200);
});

test('a code of another key, none, and one before there is a key confirm nothing', async () => {
  expect(problem(await console.ask('PUT', at, { code: '123456' }))).toEqual([409, 'code-not-begun']);
  const before = await begun();
  const code = await begun();
  expect(problem(await console.ask('PUT', at, { code: before() }))).toEqual([422, 'code-wrong']);
  expect((await console.ask('PUT', at, { code: '12345' })).statusCode).toBe(400);
  nextStep();
  nextStep();
  expect((await console.ask('PUT', at, { code: code() })).statusCode).toBe(200);
  expect(problem(await console.ask('PUT', at, { code: code() }))).toEqual([409, 'code-not-begun']);
});

test('who is signed in proves it anew: wrong passwords count as at sign-in, and end no session', async () => {
  const wrong = () => console.ask('POST', at, { password: 'Wrong-Horse-99' });
  for (let nth = 1; nth < PASSWORD_TERMS.tries; nth++) expect(problem(await wrong())).toEqual([422, 'password-wrong']);
  expect(problem(await wrong())).toEqual([429, 'staff-sign-in-locked']);
  expect((await console.ask('GET', '/v1/staff/me')).statusCode).toBe(200);
  expect((await database.db.selectFrom('staff').select('totpPending').where('id', '=', id).execute())[0]).toEqual({
    totpPending: null,
  });
});

test('another password of one’s own: the old one opens nothing, the session goes on, and the audit has no password', async () => {
  const newPassword = 'Another-Horse-8';
  const set = (body: object) => console.ask('PUT', '/v1/staff/me/password', body);
  expect(problem(await set({ password: 'Wrong-Horse-99', newPassword }))).toEqual([422, 'password-wrong']);
  expect(problem(await set({ password, newPassword: 'short' }))).toEqual([
    ...[422, 'password-faulty', ['too-short', 'no-number', 'no-upper-case']],
  ]);
  const answer = await set({ password, newPassword });
  expect([answer.statusCode, answer.json()]).toEqual([200, { result: 'set' }]);
  expect((await console.ask('GET', '/v1/staff/me')).statusCode).toBe(200);
  expect(problem(await console.signIn(username))).toEqual([401, 'staff-credentials-wrong']);
  expect((await console.signIn(username, { password: newPassword })).statusCode).toBe(201);
  const [entry] = await audited();
  expect(entry?.act).toBe('self.password');
  expect(JSON.stringify(await auditRows(database.db, { most: 500 }))).not.toMatch(/Horse|argon2/);
});

test('the key and the password are in no row as they are', async () => {
  await begun();
  const rows = JSON.stringify(await database.db.selectFrom('staff').selectAll().execute());
  expect(rows).not.toContain('Horse');
  expect(rows).toContain('totpPending');
});

describe('recovery codes', () => {
  /** Set up with an app; what stands in for it, and what the app shows. */
  async function withCode() {
    const code = await begun();
    const confirmed = await console.ask('PUT', at, { code: code() });
    return { code, codes: resources.codeConfirmed.parse(confirmed.json()).recoveryCodes };
  }
  const left = async () => resources.me.parse((await console.ask('GET', '/v1/staff/me')).json()).recoveryCodesLeft;

  test('stand in for the app once each, however they are typed, and only for whom they were made', async () => {
    const { codes } = await withCode();
    expect(new Set(codes).size).toBe(10);
    const [first = '', second = ''] = codes;
    expect(first).toMatch(/^[A-HJKMNP-Z2-9]{5}-[A-HJKMNP-Z2-9]{5}$/);
    expect((await console.signIn(username, { code: first })).statusCode).toBe(201);
    expect(problem(await console.signIn(username, { code: first }))).toEqual([401, 'staff-credentials-wrong']);
    expect((await console.signIn(username, { code: second.toLowerCase().replace('-', ' ') })).statusCode).toBe(201);
    expect(await left()).toBe(8);
    expect((await auditRows(database.db, { resource: 'staff', resourceId: id, most: 1 }))[0]).toMatchObject({
      ...{ act: 'self.recovery', byKind: 'system' },
    });
    const other = await house.signedIn(`${username}-other`);
    console = other.console;
    await withCode();
    const answer = await console.signIn(`${username}-other`, { code: codes[2] });
    expect(problem(answer)).toEqual([401, 'staff-credentials-wrong']);
  });

  test('of two who use one at once, one is in', async () => {
    const { codes } = await withCode();
    const consoles = [new TestConsole(server), new TestConsole(server)];
    const answers = await Promise.all(consoles.map((one) => one.signIn(username, { code: codes[0] })));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 401]);
    expect((await database.db.selectFrom('staffRecoveryCode').select('digest').where('staffId', '=', id).execute()).length).toBe(10); // prettier-ignore
  });

  test('stand in where it is proven anew; other ones take the place of all of them', async () => {
    const { codes } = await withCode();
    const ask = (code: string | undefined) => console.ask('POST', '/v1/staff/me/recovery-codes', { password, code });
    expect(problem(await ask(undefined))).toEqual([422, 'code-needed']);
    expect(problem(await ask('ABCDE-FGHJK'))).toEqual([422, 'password-wrong']);
    const renewed = await ask(codes[0]);
    expect(renewed.statusCode).toBe(201);
    const others = resources.codesRenewed.parse(renewed.json()).recoveryCodes;
    expect(others.filter((code) => codes.includes(code))).toEqual([]);
    expect(problem(await console.signIn(username, { code: codes[1] }))).toEqual([401, 'staff-credentials-wrong']);
    const removal = await console.ask('POST', `${at}/removal`, { password, code: others[0] });
    expect(removal.json()).toEqual({ result: 'removed' });
    expect(await left()).toBeUndefined();
    expect(problem(await ask(undefined))).toEqual([409, 'code-missing']);
    // They were of a key that is no more.
    const { codes: again } = await withCode();
    expect(problem(await console.signIn(username, { code: others[1] }))).toEqual([401, 'staff-credentials-wrong']);
    expect(again.filter((code) => others.includes(code))).toEqual([]);
  });

  test('stand in no row as they are, nor in the audit', async () => {
    const { codes } = await withCode();
    await console.signIn(username, { code: codes[0] });
    const kept = JSON.stringify([
      await database.db.selectFrom('staffRecoveryCode').selectAll().execute(),
      await auditRows(database.db, { most: 500 }),
    ]);
    for (const code of codes) for (const part of [code, code.replace('-', '')]) expect(kept).not.toContain(part);
  });
});

test('another language of one’s own is spoken from now on, and written down when it is another', async () => {
  const put = async (language: string) => (await console.ask('PUT', '/v1/staff/me', { language })).json<object>();
  expect(await put('es')).toMatchObject({ username, language: 'es' });
  await put('es');
  expect((await console.ask('GET', '/v1/staff/me')).json()).toMatchObject({ language: 'es' });
  expect((await audited()).filter(({ act }) => act === 'self.change')).toEqual([
    { act: 'self.change', before: { language: 'en' }, after: { language: 'es' } },
  ]);
  expect((await console.ask('PUT', '/v1/staff/me', { language: 'fr' })).statusCode).toBe(400);
});

test('where one was signed in is told, the newest first, with the browser and the end; nobody else’s', async () => {
  const other = new TestConsole(server);
  house.pass(1_000);
  const signIn = await server.inject({
    ...{ method: 'POST', url: '/v1/staff/sessions', payload: { username, password } },
    headers: { 'user-agent': `Browser\u0001 ${'x'.repeat(400)}` },
  });
  other.token = signIn.cookies.find(({ name }) => name === STAFF_COOKIE)?.value ?? '';
  const { sessions } = resources.ownSessions.parse((await other.ask('GET', '/v1/staff/me/sessions')).json());
  expect(sessions).toMatchObject([
    { current: true, startedAt: house.at.toISOString(), device: `Browser  ${'x'.repeat(291)}` },
    { current: false, endedAs: 'replaced', endedAt: house.at.toISOString() },
  ]);
  expect(sessions[0]).not.toHaveProperty('endedAt');
  await house.signedIn(`${username}-beside`);
  expect(resources.ownSessions.parse((await other.ask('GET', '/v1/staff/me/sessions')).json()).sessions).toHaveLength(
    2,
  );
});
