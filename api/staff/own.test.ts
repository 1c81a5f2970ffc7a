import type { FastifyInstance } from 'fastify';
import { PASSWORD_TERMS } from '#accounts/identity/guesses.ts';
import { STAFF_PASSWORD } from '#accounts/staff/testing/crew.ts';
import { hotp, STEP_SECONDS, stepAt } from '#accounts/staff/totp.ts';
import { auditRows } from '#db/staff/audit.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import * as shared from '../resources.ts';
import { apiServer } from '../server.ts';
import { StaffedHouse, type TestConsole } from './testing.ts';

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
/** As an app reads it. */
function bytesOf(secret: string): Buffer {
  const bits = [...secret].map((one) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(one).toString(2).padStart(5, '0'));
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}
async function begun() {
  const answer = await console.ask('POST', at, { password });
  expect(answer.statusCode).toBe(201);
  const { secret, uri } = answer.json<{ secret: string; uri: string }>();
  expect(uri).toContain(`secret=${secret}`);
  return () => hotp(bytesOf(secret), stepAt(house.at));
}
const nextStep = () => house.pass(STEP_SECONDS * 1_000);

test('an app of codes is made known by its first code, asked from then on, and taken off again', async () => {
  const code = await begun();
  // Not before it is confirmed.
  expect((await console.signIn(username)).statusCode).toBe(201);
  const confirmed = await console.ask('PUT', at, { code: code() });
  expect([confirmed.statusCode, confirmed.json()]).toEqual([200, { result: 'confirmed' }]);
  expect((await console.ask('GET', '/v1/staff/me')).json()).toMatchObject({ code: true });
  expect(problem(await console.signIn(username))).toEqual([401, 'staff-code-needed']);
  // The one that confirmed it is used.
  expect(problem(await console.signIn(username, { code: code() }))).toEqual([401, 'staff-credentials-wrong']);
  nextStep();
  expect((await console.signIn(username, { code: code() })).statusCode).toBe(201);
  nextStep();
  expect(problem(await console.ask('POST', at, { password, code: code() }))).toEqual([409, 'code-there-already']);
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
