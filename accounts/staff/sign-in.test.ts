import { sql } from 'kysely';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { auditRows } from '#db/staff/audit.ts';
import type { Database } from '#db/connect.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { changeStaffMember, staffMember } from '#db/staff/members.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { PASSWORD_TERMS } from '../identity/guesses.ts';
import { digestOf } from '../identity/keys.ts';
import { changeMember, endMember, setMemberPassword } from './member.ts';
import { IDLE_MS, SESSION_MS, staffSessionOf } from './sessions.ts';
import { signInStaff } from './sign-in.ts';
import { Crew, STAFF_PASSWORD } from './testing/crew.ts';
import { hotp, newTotpKey, STEP_SECONDS, stepAt } from './totp.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: TestDatabase;
let crew: Crew;
let people = 0;
let username = '';
let id = '';
beforeAll(async () => {
  server = await startTestDatabase();
  crew = new Crew(server.db);
});
afterAll(() => server.stop());
beforeEach(async () => {
  username = `agent${++people}`;
  id = await crew.hire(username);
});

const signIn = async (over: { password?: string; username?: string; code?: string } = {}) =>
  signInStaff(server.db, await crew.deps(), { username, password: STAFF_PASSWORD, ...over });
const token = async (over: { code?: string } = {}): Promise<string> => {
  const answer = await signIn(over);
  if (answer.kind !== 'signed-in') throw new Error(`Not signed in: ${answer.kind}`);
  return answer.token;
};
const session = async (shown: string, counts = true) => staffSessionOf(server.db, await crew.deps(), shown, counts);
const audited = async () =>
  (await auditRows(server.db, { most: 1_000 })).filter((row) => JSON.stringify(row).includes(id));

test('whoever knows the password is signed in, whatever the case of the name; the database has a digest alone', async () => {
  const shown = await token();
  expect(shown).toMatch(/^[\w-]{43}$/);
  expect(await session(shown)).toMatchObject({ kind: 'open', member: { id, username, role: 'agent' } });
  expect(await signIn({ username: ` ${username.toUpperCase()} ` })).toMatchObject({ kind: 'signed-in' });
  const rows = await server.db.selectFrom('staffSession').selectAll().where('staffId', '=', id).execute();
  expect(rows.map(({ digest }) => digest)).toContain(digestOf(shown));
  expect(JSON.stringify(rows)).not.toContain(shown);
});

test('another password, an unknown name, none at all and who has left are wrong alike', async () => {
  const deps = await crew.deps();
  const verified: string[] = [];
  const counting = {
    ...deps,
    passwords: {
      ...deps.passwords,
      verify: (hash: string, typed: string) => (verified.push(hash), deps.passwords.verify(hash, typed)),
    },
  };
  const gone = await crew.hire(`${username}-gone`);
  await endMember(server.db, deps, { by: { kind: 'command' }, id: gone });
  const tries = [
    { username, password: 'Another-Horse-8' },
    { username: 'nobody-at-all', password: STAFF_PASSWORD },
    { username: 'no\0name', password: STAFF_PASSWORD },
    { username: `${username}-gone`, password: STAFF_PASSWORD },
  ];
  for (const one of tries) expect(await signInStaff(server.db, counting, one)).toEqual({ kind: 'wrong' });
  expect(verified.length).toBe(4);
  expect(verified.slice(1)).toEqual(Array(3).fill(deps.passwords.nobody));
});

test('signing in ends the session of before, which is told why', async () => {
  const [first, second] = [await token(), await token()];
  expect(await session(first)).toEqual({ kind: 'over', as: 'replaced' });
  expect(await session(second)).toMatchObject({ kind: 'open' });
  expect(await audited()).toMatchObject([
    { act: 'session.begin', staffId: id, byKind: 'staff', after: { replaced: expect.any(String) as string } },
    { act: 'session.begin', after: null },
    {
      act: 'staff.add',
      byKind: 'command',
      before: null,
      after: { username, role: 'agent', code: false, ended: false },
    },
  ]);
});

