import type { DocumentSide } from '#db/documents.ts';
import { documentsOf } from '#db/documents.ts';
import { reviewOf, type ReviewDecision } from '#db/identity-reviews.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { Crew } from '../staff/testing/crew.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { CONSENT } from './consent.ts';
import { giveConsent } from './consent-given.ts';
import { decideDocuments } from './decide.ts';
import { DocumentKeyMissing, documentKeys } from './keys.ts';
import { DocumentsAway } from './ports.ts';
import { decrypted, identificationOf, pictureOf } from './shown.ts';
import { sides, submitDocuments } from './submit.ts';
import { Studio } from './testing/studio.ts';
import { withdrawDocuments } from './withdraw.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let database: TestDatabase;
let studio: Studio;
let staffId: string;
beforeAll(async () => {
  database = await startTestDatabase();
  staffId = await new Crew(database.db).hire('ray', { role: 'supervisor' });
});
afterAll(() => database.stop());
beforeEach(() => (studio = new Studio(database.db)));

const db = () => database.db;
const submit = (identityId: string, policy: 'manual' | 'automatic' = 'manual') =>
  submitDocuments(db(), studio.deps(policy), identityId);
const stateOf = async (identityId: string) => (await identificationOf(db(), identityId)).state;
async function decide(identityId: string, decision: ReviewDecision, version?: number) {
  const seen = version ?? (await reviewOf(db(), identityId))?.version ?? 0;
  return db()
    .transaction()
    .execute((trx) => decideDocuments(trx, studio.deps(), { identityId, staffId, version: seen, decision }));
}
const rejected = { state: 'rejected', reasons: ['not-legible', 'expired'] } as const;
const read = async (identityId: string, side: DocumentSide) => {
  const picture = await pictureOf(db(), identityId, side);
  return picture && (await decrypted(studio.deps(), picture)).toString();
};

test('nobody’s picture is kept before they agreed to the wording in force', async () => {
  const { identityId } = await studio.somebody();
  expect(await studio.send(identityId, 'front')).toEqual({ kind: 'consent-needed' });
  expect(await submit(identityId)).toEqual({ kind: 'consent-needed' });
  const agreed = { identityId, version: '2025-01', language: 'es' } as const;
  expect(await giveConsent(db(), studio.deps(), agreed)).toBe('outdated');
  expect(await stateOf(identityId)).toBe('none');
  expect(await giveConsent(db(), studio.deps(), { ...agreed, version: CONSENT.version })).toBe('given');
  const at = studio.home.at;
  studio.home.pass(1_000);
  expect(await giveConsent(db(), studio.deps(), { ...agreed, version: CONSENT.version })).toBe('given');
  const kept = await db().selectFrom('documentConsent').selectAll().where('identityId', '=', identityId).execute();
  expect(kept).toEqual([
    { identityId, version: CONSENT.version, language: 'es', wording: CONSENT.wordings.es, at, withdrawnAt: null },
  ]);
  expect((await studio.send(identityId, 'front')).kind).toBe('kept');
  expect(studio.store.objects.size).toBe(1);
});

test('an agreement to an earlier wording counts for no picture of today', async () => {
  const { identityId } = await studio.agreed();
  await db().deleteFrom('documentConsent').where('identityId', '=', identityId).execute();
  const earlier = { identityId, version: '2025-01', language: 'en', wording: 'x', at: studio.home.at } as const;
  await db().insertInto('documentConsent').values(earlier).execute();
  expect(await studio.send(identityId, 'front')).toEqual({ kind: 'consent-needed' });
});

