import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { queryPlan } from '../query-plan.ts';
import { startTestDatabase, type TestDatabase } from '../testing.ts';
import { audit, auditQuery, auditRows } from './audit.ts';
import { addStaffMember } from './members.ts';

const at = new Date('2026-05-01T17:00:00Z');
const staffId = '0b8c5a9e-6b1e-4f0e-9c39-1a2b3c4d5e6f';
let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
  await addStaffMember(server.db, {
    ...{ id: staffId, username: 'ana', usernameKey: 'ana', name: 'Ana', role: 'agent', language: 'en', agentId: null },
    ...{ passwordHash: '$argon2id$', passwordSetAt: at, passwordDue: false, addedAt: at, facilityIds: [] },
  });
});
afterAll(() => server.stop());

const command = { kind: 'command' } as const;

test('what was written is neither changed, deleted nor emptied, by whatever SQL', async () => {
  const { db } = server;
  await audit(db, command, { act: 'block.place', resource: { kind: 'block', id: '7' }, reason: 'asked' }, at);
  const before = await auditRows(db, { most: 10 });
  const refused = [
    sql`update staff_audit set reason = 'other'`,
    sql`delete from staff_audit`,
    sql`truncate staff_audit`,
    sql`truncate staff_audit cascade`,
    sql`insert into staff_audit (id, at, by_kind, act, resource) overriding system value values (1, now(), 'command', 'a.b', 'c')
      on conflict (id) do update set act = 'a.c'`,
    sql`merge into staff_audit as mine using (values (1)) as other (one) on true when matched then delete`,
  ];
  for (const statement of refused) await expect(statement.execute(db)).rejects.toMatchObject({ code: 'HL000' });
  // As a replica's changes are replayed, ordinary triggers are passed over.
  await expect(
    db.transaction().execute(async (trx) => {
      await sql`set local session_replication_role = 'replica'`.execute(trx);
      await sql`delete from staff_audit`.execute(trx);
    }),
  ).rejects.toMatchObject({ code: 'HL000' });
  expect(await auditRows(db, { most: 10 })).toEqual(before);
  expect(before).toMatchObject([{ act: 'block.place', resourceId: '7', reason: 'asked', byKind: 'command' }]);
});

test('staff are named, whoever is not staff is nobody of them, and a session is of staff alone', async () => {
  const { db } = server;
  const write = (values: object) =>
    db
      .insertInto('staffAudit')
      .values({
        ...{ at, act: 'a.b', resource: 'c', resourceId: null, reason: null, before: null, after: null },
        ...{ byKind: 'staff', staffId: null, sessionId: null, ...values },
      })
      .execute();
  await expect(write({})).rejects.toMatchObject({ constraint_name: 'staff_audit_by' });
  await expect(write({ byKind: 'command', staffId })).rejects.toMatchObject({ constraint_name: 'staff_audit_by' });
  await write({ staffId });
  expect(await auditRows(db, { most: 1 })).toMatchObject([{ staffId, staffName: 'Ana' }]);
});

test('the newest first, by whom, about what, and those before one; by index', async () => {
  const { db } = server;
  for (let nth = 0; nth < 5; nth++)
    await audit(db, command, { act: 'cheque.handle', resource: { kind: 'cheque', id: String(nth) } }, at);
  const ids = async (filter: Partial<Parameters<typeof auditRows>[1]>) =>
    (await auditRows(db, { resource: 'cheque', most: 10, ...filter })).map(({ resourceId }) => resourceId);
  expect(await ids({})).toEqual(['4', '3', '2', '1', '0']);
  expect(await ids({ resourceId: '3' })).toEqual(['3']);
  const [, second] = await auditRows(db, { resource: 'cheque', most: 2 });
  expect(await ids({ before: second?.id, most: 2 })).toEqual(['2', '1']);
  expect(await ids({ staffId })).toEqual([]);
  await sql`insert into staff_audit (at, by_kind, staff_id, act, resource, resource_id)
    select now(), 'staff', ${staffId}, 'call.read', 'call', n::text from generate_series(1, 20000) n`.execute(db);
  await sql`analyze staff_audit`.execute(db);
  for (const filter of [{}, { staffId }, { resource: 'cheque' }, { resource: 'cheque', resourceId: '3' }]) {
    const plan = await queryPlan(db, auditQuery(db, { ...filter, most: 50, before: '20000' }).compile(), 'given');
    expect([filter, plan.wholeTables.filter((table) => table !== 'staff')]).toEqual([filter, []]);
  }
});