test('of many who sign in at once as one, one session is open', async () => {
  const answers = await Promise.all(Array.from({ length: 4 }, () => signIn()));
  expect(answers.map(({ kind }) => kind)).toEqual(Array(4).fill('signed-in'));
  const open = server.db.selectFrom('staffSession').select('id').where('staffId', '=', id).where('endedAt', 'is', null);
  expect((await open.execute()).length).toBe(1);
});

test('a session that is not used for a quarter of an hour is over; use keeps it, what a page asks by itself does not', async () => {
  const shown = await token();
  crew.pass(IDLE_MS - 1);
  expect((await session(shown)).kind).toBe('open');
  crew.pass(IDLE_MS - 1);
  expect((await session(shown, false)).kind).toBe('open');
  crew.pass(1);
  expect(await session(shown, false)).toEqual({ kind: 'over', as: 'idle' });
  expect(await session(shown)).toEqual({ kind: 'over', as: 'idle' });
  expect((await audited()).filter(({ act }) => act === 'session.end')).toMatchObject([
    { byKind: 'system', staffId: null, resource: 'session', after: { staffId: id, as: 'idle' } },
  ]);
});

test('however much it is used, a session ends after half a day', async () => {
  const shown = await token();
  for (let passed = 0; passed + IDLE_MS - 1 < SESSION_MS; passed += IDLE_MS - 1) {
    crew.pass(IDLE_MS - 1);
    expect((await session(shown)).kind).toBe('open');
  }
  crew.pass(IDLE_MS - 1);
  expect(await session(shown)).toEqual({ kind: 'over', as: 'expired' });
});

test('what was never given out is no session', async () => {
  await token();
  expect(await session('A'.repeat(43))).toEqual({ kind: 'over', as: undefined });
});

test('wrong passwords in a row lock the name, whether anybody has it or not, and it is written down of whom', async () => {
  for (const name of [username, `${username}-of-nobody`]) {
    const guess = () => signIn({ username: name, password: 'Another-Horse-8' });
    for (let nth = 1; nth < PASSWORD_TERMS.tries; nth++) expect(await guess()).toEqual({ kind: 'wrong' });
    const until = new Date(crew.at.getTime() + 60_000);
    expect(await guess()).toEqual({ kind: 'locked', until });
    expect(await signIn({ username: name })).toEqual({ kind: 'locked', until });
  }
  const locks = (await auditRows(server.db, { most: 100 })).filter(({ act }) => act === 'session.lock');
  expect(locks).toMatchObject([{ byKind: 'system', resource: 'staff', resourceId: id, after: { minutes: 1 } }]);
  crew.pass(60_000);
  expect(await signIn()).toMatchObject({ kind: 'signed-in' });
});

test('another password ends the session and a lock, and the old one is good no more', async () => {
  const shown = await token();
  for (let nth = 0; nth < PASSWORD_TERMS.tries; nth++) await signIn({ password: 'Another-Horse-8' });
  const by = { kind: 'command' } as const;
  await setMemberPassword(server.db, await crew.deps(), { by, id }, { password: 'Another-Horse-8' });
  expect(await session(shown)).toEqual({ kind: 'over', as: 'password-changed' });
  expect(await signIn()).toEqual({ kind: 'wrong' });
  expect(await signIn({ password: 'Another-Horse-8' })).toMatchObject({ kind: 'signed-in' });
});

test('a password that changes while it is looked at opens nothing', async () => {
  const deps = await crew.deps();
  const by = { kind: 'command' } as const;
  const passwords = {
    ...deps.passwords,
    verify: async (hash: string, typed: string) => {
      const right = await deps.passwords.verify(hash, typed);
      await setMemberPassword(server.db, deps, { by, id }, { password: 'Another-Horse-8' });
      return right;
    },
  };
  const answer = await signInStaff(server.db, { ...deps, passwords }, { username, password: STAFF_PASSWORD });
  expect(answer).toEqual({ kind: 'wrong' });
});

async function withCode(): Promise<() => string> {
  const [key, deps] = [newTotpKey(), await crew.deps()];
  await changeStaffMember(server.db, id, { totp: deps.sealer.seal(id, key) });
  return () => hotp(key, stepAt(crew.at));
}
const nextStep = () => crew.pass(STEP_SECONDS * 1_000);

