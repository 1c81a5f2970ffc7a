import type { FastifyInstance } from 'fastify';
import { FIRST_PASSWORD_MS } from '#accounts/staff/first-password.ts';
import { hotp, newTotpKey, stepAt } from '#accounts/staff/totp.ts';
import { STAFF_PASSWORD } from '#accounts/staff/testing/crew.ts';
import { changeMember, endMember } from '#accounts/staff/member.ts';
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
const person = { name: 'Maria', role: 'agent', language: 'es' };
const add = (username: string, over: object = {}) => boss.console.ask('POST', at, { ...person, username, ...over });
const added = async (username: string, over: object = {}) => {
  const answer = await add(username, over);
  expect(answer.statusCode).toBe(201);
  expect(answer.body).not.toMatch(/argon2/);
  return resources.memberWithPassword.parse(answer.json());
};
const audit = async (query: string, console = boss.console) => {
  const answer = await console.ask('GET', `/v1/staff/audit?${query}`);
  expect(answer.statusCode).toBe(200);
  return resources.auditPage.parse(answer.json());
};

test('somebody is added, changed, given another password and let go; each is in the audit with before and after', async () => {
  const { member: maria, password: first } = await added('maria', { agentId: 'demo-ana' });
  expect(maria).toMatchObject({ username: 'maria', role: 'agent', agentId: 'demo-ana', facilityIds: [], code: false });
  const console = new TestConsole(server);
  expect((await console.signIn('maria', { password: first })).statusCode).toBe(201);
  const change = { role: 'facility-staff', agentId: null, facilityIds: ['valley-view', 'rio-claro'], reason: 'moved' };
  const changed = await boss.console.ask('PUT', `${at}/${maria.id}`, change);
  expect(resources.member.parse(changed.json())).toMatchObject({
    ...{ role: 'facility-staff', facilityIds: ['rio-claro', 'valley-view'], name: 'Maria', language: 'es' },
  });
  expect(changed.json()).not.toHaveProperty('agentId');
  // With what she may do now she signs in anew.
  expect(problem(await console.ask('GET', '/v1/staff/me'))).toEqual([401, 'staff-session-needed', ['staff-changed']]);
  const made = await boss.console.ask('POST', `${at}/${maria.id}/password`, { reason: 'forgotten' });
  const { password: second } = resources.memberWithPassword.parse(made.json());
  expect(second).not.toBe(first);
  expect(problem(await console.signIn('maria', { password: first }))).toEqual([401, 'staff-credentials-wrong']);
  expect((await console.signIn('maria', { password: second })).statusCode).toBe(201);
  const gone = await boss.console.ask('POST', `${at}/${maria.id}/end`, { reason: 'left' });
  expect(resources.member.parse(gone.json())).toMatchObject({ endedAt: house.at.toISOString() });
  expect((await console.ask('GET', '/v1/staff/me')).statusCode).toBe(401);
  for (const [path, body] of [
    ['/end', {}],
    ['/password', {}],
    ['/sign-out', {}],
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
  expect(JSON.stringify(await audit(''))).not.toMatch(new RegExp(`argon2|${first}|${second}`));
});

test('a password that was made opens nothing but the way to another one, which nobody else knows', async () => {
  const { member, password } = await added('new-one');
  expect(member.passwordDue).toBe(true);
  expect(password).toMatch(/^(\w{5}-){3}\w{5}$/);
  const console = new TestConsole(server);
  expect((await console.signIn('new-one', { password })).json()).toMatchObject({ passwordDue: true });
  expect(problem(await console.ask('GET', '/v1/staff/refunds'))).toEqual([403, 'password-due']);
  expect((await console.ask('GET', '/v1/staff/me/sessions')).statusCode).toBe(200);
  const set = (newPassword: string) => console.ask('PUT', '/v1/staff/me/password', { password, newPassword });
  expect(problem(await set(password))).toEqual([422, 'password-faulty', ['same-as-before']]);
  expect((await set('Mine-Alone-Horse-9')).statusCode).toBe(200);
  expect((await console.ask('GET', '/v1/staff/me')).json()).toMatchObject({ passwordDue: false });
  expect((await console.ask('GET', '/v1/staff/refunds')).statusCode).toBe(200);
});

test('a password that was made is too old after three days, one of one’s own is not', async () => {
  const { member, password } = await added('late');
  const console = new TestConsole(server);
  house.pass(FIRST_PASSWORD_MS);
  await boss.console.signIn('boss');
  expect((await console.signIn('late', { password })).statusCode).toBe(201);
  house.pass(1);
  expect(problem(await console.signIn('late', { password }))).toEqual([401, 'staff-password-expired']);
  const own = { password, newPassword: 'Mine-Alone-Horse-9' };
  expect(problem(await console.ask('PUT', '/v1/staff/me/password', own))).toEqual([401, 'staff-password-expired']);
  expect(problem(await console.signIn('late', { password: 'Wrong-Horse-99' }))).toEqual([
    401,
    'staff-credentials-wrong',
  ]);
  const made = await boss.console.ask('POST', `${at}/${member.id}/password`, {});
  const { password: second } = resources.memberWithPassword.parse(made.json());
  expect((await console.signIn('late', { password: second })).statusCode).toBe(201);
});

test('who lost the phone is asked for no code any more, nor for what stood in for one', async () => {
  const deps = await house.deps();
  const key = newTotpKey();
  const { id, console } = await house.signedIn('phoneless');
  await database.db
    .updateTable('staff')
    .set({ totpPending: deps.sealer.seal(id, key) })
    .where('id', '=', id)
    .execute();
  const confirmed = await console.ask('PUT', '/v1/staff/me/code', { code: hotp(key, stepAt(house.at)) });
  const { recoveryCodes } = resources.codeConfirmed.parse(confirmed.json());
  const made = async (body: object) =>
    resources.memberWithPassword.parse((await boss.console.ask('POST', `${at}/${id}/password`, body)).json());
  const { password, member } = await made({});
  expect(member.code).toBe(true);
  expect(problem(await console.signIn('phoneless', { password }))).toEqual([401, 'staff-code-needed']);
  const without = await made({ withoutCode: true });
  expect(without.member.code).toBe(false);
  expect((await console.signIn('phoneless', { password: without.password })).json()).toMatchObject({ code: false });
  expect(await database.db.selectFrom('staffRecoveryCode').selectAll().where('staffId', '=', id).execute()).toEqual([]);
  expect(recoveryCodes).toHaveLength(10);
});

test('an administrator who lost phone and recovery codes is given a way in by another one, and by nobody else at the console', async () => {
  const other = await house.signedIn('phoneless-boss', { role: 'administrator' });
  const reset = { withoutCode: true, reason: 'lost the phone' };
  const own = await boss.console.ask('POST', `${at}/${boss.id}/password`, reset);
  expect(problem(own)).toEqual([422, 'staff-faulty', ['own-password']]);
  expect((await boss.console.ask('GET', at)).statusCode).toBe(200);
  const made = await boss.console.ask('POST', `${at}/${other.id}/password`, reset);
  const { password, member } = resources.memberWithPassword.parse(made.json());
  expect(member).toMatchObject({ code: false, passwordDue: true });
  expect((await audit(`resource=staff&resourceId=${other.id}`)).entries[0]).toMatchObject({
    ...{ act: 'staff.password', by: { staffId: boss.id }, reason: 'lost the phone' },
    ...{ before: { code: true }, after: { code: false } },
  });
  const signedIn = await new TestConsole(server).signIn('phoneless-boss', { password });
  expect(signedIn.json()).toMatchObject({ passwordDue: true, codeDue: true });
  await endMember(database.db, await house.deps(), { by: { kind: 'command' }, id: other.id });
});

test('somebody is signed out everywhere, is told so, and signs in again', async () => {
  const { id, console } = await house.signedIn('roamer');
  const out = await boss.console.ask('POST', `${at}/${id}/sign-out`, { reason: 'a lost machine' });
  expect(resources.member.parse(out.json())).toMatchObject({ username: 'roamer' });
  expect(problem(await console.ask('GET', '/v1/staff/me'))).toEqual([401, 'staff-session-needed', ['revoked']]);
  expect((await audit(`resource=staff&resourceId=${id}`)).entries[0]).toMatchObject({
    ...{ act: 'staff.sign-out', reason: 'a lost machine', by: { staffId: boss.id } },
  });
  expect((await console.signIn('roamer')).statusCode).toBe(201);
});

test('somebody always manages staff: of two who let each other go at once, one stays', async () => {
  const alone = ['PUT', `${at}/${boss.id}`, { role: 'agent' }] as const;
  expect(problem(await boss.console.ask(...alone))).toEqual([422, 'staff-faulty', ['last-administrator']]);
  const end = await boss.console.ask('POST', `${at}/${boss.id}/end`, {});
  expect(problem(end)).toEqual([422, 'staff-faulty', ['last-administrator']]);
  // Who stays what they are may be called otherwise.
  expect((await boss.console.ask('PUT', `${at}/${boss.id}`, { name: 'Boss' })).statusCode).toBe(200);
  await boss.console.signIn('boss');
  const other = await house.signedIn('other-boss', { role: 'administrator' });
  const answers = await Promise.all([
    boss.console.ask('PUT', `${at}/${other.id}`, { role: 'agent' }),
    other.console.ask('PUT', `${at}/${boss.id}`, { role: 'agent' }),
  ]);
  // The slower one is out, or is told that nobody else is left.
  expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
  const left = database.db.selectFrom('staff').select('id').where('role', '=', 'administrator');
  expect(await left.where('endedAt', 'is', null).execute()).toHaveLength(1);
  // At the machine itself there is a way in always.
  const deps = await house.deps();
  const by = { kind: 'command' } as const;
  // Also of two whose sessions do not stand in each other's way.
  for (let round = 0; round < 8; round++) {
    const ids = [boss.id, other.id];
    for (const id of ids) await changeMember(database.db, deps, { by, id }, { role: 'administrator' });
    const { id: sessionId } = await database.db.selectFrom('staffSession').select('id').executeTakeFirstOrThrow();
    const letGo = (staffId: string, id: string) =>
      changeMember(database.db, deps, { by: { kind: 'staff', staffId, sessionId }, id }, { role: 'agent' });
    const both = await Promise.all([letGo(boss.id, other.id), letGo(other.id, boss.id)]);
    expect(both.map(({ kind }) => kind).sort()).toEqual(['done', 'refused']);
  }
  await changeMember(database.db, deps, { by, id: boss.id }, { role: 'administrator' });
  await endMember(database.db, deps, { by, id: other.id });
  await boss.console.signIn('boss');
});

test('whom of the desk somebody may be is told, and who is one already', async () => {
  const { member } = await added('at-desk', { agentId: 'demo-ana' });
  const { agents, facilities } = resources.choices.parse((await boss.console.ask('GET', `${at}/choices`)).json());
  expect(agents.map(({ name }) => name)).toEqual(agents.map(({ name }) => name).sort());
  expect(agents.find(({ id }) => id === 'demo-ana')).toMatchObject({ extension: expect.any(String) as string, staffId: member.id }); // prettier-ignore
  expect(agents.find(({ id }) => id === 'demo-ray')).not.toHaveProperty('staffId');
  expect(facilities).toContainEqual({ id: 'valley-view', name: 'Valley View Facility' });
  await boss.console.ask('POST', `${at}/${member.id}/end`, {});
});

test('who leaves a facility’s staff leaves its facilities; what is not told of stays', async () => {
  const { id } = (await added('lee', { role: 'facility-staff', facilityIds: ['valley-view'] })).member;
  const put = async (body: object) =>
    resources.member.parse((await boss.console.ask('PUT', `${at}/${id}`, body)).json());
  expect(await put({ name: ' Lee Two ' })).toMatchObject({ name: 'Lee Two', facilityIds: ['valley-view'] });
  expect(await put({ role: 'investigator' })).toMatchObject({ role: 'investigator', facilityIds: [], name: 'Lee Two' });
});

test('of two who change one at once, neither takes back what the other did', async () => {
  const { id } = (await added('kit', { role: 'facility-staff', facilityIds: ['valley-view'] })).member;
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
  const { id } = (await added('ray3')).member;
  const taking = await boss.console.ask('PUT', `${at}/${id}`, { agentId: 'demo-ray' });
  expect(problem(taking)).toEqual([422, 'staff-faulty', ['agent-taken']]);
});

test('what is nobody’s id, and a body with more than is asked, are problems', async () => {
  const nobody = '7f3f8e0e-5e0e-4a4e-9a56-0a7a4c1a2b3c';
  expect(problem(await boss.console.ask('PUT', `${at}/${nobody}`, {}))).toEqual([404, 'staff-unknown']);
  expect((await boss.console.ask('PUT', `${at}/1`, {})).statusCode).toBe(400);
  expect((await boss.console.ask('PUT', `${at}/${boss.id}`, { passwordHash: 'x' })).statusCode).toBe(400);
  expect((await add('chosen', { password: STAFF_PASSWORD })).statusCode).toBe(400);
});

test('what no database holds is left out of a name, and is no id of anything', async () => {
  expect((await added('odd', { name: ' A\0b\u202e ' })).member).toMatchObject({ name: 'A b' });
  for (const over of [{ agentId: '\0' }, { facilityIds: ['valley\0view'] }])
    expect((await add('odder', { role: 'facility-staff', ...over })).statusCode).toBe(400);
});

test('everybody is listed, by name, who has left at the end, with nothing secret', async () => {
  const { id } = (await added('aaron', { name: 'Aaron' })).member;
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
