import type { FastifyInstance } from 'fastify';
import { STAFF_PASSWORD } from '#accounts/staff/testing/crew.ts';
import { changeMember } from '#accounts/staff/member.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { seedDemoDesk } from '#db/seed/demo-desk.ts';
import { staffMember } from '#db/staff/members.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import * as shared from '../resources.ts';
import { apiServer } from '../server.ts';
import * as resources from './resources.ts';
import { StaffedHouse, TestConsole } from './testing.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let database: TestDatabase;
let server: FastifyInstance;
let house: StaffedHouse;
let boss: { id: string; console: TestConsole };
beforeAll(async () => {
  database = await startTestDatabase();
  house = new StaffedHouse(database.db);
  const options = { pinPepper: 'pepper', realm: 'homeline', now: house.at };
  await seedDemo(database.db, options);
  await seedDemoDesk(database.db, options);
  server = apiServer({
    ...{ db: database.db, token: 'a-token-that-nobody-guesses', health: async () => 'ok', staff: await house.deps() },
    metrics: { contentType: 'text/plain', metrics: async () => '' },
  });
  house.server = server;
  boss = await house.signedIn('boss', { role: 'administrator', name: 'Boss' });
});
afterAll(async () => {
  await server.close();
  await database.stop();
});

type Answer = Awaited<ReturnType<TestConsole['ask']>>;
const problem = (answer: Answer) => {
  const { type, status, faults } = shared.problem.parse(answer.json());
  return [status, type.replace('urn:homeline:problem:', ''), ...(faults ? [faults] : [])];
};
const at = '/v1/staff/members';
const person = { name: 'Maria', role: 'agent', language: 'es', password: STAFF_PASSWORD };
const add = (username: string, over: object = {}) => boss.console.ask('POST', at, { ...person, username, ...over });
const added = async (username: string, over: object = {}) => {
  const answer = await add(username, over);
  expect(answer.statusCode).toBe(201);
  expect(answer.body).not.toMatch(/Horse|argon2/);
  return resources.member.parse(answer.json());
};
const audit = async (query: string, console = boss.console) => {
  const answer = await console.ask('GET', `/v1/staff/audit?${query}`);
  expect(answer.statusCode).toBe(200);
  return resources.auditPage.parse(answer.json());
};

test('somebody is added, changed, given another password and let go; each is in the audit with before and after', async () => {
  const maria = await added('maria', { agentId: 'demo-ana' });
  expect(maria).toMatchObject({ username: 'maria', role: 'agent', agentId: 'demo-ana', facilityIds: [], code: false });
  const console = new TestConsole(server);
  await console.signIn('maria');
  const change = { role: 'facility-staff', agentId: null, facilityIds: ['valley-view', 'rio-claro'], reason: 'moved' };
  const changed = await boss.console.ask('PUT', `${at}/${maria.id}`, change);
  expect(resources.member.parse(changed.json())).toMatchObject({
    ...{ role: 'facility-staff', facilityIds: ['rio-claro', 'valley-view'], name: 'Maria', language: 'es' },
  });
  expect(changed.json()).not.toHaveProperty('agentId');
  // With what she may do now she signs in anew.
  expect(problem(await console.ask('GET', '/v1/staff/me'))).toEqual([401, 'staff-session-needed', ['staff-changed']]);
  const password = { password: 'Another-Horse-8', reason: 'forgotten' };
  expect((await boss.console.ask('POST', `${at}/${maria.id}/password`, password)).statusCode).toBe(200);
  expect((await console.signIn('maria', { password: 'Another-Horse-8' })).statusCode).toBe(201);
  const gone = await boss.console.ask('POST', `${at}/${maria.id}/end`, { reason: 'left' });
  expect(resources.member.parse(gone.json())).toMatchObject({ endedAt: house.at.toISOString() });
  expect((await console.ask('GET', '/v1/staff/me')).statusCode).toBe(401);
  for (const [path, body] of [
    ['/end', {}],
    ['/password', password],
  ] as const)
    // prettier-ignore
    expect(problem(await boss.console.ask('POST', `${at}/${maria.id}${path}`, body))).toEqual([404, 'staff-unknown']);
  const { entries } = await audit(`resource=staff&resourceId=${maria.id}`);
  const by = { kind: 'staff', staffId: boss.id, name: 'Boss' };
  expect(entries).toMatchObject([
    { act: 'staff.end', by, reason: 'left', before: { ended: false }, after: { ended: true } },
    { act: 'staff.password', by, reason: 'forgotten' },
    {
      ...{ act: 'staff.change', by, reason: 'moved', before: { role: 'agent', agentId: 'demo-ana', facilityIds: [] } },
      after: { role: 'facility-staff', agentId: null, facilityIds: ['rio-claro', 'valley-view'] },
    },
    { act: 'staff.add', by, after: { username: 'maria', role: 'agent', agentId: 'demo-ana' } },
  ]);
  expect(entries.at(-1)).not.toHaveProperty('before');
  expect(JSON.stringify(entries)).not.toMatch(/Horse|argon2/);
});

test('who leaves a facility’s staff leaves its facilities; what is not told of stays', async () => {
  const { id } = await added('lee', { role: 'facility-staff', facilityIds: ['valley-view'] });
  const put = async (body: object) =>
    resources.member.parse((await boss.console.ask('PUT', `${at}/${id}`, body)).json());
  expect(await put({ name: ' Lee Two ' })).toMatchObject({ name: 'Lee Two', facilityIds: ['valley-view'] });
  expect(await put({ role: 'investigator' })).toMatchObject({ role: 'investigator', facilityIds: [], name: 'Lee Two' });
});

