import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { documentsOf, documentsSealedElse, removableQuery, sealedElseQuery } from './documents.ts';
import { reviewsQuery } from './identity-reviews.ts';
import { queryPlan } from './query-plan.ts';
import { startTestDatabase, type TestDatabase } from './testing.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const at = new Date('2026-05-01T17:00:00Z');
let server: TestDatabase;
/** Twenty thousand people whose pictures are approved, of whom a few have something to be done. */
beforeAll(async () => {
  server = await startTestDatabase();
  const { db } = server;
  await sql`insert into identity (id, email, email_key, password_hash, language, first_name, last_name, address_line1, city, region, postal_code,
      country, phone, email_verified_at, password_set_at, registered_at)
    select gen_random_uuid(), n || '@example.com', n || '@example.com', '$argon2id$', 'en', 'Rosa', 'Lopez', '1 Main St', 'Fresno', 'CA', '93650',
      'US', '+12135550142', ${at}, ${at}, ${at} from generate_series(1, 20000) n`.execute(db);
  await sql`insert into identity_review (identity_id, state, submitted_at, decided_at)
    select id, case when n % 1000 = 0 then 'in-review' else 'approved' end, ${at}::timestamptz + n * interval '1 second',
      case when n % 1000 = 0 then null else ${at}::timestamptz end
    from (select id, row_number() over (order by id) as n from identity) i`.execute(db);
  await sql`insert into identity_document (id, identity_id, side, storage, name, location, key_id, sealed_key, sha256, bytes, width, height,
      intended_at, stored_at, ended_at)
    select gen_random_uuid(), id, 'front', 's3', id::text, id::text, case when n % 4000 = 0 then 'old' else 'new' end, 'x', repeat('0', 64), 9, 9, 9,
      ${at}, ${at}, case when n % 5000 = 0 then ${at}::timestamptz end
    from (select id, row_number() over (order by id) as n from identity) i`.execute(db);
  for (const table of ['identity', 'identity_review', 'identity_document'])
    await sql`analyze ${sql.table(table)}`.execute(db);
});
afterAll(() => server.stop());

test('who waits is found without looking at those who were approved', async () => {
  const after = { at: new Date(at.getTime() + 5_000_000), id: randomUUID() };
  for (const which of [{}, { after }]) {
    const query = reviewsQuery(server.db, { state: 'in-review', most: 51, ...which });
    const plan = await queryPlan(server.db, query.compile(), 'given');
    expect(plan.wholeTables.filter((table) => table !== 'staff')).toEqual([]);
    expect(plan.indexes).toContain('identity_review_queue');
  }
});

test('what is to be removed, and what is sealed under an older key, is found without looking at all the others', async () => {
  const removable = await queryPlan(server.db, removableQuery(server.db, at, 200).compile(), 'given');
  expect(removable.indexes).toEqual(['identity_document_leftover']);
  expect(removable.pages.hit + removable.pages.read).toBeLessThan(30);
  const sealed = await queryPlan(server.db, sealedElseQuery(server.db, 'new', 200).compile(), 'given');
  expect([sealed.wholeTables, sealed.indexes]).toEqual([[], ['identity_document_key']]);
  expect((await documentsSealedElse(server.db, 'new', 200)).map(({ keyId }) => keyId)).toEqual(Array(4).fill('old'));
});

test('of nobody there are no pictures', async () => {
  expect(await documentsOf(server.db, [])).toEqual([]);
});