test('a picture lies in storage encrypted, under a name that says nothing; the later of a side counts', async () => {
  const { identityId } = await studio.agreed();
  await studio.send(identityId, 'front', 'the first');
  await studio.send(identityId, 'front', 'the second');
  await studio.send(identityId, 'back', 'the back');
  expect([await read(identityId, 'front'), await read(identityId, 'back')]).toEqual(['the second', 'the back']);
  const names = [...studio.store.objects.keys()];
  for (const name of names) expect(name).toMatch(/^documents\/[0-9a-f]{64}$/);
  for (const object of studio.store.objects.values())
    expect(object.toString('latin1')).not.toMatch(/the (first|second)/);
  expect((await documentsOf(db(), [identityId])).map(({ side }) => side)).toEqual(['back', 'front']);
});

test('of pictures of a side that come at once one counts, and each is known to the sweeper', async () => {
  const { identityId } = await studio.agreed();
  await Promise.all(['a', 'b', 'c', 'd'].map((text) => studio.send(identityId, 'photo', text)));
  const rows = await db().selectFrom('identityDocument').selectAll().where('identityId', '=', identityId).execute();
  expect(rows.filter(({ endedAt }) => endedAt === null)).toHaveLength(1);
  expect(rows.map(({ name }) => name).sort()).toEqual([...studio.store.objects.keys()].sort());
});

test('what is refused is told why, and nothing of it is kept', async () => {
  const { identityId } = await studio.agreed();
  const refusing = { remake: async () => ({ kind: 'refused', fault: 'too-small' }) as const };
  const done = await studio.send(identityId, 'front', 'x', studio.deps('manual', { darkroom: refusing }));
  expect(done).toEqual({ kind: 'refused', fault: 'too-small' });
  expect(studio.store.objects.size).toBe(0);
});

test('storage that is away keeps nothing half, and what was there before counts still', async () => {
  const { identityId } = await studio.agreed();
  await studio.send(identityId, 'front', 'the first');
  const { version } = (await reviewOf(db(), identityId))!;
  studio.store.away = true;
  await expect(studio.send(identityId, 'front', 'the second')).rejects.toThrow(DocumentsAway);
  await expect(read(identityId, 'front')).rejects.toThrow(DocumentsAway);
  studio.store.away = false;
  expect(await read(identityId, 'front')).toBe('the first');
  expect((await reviewOf(db(), identityId))?.version).toBe(version);
  const open = db().selectFrom('identityDocument').select('id').where('identityId', '=', identityId);
  expect(await open.where('storedAt', 'is', null).where('endedAt', 'is', null).execute()).toEqual([]);
});

test('what lies in another storage than the one that is set is not taken for it', async () => {
  const { identityId } = await studio.agreed();
  await studio.send(identityId, 'front');
  const picture = (await pictureOf(db(), identityId, 'front'))!;
  await expect(decrypted(studio.deps(), { ...picture, location: 'elsewhere' })).rejects.toThrow(DocumentsAway);
});

test('without its key a picture cannot be read', async () => {
  const { identityId } = await studio.agreed();
  await studio.send(identityId, 'front');
  const picture = (await pictureOf(db(), identityId, 'front'))!;
  const keys = documentKeys(['another secret of tests']);
  await expect(decrypted(studio.deps('manual', { keys }), picture)).rejects.toThrow(DocumentKeyMissing);
});