test('of two who change one at once, neither takes back what the other did', async () => {
  const { id } = await added('kit', { role: 'facility-staff', facilityIds: ['valley-view'] });
  const deps = await house.deps();
  const change = (wanted: Parameters<typeof changeMember>[3]) =>
    changeMember(database.db, deps, { by: { kind: 'command' }, id }, wanted);
  for (let round = 0; round < 5; round++) {
    const facilityIds = round % 2 ? ['valley-view'] : ['rio-claro'];
    await Promise.all([change({ facilityIds }), change({ name: `Kit ${round}` }), change({ language: 'en' })]);
    expect(await staffMember(database.db, { id })).toMatchObject({ facilityIds, name: `Kit ${round}` });
  }
});

test.each([
  ['a', {}, 'username-faulty'],
  ['Ünal', {}, 'username-faulty'],
  ['BOSS', {}, 'username-taken'],
  ['new1', { name: ' ' }, 'name-missing'],
  ['new1', { password: 'Eleven-ch-1' }, 'too-short'],
  ['new1', { agentId: 'nobody' }, 'agent-unknown'],
  ['new1', { role: 'facility-staff', facilityIds: ['nowhere'] }, 'facility-unknown'],
  ['new1', { facilityIds: ['valley-view'] }, 'facilities-not-of-role'],
])('%s with %j is refused: %s', async (username, over, fault) => {
  expect(problem(await add(username, over))).toEqual([422, 'staff-faulty', [fault]]);
  expect(await staffMember(database.db, { usernameKey: 'new1' })).toBeUndefined();
});

test('two are not one agent of the desk', async () => {
  await added('ray1', { agentId: 'demo-ray' });
  expect(problem(await add('ray2', { agentId: 'demo-ray' }))).toEqual([422, 'staff-faulty', ['agent-taken']]);
  const { id } = await added('ray3');
  const taking = await boss.console.ask('PUT', `${at}/${id}`, { agentId: 'demo-ray' });
  expect(problem(taking)).toEqual([422, 'staff-faulty', ['agent-taken']]);
});

test('what is nobody’s id, and a body with more than is asked, are problems', async () => {
  const nobody = '7f3f8e0e-5e0e-4a4e-9a56-0a7a4c1a2b3c';
  expect(problem(await boss.console.ask('PUT', `${at}/${nobody}`, {}))).toEqual([404, 'staff-unknown']);
  expect((await boss.console.ask('PUT', `${at}/1`, {})).statusCode).toBe(400);
  expect((await boss.console.ask('PUT', `${at}/${boss.id}`, { passwordHash: 'x' })).statusCode).toBe(400);
});

test('everybody is listed, by name, who has left at the end, with nothing secret', async () => {
  const { id } = await added('aaron', { name: 'Aaron' });
  await boss.console.ask('POST', `${at}/${id}/end`, {});
  const answer = await boss.console.ask('GET', at);
  const { members } = resources.members.parse(answer.json());
  expect(members.findIndex((one) => one.id === id)).toBeGreaterThan(members.findIndex((one) => one.id === boss.id));
  expect(members[0]?.endedAt).toBeUndefined();
  expect(answer.body).not.toMatch(/argon2|Horse|passwordHash/);
});

test('the audit is told page by page, without a gap or a row twice, while more is written', async () => {
  const { id, console } = await house.signedIn('auditor', { role: 'investigator' });
  for (let nth = 0; nth < 130; nth++) {
    const entry = { at: house.at, byKind: 'staff' as const, staffId: id, sessionId: null, act: 'call.read' };
    const row = { ...entry, resource: 'call', resourceId: String(nth), reason: null, before: null, after: null };
    await database.db.insertInto('staffAudit').values(row).execute();
  }
  const seen: string[] = [];
  let cursor = '';
  for (let page = 0; page < 3; page++) {
    const { entries, next } = await audit(`staffId=${id}&resource=call${cursor}`, console);
    seen.push(...entries.map(({ resource }) => resource.id ?? ''));
    expect([page, entries.length, next !== undefined]).toEqual([page, page < 2 ? 50 : 30, page < 2]);
    cursor = `&cursor=${next ?? ''}`;
    await house.hire(`meanwhile${page}`);
  }
  expect(seen).toEqual(Array.from({ length: 130 }, (_, nth) => String(129 - nth)));
  for (const wrong of [
    'x',
    '',
    'MQ==',
    Buffer.from("1' or").toString('base64url'),
    Buffer.from('-1').toString('base64url'),
  ]) {
    const answer = await console.ask('GET', `/v1/staff/audit?cursor=${encodeURIComponent(wrong)}`);
    expect([wrong, problem(answer)]).toEqual([wrong, [400, 'cursor-faulty']]);
  }
});

test('an audit that is read is read by who may', async () => {
  const { console } = await house.signedIn('curious');
  expect(problem(await console.ask('GET', '/v1/staff/audit'))).toEqual([403, 'not-allowed', ['audit.read']]);
  expect(problem(await console.ask('GET', at))).toEqual([403, 'not-allowed', ['staff.manage']]);
});
