import { remadePicture } from '#accounts/documents/picture.ts';
import { documentKeys } from '#accounts/documents/keys.ts';
import { picture } from '#accounts/documents/testing/pictures.ts';
import { KEY, Studio } from '#accounts/documents/testing/studio.ts';
import { sides } from '#accounts/documents/submit.ts';
import { roles } from '#accounts/access/acts.ts';
import { reviewOf } from '#db/identity-reviews.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { ViewedHouse, type ViewConsole } from './testing.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let house: ViewedHouse;
let studio: Studio;
let supervisor: ViewConsole;
let who: { identityId: string; email: string };
const other = { keys: documentKeys([KEY]) };
beforeAll(async () => {
  house = await ViewedHouse.open(({ db }) => {
    studio = new Studio(db);
    const deps = studio.deps();
    return { documents: { ...deps, get keys() { return other.keys; } } }; // prettier-ignore
  });
  supervisor = await house.console({ role: 'supervisor' });
});
beforeEach(async () => {
  other.keys = documentKeys([KEY]);
  studio.store.away = false;
  who = await studio.submitted();
});
afterAll(() => house.close());

const at = '/v1/staff/documents';
interface Review {
  readonly id: string;
  readonly state: string;
  readonly version: number;
}
const decide = (body: object, tag?: string, by = supervisor) =>
  by.ask('POST', `${at}/${who.identityId}/decision`, body, tag === undefined ? {} : { 'if-match': tag });
const codeOf = (answer: Awaited<ReturnType<typeof decide>>) => {
  const { type = '', faults = [] } = answer.json<{ type?: string; faults?: string[] }>();
  return [answer.statusCode, type.replace('urn:homeline:problem:', ''), ...faults];
};
const tagOf = async () => `"${(await reviewOf(house.db, who.identityId))?.version}"`;

test('those who wait are listed, the one who has waited longest first, with who they say they are', async () => {
  studio.home.pass(1_000);
  const later = await studio.submitted();
  const first = await supervisor.get<{ reviews: Review[]; next?: string }>(`${at}?limit=1`);
  const ids: string[] = [];
  let cursor: string | undefined = '';
  while (cursor !== undefined) {
    const page: { reviews: Review[]; next?: string } = await supervisor.get(`${at}?limit=2${cursor && `&cursor=${cursor}`}`); // prettier-ignore
    ids.push(...page.reviews.map(({ id }) => id));
    cursor = page.next;
  }
  expect(first.reviews).toHaveLength(1);
  expect(ids).toEqual(expect.arrayContaining([who.identityId, later.identityId]));
  expect(ids.indexOf(who.identityId)).toBeLessThan(ids.indexOf(later.identityId));
  expect(new Set(ids).size).toBe(ids.length);
  const answer = await supervisor.ask('GET', `${at}/${who.identityId}`);
  expect(answer.headers['etag']).toBe(await tagOf());
  expect(answer.json()).toMatchObject({
    ...{ id: who.identityId, state: 'in-review', name: 'Rosa Álvarez', language: 'en' },
    address: ['12 Elm St', 'Fresno CA 93701 US'],
    pictures: ['front', 'back', 'photo'].map((side) => ({ side, width: 800, height: 600 })),
  });
  expect(await supervisor.refused('GET', `${at}?cursor=x`)).toEqual([400, 'cursor-faulty']);
  const open = await studio.agreed();
  expect(await supervisor.refused('GET', `${at}/${open.identityId}`)).toEqual([404, 'documents-unknown']);
});