test('of whom a code is asked needs password and code; each code is good once, and so is none before it', async () => {
  const code = await withCode();
  expect(await signIn()).toEqual({ kind: 'code-needed' });
  expect(await signIn({ password: 'Another-Horse-8' })).toEqual({ kind: 'wrong' });
  expect(await signIn({ code: String((Number(code()) + 1) % 1_000_000).padStart(6, '0') })).toEqual({ kind: 'wrong' });
  const before = code();
  nextStep();
  const used = code();
  expect(await signIn({ code: used })).toMatchObject({ kind: 'signed-in' });
  expect(await signIn({ code: used })).toEqual({ kind: 'wrong' });
  expect(await signIn({ code: before })).toEqual({ kind: 'wrong' });
  nextStep();
  expect(await signIn({ code: code() })).toMatchObject({ kind: 'signed-in' });
});

test('one code lets one of many in', async () => {
  const code = (await withCode())();
  const answers = await Promise.all(Array.from({ length: 4 }, () => signIn({ code })));
  expect(answers.map(({ kind }) => kind).sort()).toEqual(['signed-in', 'wrong', 'wrong', 'wrong']);
});

/** Somebody else has the member's row while `work` is under way, and changes it then. */
async function meanwhile<T>(change: (trx: Database) => Promise<void>, work: () => Promise<T>): Promise<T> {
  return server.db
    .transaction()
    .execute(async (trx) => {
      await staffMember(trx, { id }, { lock: true });
      const waiting = work();
      await vi.waitFor(async () => {
        const { rows } = await sql`select 1 from pg_stat_activity where wait_event_type = 'Lock'`.execute(server.db);
        expect(rows.length).toBe(1);
      });
      await change(trx);
      return { waiting };
    })
    .then(({ waiting }) => waiting);
}

test('a code that another sign-in uses meanwhile is used', async () => {
  const code = (await withCode())();
  const use = (trx: Database) => changeStaffMember(trx, id, { totpStep: String(stepAt(crew.at)) });
  expect(await meanwhile(use, () => signIn({ code }))).toEqual({ kind: 'wrong' });
});

test('who leaves meanwhile is not signed in', async () => {
  const leave = (trx: Database) => changeStaffMember(trx, id, { endedAt: crew.at });
  expect(await meanwhile(leave, () => signIn())).toEqual({ kind: 'wrong' });
});

test('a code that is asked from meanwhile on is asked', async () => {
  const ask = (trx: Database) => changeStaffMember(trx, id, { totp: 'sealed' });
  expect(await meanwhile(ask, () => signIn())).toEqual({ kind: 'wrong' });
});

test('facilities that another gives meanwhile stay', async () => {
  await seedDemo(server.db, { pinPepper: 'pepper', realm: 'homeline', now: crew.at });
  const deps = await crew.deps();
  const by = { kind: 'command' } as const;
  await changeMember(server.db, deps, { by, id }, { role: 'facility-staff', facilityIds: ['valley-view'] });
  const give = (trx: Database) => changeStaffMember(trx, id, { facilityIds: ['rio-claro'] });
  await meanwhile(give, () => changeMember(server.db, deps, { by, id }, { name: 'Another' }));
  expect(await staffMember(server.db, { id })).toMatchObject({ name: 'Another', facilityIds: ['rio-claro'] });
});

test('the right password without a code counts as a guess until the code comes', async () => {
  const code = await withCode();
  for (let nth = 1; nth < PASSWORD_TERMS.tries; nth++) expect(await signIn()).toEqual({ kind: 'code-needed' });
  expect(await signIn()).toMatchObject({ kind: 'locked' });
  expect(await signIn({ code: code() })).toMatchObject({ kind: 'locked' });
  crew.pass(60_000);
  expect(await signIn({ code: code() })).toMatchObject({ kind: 'signed-in' });
});

test('the key of a code is sealed: the database and the audit do not tell it', async () => {
  const key = newTotpKey();
  await changeStaffMember(server.db, id, { totp: (await crew.deps()).sealer.seal(id, key) });
  const [row] = await server.db.selectFrom('staff').selectAll().where('id', '=', id).execute();
  expect(Buffer.from(row?.totp ?? '', 'base64url').includes(key)).toBe(false);
});
