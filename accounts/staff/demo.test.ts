import { seedDemoDesk } from '#db/seed/demo-desk.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedDemoStaff } from './demo.ts';
import { endMember, setMemberPassword } from './member.ts';
import { signInStaff } from './sign-in.ts';
import { Crew } from './testing/crew.ts';

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

test('the agents of the demonstration sign in with what is printed, at every start the same, until it is changed', async () => {
  const { db } = server;
  const crew = new Crew(db);
  const deps = await crew.deps();
  await seedDemoDesk(db, { pinPepper: 'pepper', realm: 'homeline', now: crew.at });
  const staff = await seedDemoStaff(db, deps, 'a secret of this installation');
  expect(staff).toMatchObject([
    { username: 'ana', role: 'agent' },
    { username: 'ray', role: 'supervisor' },
    { username: 'sam', role: 'administrator' },
  ]);
  expect(new Set(staff.map(({ password }) => password)).size).toBe(3);
  for (const { username, password = '' } of staff) {
    const answer = await signInStaff(db, deps, { username, password });
    const agentId = username === 'sam' ? null : `demo-${username}`;
    expect(answer).toMatchObject({ kind: 'signed-in', member: { agentId, passwordDue: false } });
  }
  expect(await seedDemoStaff(db, deps, 'a secret of this installation')).toEqual(staff);
  const elsewhere = await seedDemoStaff(db, deps, 'a secret of another installation');
  expect(elsewhere.map(({ password }) => password)).toEqual([undefined, undefined, undefined]);
  const [ana] = await db.selectFrom('staff').select('id').where('username', '=', 'ana').execute();
  const id = ana?.id ?? '';
  await setMemberPassword(db, deps, { by: { kind: 'command' }, id }, { password: 'Another-Horse-8' });
  expect(await seedDemoStaff(db, deps, 'a secret of this installation')).toMatchObject([
    { username: 'ana', password: undefined },
    { username: 'ray', password: staff[1]?.password },
    { username: 'sam', password: staff[2]?.password },
  ]);
  // Who has left is not told as somebody who may sign in.
  const [ray] = await db.selectFrom('staff').select('id').where('username', '=', 'ray').execute();
  await endMember(db, deps, { by: { kind: 'command' }, id: ray?.id ?? '' });
  expect((await seedDemoStaff(db, deps, 'a secret of this installation'))[1]?.password).toBeUndefined();
});