describe('who takes their agreement back', () => {
  const consents = (identityId: string) =>
    db().selectFrom('documentConsent').selectAll().where('identityId', '=', identityId).orderBy('at').execute();
  const withdraw = (identityId: string) => withdrawDocuments(db(), studio.deps(), identityId);

  test('has no pictures here, waits for nothing, and may agree again', async () => {
    const { identityId } = await studio.submitted();
    const agreedAt = studio.home.at;
    studio.home.pass(1_000);
    await withdraw(identityId);
    await withdraw(identityId);
    expect([await stateOf(identityId), await documentsOf(db(), [identityId])]).toEqual(['none', []]);
    expect((await decide(identityId, { state: 'approved' })).kind).toBe('unknown');
    expect(await studio.send(identityId, 'front')).toEqual({ kind: 'consent-needed' });
    expect(await consents(identityId)).toMatchObject([{ at: agreedAt, withdrawnAt: studio.home.at }]);
    studio.home.pass(1_000);
    await giveConsent(db(), studio.deps(), { identityId, version: CONSENT.version, language: 'en' });
    expect((await studio.send(identityId, 'front')).kind).toBe('kept');
    expect(await consents(identityId)).toMatchObject([{ at: agreedAt }, { at: studio.home.at, withdrawnAt: null }]);
  });

  test('is known still when they were approved', async () => {
    const { identityId } = await studio.submitted();
    await decide(identityId, { state: 'approved' });
    await withdraw(identityId);
    expect([await stateOf(identityId), await documentsOf(db(), [identityId])]).toEqual(['approved', []]);
  });

  test('has none of a picture that was on its way', async () => {
    const { identityId } = await studio.agreed();
    const put = studio.store.put.bind(studio.store);
    const store = Object.assign(Object.create(studio.store) as typeof studio.store, {
      put: async (name: string, encrypted: Buffer) => {
        await withdraw(identityId);
        await put(name, encrypted);
      },
    });
    const sent = await studio.send(identityId, 'front', 'late', studio.deps('manual', { store }));
    expect([sent, await documentsOf(db(), [identityId])]).toEqual([{ kind: 'consent-needed' }, []]);
  });

  test('does not change what they had agreed to', async () => {
    const { identityId } = await studio.agreed();
    const change = (set: object) =>
      db().updateTable('documentConsent').set(set).where('identityId', '=', identityId).execute();
    await expect(change({ wording: 'another' })).rejects.toMatchObject({ code: 'HL000' });
    await withdraw(identityId);
    await expect(change({ withdrawnAt: null })).rejects.toMatchObject({ code: 'HL000' });
  });
});

describe('submitting', () => {
  test('takes all three pictures, and is the same again', async () => {
    const { identityId, email } = await studio.agreed();
    await studio.send(identityId, 'back');
    expect(await submit(identityId)).toEqual({ kind: 'incomplete', missing: ['front', 'photo'] });
    await studio.send(identityId, 'front');
    await studio.send(identityId, 'photo');
    expect(await stateOf(identityId)).toBe('open');
    expect(await submit(identityId)).toEqual({ kind: 'in-review' });
    const { version } = (await reviewOf(db(), identityId))!;
    expect(await submit(identityId, 'automatic')).toEqual({ kind: 'in-review' });
    expect(await reviewOf(db(), identityId)).toMatchObject({
      version,
      state: 'in-review',
      submittedAt: studio.home.at,
    });
    expect(await studio.home.subjects(email)).not.toContain('your identification is approved');
  });

  test('approves at once where the policy is so, and tells them', async () => {
    const { identityId, email } = await studio.agreed();
    for (const side of sides) await studio.send(identityId, side);
    expect(await submit(identityId, 'automatic')).toEqual({ kind: 'approved' });
    expect(await reviewOf(db(), identityId)).toMatchObject({
      decidedBy: null,
      decidedAt: studio.home.at,
      reasons: null,
    });
    expect(await studio.home.subjects(email)).toContain('your identification is approved');
  });

  test('an address that is not proven yet is looked at by somebody', async () => {
    const { identityId } = await studio.agreed();
    for (const side of sides) await studio.send(identityId, side);
    const emailVerifiedAt = new Date(studio.home.at.getTime() + 1);
    await db().updateTable('identity').set({ emailVerifiedAt }).where('id', '=', identityId).execute();
    expect(await submit(identityId, 'automatic')).toEqual({ kind: 'in-review' });
  });
});