test('a picture is shown and kept nowhere, and each look at it is written down', async () => {
  const made = await studio.agreed();
  const real = studio.deps('manual', { darkroom: { remake: remadePicture } });
  const bytes = await picture('jpeg');
  for (const side of sides) await studio.send(made.identityId, side, side);
  const { db } = house;
  const { sendPicture } = await import('#accounts/documents/send-picture.ts');
  await sendPicture(db, real, { identityId: made.identityId, side: 'front', bytes, type: 'image/jpeg' });
  const url = `${at}/${made.identityId}/front`;
  expect(await supervisor.refused('GET', url)).toEqual([404, 'picture-unknown']);
  const { submitDocuments } = await import('#accounts/documents/submit.ts');
  await submitDocuments(db, real, made.identityId);
  const answer = await supervisor.ask('GET', url);
  expect(answer.rawPayload.subarray(0, 3).toString('hex')).toBe('ffd8ff');
  expect(answer.headers).toMatchObject({
    ...{ 'content-type': 'image/jpeg', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
    'content-disposition': 'inline; filename="front.jpg"',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  });
  await supervisor.ask('GET', url);
  const looks = (await house.audited('documents')).filter(({ resourceId }) => resourceId === made.identityId);
  expect(looks).toHaveLength(2);
  expect(looks[0]).toMatchObject({ act: 'document.view', staffId: supervisor.id, after: { side: 'front' } });
  expect(await supervisor.refused('GET', `${at}/${made.identityId}/left`)).toEqual([400, 'about:blank']);
});

test('a picture that cannot be had now is a problem with when to come again, and no look', async () => {
  const url = `${at}/${who.identityId}/front`;
  const looks = async () =>
    (await house.audited('documents')).filter(({ resourceId }) => resourceId === who.identityId);
  studio.store.away = true;
  expect(await supervisor.refused('GET', url)).toEqual([503, 'picture-away']);
  studio.store.away = false;
  other.keys = documentKeys(['another secret of tests']);
  expect(await supervisor.refused('GET', url)).toEqual([503, 'picture-sealed']);
  expect(await looks()).toEqual([]);
});

test('somebody approves what they saw; it is told, and written down', async () => {
  const answer = await decide({ decision: 'approve', note: 'all clear' }, await tagOf());
  expect(answer.json()).toMatchObject({ state: 'approved', decidedBy: expect.stringContaining('of tests') as string });
  expect(answer.headers['etag']).toBe(await tagOf());
  expect(await studio.home.subjects(who.email)).toContain('your identification is approved');
  const [entry] = await house.audited('documents');
  expect(entry).toMatchObject({
    ...{ act: 'document.decide', staffId: supervisor.id, resourceId: who.identityId, reason: 'all clear' },
    ...{ before: { state: 'in-review' }, after: { state: 'approved' } },
  });
});

test('somebody rejects with reasons, which are told', async () => {
  const answer = await decide({ decision: 'reject', reasons: ['expired', 'expired', 'other'], note: 'a mask' }, await tagOf()); // prettier-ignore
  expect(answer.json()).toMatchObject({ state: 'rejected', reasons: ['expired', 'other'], note: 'a mask' });
  expect(await studio.home.subjects(who.email)).toContain('please send your pictures again');
  const listed = await supervisor.get<{ reviews: Review[] }>(`${at}?state=rejected`);
  expect(listed.reviews.map(({ id }) => id)).toContain(who.identityId);
});

test('what is decided was seen, has reasons where it is no, and is decided once', async () => {
  const tag = await tagOf();
  expect(codeOf(await decide({ decision: 'approve' }))).toEqual([428, 'version-needed']);
  expect(codeOf(await decide({ decision: 'reject' }, tag))).toEqual([422, 'documents-faulty', 'reasons-missing']);
  expect(codeOf(await decide({ decision: 'reject', reasons: ['other'] }, tag))).toEqual([422, 'documents-faulty', 'note-missing']); // prettier-ignore
  expect(codeOf(await decide({ decision: 'approve', reasons: ['expired'] }, tag))).toEqual([422, 'documents-faulty', 'reasons-needless']); // prettier-ignore
  for (const wrong of ['"1"', '*', `W/${tag}`, tag.slice(1, -1), `${tag}, "1"`])
    expect(codeOf(await decide({ decision: 'approve' }, wrong))).toEqual([412, 'documents-changed', 'in-review']);
  const second = await house.console({ role: 'administrator' });
  const answers = await Promise.all([decide({ decision: 'approve' }, tag), decide({ decision: 'reject', reasons: ['expired'] }, tag, second)]); // prettier-ignore
  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 412]);
  expect(codeOf(await decide({ decision: 'approve' }, await tagOf()))[1]).toBe('documents-decided');
  const decisions = (await house.audited('documents')).filter(({ act, resourceId }) => act === 'document.decide' && resourceId === who.identityId); // prettier-ignore
  expect(decisions).toHaveLength(1);
  who = { identityId: '7f3f8e0e-5e0e-4a4e-9a56-0a7a4c1a2b3c', email: '' };
  expect(codeOf(await decide({ decision: 'approve' }, '"1"'))).toEqual([404, 'documents-unknown']);
});

test('supervisors and administrators look and decide, and nobody else does either', async () => {
  for (const role of roles) {
    const console = await house.console({ role });
    const may = role === 'supervisor' || role === 'administrator';
    for (const url of [at, `${at}/${who.identityId}`, `${at}/${who.identityId}/back`])
      expect([role, url, (await console.ask('GET', url)).statusCode]).toEqual([role, url, may ? 200 : 403]);
    expect([role, (await decide({ decision: 'approve' }, undefined, console)).statusCode]).toEqual([role, may ? 428 : 403]); // prettier-ignore
  }
});

test('a house without a place for pictures says so', async () => {
  const bare = await ViewedHouse.open();
  const console = await bare.console({ role: 'supervisor' });
  const id = '7f3f8e0e-5e0e-4a4e-9a56-0a7a4c1a2b3c';
  expect(await console.refused('GET', `${at}/${id}/front`)).toEqual([503, 'not-served-here']);
  const answer = await console.ask('POST', `${at}/${id}/decision`, { decision: 'approve' }, { 'if-match': '"1"' });
  expect(answer.statusCode).toBe(503);
  await bare.close();
});
