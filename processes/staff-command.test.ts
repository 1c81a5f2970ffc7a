import { signInStaff } from '#accounts/staff/sign-in.ts';
import { Crew, STAFF_PASSWORD } from '#accounts/staff/testing/crew.ts';
import { auditRows } from '#db/staff/audit.ts';
import { changeStaffMember, staffMember } from '#db/staff/members.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { seedDemoDesk } from '#db/seed/demo-desk.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { staffCommand } from './staff-command.ts';

let server: TestDatabase;
let crew: Crew;
beforeAll(async () => {
  server = await startTestDatabase();
  crew = new Crew(server.db);
  const options = { pinPepper: 'pepper', realm: 'homeline', now: crew.at };
  await seedDemo(server.db, options);
  await seedDemoDesk(server.db, options);
});
afterAll(() => server.stop());

/** What a terminal shows of it: exit code, what it said, what it complained of; `password` is what is typed. */
async function run(line: string, password = STAFF_PASSWORD) {
  const [said, complained]: [string[], string[]] = [[], []];
  let asked = 0;
  const code = await staffCommand(server.db, await crew.deps(), line.split(' '), {
    say: (text) => said.push(text),
    complain: (text) => complained.push(text),
    askPassword: async () => (asked++, password),
  });
  const [out, err] = [said.join('\n'), complained.join('\n')];
  expect(out + err).not.toContain(password);
  return { code, out, err, asked };
}

test('somebody is added, listed, given another password, and leaves', async () => {
  const added = await run('add Maria --name Maria --role agent --language es --agent demo-ana');
  expect(added).toEqual({ code: 0, out: 'Maria works here from now on, as agent.', err: '', asked: 1 });
  const member = await staffMember(server.db, { usernameKey: 'maria' });
  expect(member).toMatchObject({ name: 'Maria', role: 'agent', language: 'es', agentId: 'demo-ana' });
  await run('add kim --name Kim --role facility-staff --facility valley-view --facility rio-claro');
  await changeStaffMember(server.db, member?.id ?? '', { totp: 'sealed' });
  expect((await run('list')).out).toMatch(
    /^kim +Kim +facility-staff +rio-claro, valley-view\nMaria +Maria +agent +at the desk demo-ana; with a code$/,
  );
  const changed = await run('new-password MARIA --without-code --reason asked', 'Another-Horse-8');
  expect(changed).toMatchObject({ code: 0, out: 'MARIA has another password, and is signed out.' });
  const signIn = async (password: string) =>
    (await signInStaff(server.db, await crew.deps(), { username: 'maria', password })).kind;
  expect([await signIn(STAFF_PASSWORD), await signIn('Another-Horse-8')]).toEqual(['wrong', 'signed-in']);
  const ended = await run('end maria --reason left');
  expect(ended).toEqual({ code: 0, out: 'maria works here no more, and is signed out.', err: '', asked: 0 });
  expect(await signIn('Another-Horse-8')).toBe('wrong');
  expect((await run('list')).out).toMatch(/^kim .*\nMaria +Maria +agent +left 2026-05-01$/);
  expect(await auditRows(server.db, { resource: 'staff', resourceId: member?.id, most: 10 })).toMatchObject([
    { act: 'staff.end', byKind: 'command', reason: 'left', before: { ended: false }, after: { ended: true } },
    { act: 'staff.password', reason: 'asked', before: { code: true }, after: { code: false } },
    { act: 'staff.add', before: null, after: { username: 'Maria', agentId: 'demo-ana' } },
  ]);
});

test('who manages staff is told of the code to come; who lost it gets back in at the machine, and sets another up', async () => {
  const due = 'At the first sign-in they set up a code with an app on their phone.';
  const added = await run('add boss --name Boss --role administrator');
  expect(added.out).toBe(`boss works here from now on, as administrator. ${due}`);
  const id = (await staffMember(server.db, { usernameKey: 'boss' }))?.id ?? '';
  await crew.giveCode(id);
  const spare = await crew.spareCode(id);
  expect((await run('new-password boss', 'Another-Horse-8')).out).toBe('boss has another password, and is signed out.');
  expect((await run('new-password boss --without-code --reason lost', 'Another-Horse-8')).out).toContain(due);
  const [entry] = await auditRows(server.db, { resource: 'staff', resourceId: id, most: 1 });
  expect(entry).toMatchObject({
    ...{ act: 'staff.password', byKind: 'command', reason: 'lost', before: { code: true }, after: { code: false } },
  });
  expect((await run('new-password boss', 'Another-Horse-9')).out).toContain(due);
  const typed = { username: 'boss', password: 'Another-Horse-9' };
  expect((await signInStaff(server.db, await crew.deps(), typed)).kind).toBe('signed-in');
  expect(await server.db.selectFrom('staffRecoveryCode').selectAll().where('staffId', '=', id).execute()).toEqual([]);
  expect(spare).toMatch(/-/);
});

test('a code that is asked stays asked when the password alone is another', async () => {
  const id = await crew.hire('coded');
  await changeStaffMember(server.db, id, { totp: 'sealed' });
  await run('new-password coded', 'Another-Horse-8');
  expect((await staffMember(server.db, { id }))?.totp).toBe('sealed');
});

test.each([
  ['add x --name X --role agent', 'username-faulty'],
  ['add taken --name X --role agent', 'username-taken'],
  ['add other --name X --role agent --agent nobody', 'agent-unknown'],
  ['add other --name X --role facility-staff --facility nowhere', 'facility-unknown'],
  ['add other --name X --role supervisor --facility valley-view', 'facilities-not-of-role'],
])('%s changes nothing: %s', async (line, fault) => {
  await run('add taken --name X --role agent');
  expect(await run(line)).toMatchObject({ code: 1, out: '', err: `Nothing was changed: ${fault}.` });
  expect(await staffMember(server.db, { usernameKey: 'other' })).toBeUndefined();
});

test('a password that breaks the rules is refused by each that it breaks', async () => {
  const refused = await run('add weak --name X --role agent', 'easily');
  expect(refused.err).toBe('Nothing was changed: too-short, no-number, no-upper-case.');
  await crew.hire('strong');
  expect((await run('new-password strong', 'Eleven-ch-1')).err).toBe('Nothing was changed: too-short.');
});

test.each([
  ['', 'What is to be done'],
  ['add', 'What is to be done'],
  ['sack somebody', 'What is sack?'],
  ['list somebody', 'What is list?'],
  ['add somebody --name X', '--role is one of: agent, supervisor'],
  ['add somebody --name X --role boss', '--role is one of: agent, supervisor'],
  ['add somebody --role agent', '--name says who it is'],
  ['add somebody --name X --role agent --language fr', '--language is en or es'],
  ['new-password somebody Secret-Horse-7', 'never an argument'],
  ['new-password somebody --password=Secret-Horse-7', 'An option is not known'],
])('`%s` is told what is missing, with the usage', async (line, told) => {
  const answer = await run(line);
  expect(answer).toMatchObject({ code: 1, out: '', asked: 0 });
  expect(answer.err).toContain(told);
  expect(answer.err).toContain('npm run staff -- add');
});

test('whom nobody knows is told of, and asked no password', async () => {
  for (const line of ['end nobody-here', 'new-password nobody-here', 'end \0'])
    expect(await run(line)).toMatchObject({
      code: 1,
      asked: 0,
      err: expect.stringContaining('Nobody of this') as string,
    });
  expect((await run('--help')).out).toContain('npm run staff -- list');
});