describe('while and after somebody looks at them', () => {
  test('nothing is sent, and what was submitted is what is looked at', async () => {
    const { identityId } = await studio.submitted();
    expect(await studio.send(identityId, 'front', 'another')).toEqual({ kind: 'in-review' });
    expect(await read(identityId, 'front')).toBe('front');
  });

  test('a picture that was on its way when they were submitted does not count', async () => {
    const { identityId } = await studio.agreed();
    for (const side of sides) await studio.send(identityId, side);
    const put = studio.store.put.bind(studio.store);
    const late = studio.deps('manual', {
      store: Object.assign(Object.create(studio.store) as typeof studio.store, {
        put: async (name: string, encrypted: Buffer) => {
          await submit(identityId);
          await put(name, encrypted);
        },
      }),
    });
    expect(await studio.send(identityId, 'front', 'late', late)).toEqual({ kind: 'in-review' });
    expect(await read(identityId, 'front')).toBe('front');
  });

  test('approved they are told, and asked no more', async () => {
    const { identityId, email } = await studio.submitted();
    const done = await decide(identityId, { state: 'approved' });
    expect(done).toMatchObject({
      kind: 'decided',
      before: { state: 'in-review' },
      review: { state: 'approved', decidedBy: staffId },
    });
    expect(await studio.send(identityId, 'front')).toEqual({ kind: 'approved' });
    expect(await submit(identityId)).toEqual({ kind: 'approved' });
    expect(await studio.home.subjects(email)).toContain('your identification is approved');
    expect(await identificationOf(db(), identityId)).toEqual({ state: 'approved' });
  });

  test('rejected they are told why, send at least one anew, and are looked at again', async () => {
    const { identityId, email } = await studio.submitted();
    await decide(identityId, { ...rejected, note: 'for colleagues' });
    expect(await identificationOf(db(), identityId)).toEqual({ state: 'rejected', reasons: rejected.reasons });
    const mail = (await studio.home.mails(email)).at(-1);
    expect(mail?.subject).toBe('Homeline: please send your pictures again');
    expect(mail?.body).toContain('Not everything can be read');
    expect(mail?.body).toContain('has expired');
    expect(mail?.body).not.toContain('colleagues');
    expect(await submit(identityId)).toEqual({ kind: 'incomplete', missing: ['nothing-new'] });
    studio.home.pass(1_000);
    await studio.send(identityId, 'front', 'sharp');
    expect(await submit(identityId)).toEqual({ kind: 'in-review' });
    expect(await reviewOf(db(), identityId)).toMatchObject({
      reasons: null,
      note: null,
      decidedAt: null,
      decidedBy: null,
    });
    await decide(identityId, rejected);
    expect((await studio.home.subjects(email)).filter((one) => one?.includes('again'))).toHaveLength(2);
  });

  test('what somebody else has decided meanwhile is not decided again; of two at once one decides', async () => {
    const { identityId } = await studio.submitted();
    const { version } = (await reviewOf(db(), identityId))!;
    const kinds = (await Promise.all([decide(identityId, { state: 'approved' }, version), decide(identityId, rejected, version)])).map(({ kind }) => kind); // prettier-ignore
    expect(kinds.sort()).toEqual(['changed', 'decided']);
    expect((await decide(identityId, { state: 'approved' })).kind).toBe('not-in-review');
    expect((await decide(identityId, { state: 'approved' }, version)).kind).toBe('changed');
  });

  test('what was never submitted is not decided', async () => {
    const { identityId } = await studio.agreed();
    expect((await decide(identityId, { state: 'approved' })).kind).toBe('unknown');
    expect((await decide((await studio.somebody()).identityId, { state: 'approved' })).kind).toBe('unknown');
  });
});

test('each reason has its words in both languages', async () => {
  const { documentWords } = await import('./wording.ts');
  const reasons = ['not-legible', 'not-alone', 'name-differs', 'expired', 'not-an-id', 'other'] as const;
  const bodies = (['en', 'es'] as const).flatMap((language) =>
    reasons.map(
      (reason) => documentWords({ news: { kind: 'documents-rejected', reasons: [reason] }, language }).mail?.body,
    ),
  );
  expect(new Set(bodies).size).toBe(12);
  expect(documentWords({ news: { kind: 'documents-approved' }, language: 'es' }).mail?.subject).toContain('aprobada');
});
