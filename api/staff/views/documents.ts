import { z } from 'zod';
import { decideDocuments } from '#accounts/documents/decide.ts';
import { DocumentKeyMissing } from '#accounts/documents/keys.ts';
import { DocumentsAway, type DocumentDeps } from '#accounts/documents/ports.ts';
import { decrypted, pictureOf } from '#accounts/documents/shown.ts';
import { sides } from '#accounts/documents/submit.ts';
import { documentsOf, type DocumentPicture } from '#db/documents.ts';
import { listedReview, listedReviews, type ListedReview, type ReviewDecision } from '#db/identity-reviews.ts';
import { read } from '../../problem.ts';
import type { StaffAnswer, StaffHouse, StaffRoute } from '../route.ts';
import { cursor, cursorOf, limit, next, pageOf, placeOf } from './paging.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import { told } from './told.ts';

const state = z.enum(['in-review', 'approved', 'rejected']);
const reason = z.enum(['not-legible', 'not-alone', 'name-differs', 'expired', 'not-an-id', 'other']);
const side = z.enum(sides);
const query = z.strictObject({ state: state.default('in-review'), cursor, limit });
const review = z
  .strictObject({
    id: z.uuid().describe('Of whose they are'),
    state,
    version: z.int().describe('Its ETag: with If-Match in a decision'),
    name: z.string().describe('As it was registered'),
    address: z.array(z.string()).describe('The same, by lines'),
    language: resources.language,
    submittedAt: resources.at,
    pictures: z.array(z.strictObject({ side, width: z.int(), height: z.int(), sentAt: resources.at })),
    decidedAt: resources.at.optional(),
    decidedBy: z.string().optional().describe('Absent of what is decided: by the policy'),
    reasons: z.array(reason).optional(),
    note: z.string().optional(),
  })
  .meta({ id: 'StaffDocuments' });
const decision = z.strictObject({
  decision: z.enum(['approve', 'reject']),
  reasons: z.array(reason).max(6).optional().meta({ description: 'Of a rejection, at least one: they are told so' }),
  note: resources
    .text(0, 500)
    .trim()
    .min(1)
    .optional()
    .meta({ description: 'For colleagues; with `other` it is needed' }),
});
const picturePath = z.strictObject({ id: z.uuid(), side });
const shared = { door: 'staff', params: resources.callPath, versioned: true } as const;

/** Pictures of identity documents: who waits, what they sent, and what is decided of it (guide rows 60, 61). Each look at a picture is written down. */
export const documentRoutes: readonly StaffRoute[] = [
  {
    method: 'GET',
    path: '/v1/staff/documents',
    summary: 'Whose pictures are in one state, those submitted first first',
    door: 'staff',
    act: 'document.view',
    query,
    answers: { 200: z.strictObject({ reviews: z.array(review), next }) },
    problems: [],
    async run(db, _house, { query: asked }) {
      const { state: of, cursor: shown, limit: most } = read('query', query, asked);
      const rows = await listedReviews(db, { state: of, after: placeOf(shown), most: most + 1 });
      const { page, ...more } = pageOf(rows, most, placed);
      const pictures = await documentsOf(db, page.map(({ identityId }) => identityId)); // prettier-ignore
      return { status: 200, body: { reviews: page.map((row) => shownReview(row, pictures)), ...more } };
    },
  },
  {
    ...shared,
    method: 'GET',
    path: '/v1/staff/documents/:id',
    summary: 'Who somebody says they are, which pictures they sent, and how it stands',
    act: 'document.view',
    answers: { 200: review },
    problems: [404],
    async run(db, _house, { params }) {
      const { id } = read('path', resources.callPath, params);
      const found = await listedReview(db, id);
      if (!found) throw refuse('documents-unknown');
      return answered(found, await documentsOf(db, [id]));
    },
  },
  {
    method: 'GET',
    path: '/v1/staff/documents/:id/:side',
    summary: 'One of the pictures; that somebody looked at it is written down',
    door: 'staff',
    act: 'document.view',
    params: picturePath,
    media: 'image/jpeg',
    answers: { 200: z.string() },
    problems: [404],
    async run(db, house, { params, audit }) {
      const { id, side: of } = read('path', picturePath, params);
      const deps = documentsIn(house);
      const picture = (await listedReview(db, id)) && (await pictureOf(db, id, of));
      if (!picture) throw refuse('picture-unknown');
      const body = await reached(() => decrypted(deps, picture));
      await audit(db, { resource: { kind: 'documents', id }, after: { side: of, pictureId: picture.id } });
      return {
        status: 200,
        headers: { ...pictureHeaders, 'content-disposition': `inline; filename="${of}.jpg"` },
        body,
      };
    },
  },
  {
    ...shared,
    method: 'POST',
    path: '/v1/staff/documents/:id/decision',
    summary: 'Approves or rejects what was seen; whoever it is of is told by e-mail',
    act: 'document.decide',
    body: decision,
    answers: { 200: review },
    problems: [404, 409, 412, 422, 428],
    async run(db, house, { params, body, headers, staff, audit }) {
      const { id } = read('path', resources.callPath, params);
      const { note, ...wanted } = read('body', decision, body);
      const version = versionIn(headers['if-match']);
      const what = decisionOf(wanted, note);
      const deps = documentsIn(house);
      return db.transaction().execute(async (trx) => {
        const done = await decideDocuments(trx, deps, { identityId: id, staffId: staff.id, version, decision: what });
        if (done.kind === 'unknown') throw refuse('documents-unknown');
        if (done.kind === 'changed') throw refuse('documents-changed', [done.review.state]);
        if (done.kind === 'not-in-review') throw refuse('documents-decided', [done.review.state]);
        await audit(trx, {
          resource: { kind: 'documents', id },
          ...(note !== undefined && { reason: note }),
          before: { state: done.before.state, version },
          after: { state: what.state, ...(what.state === 'rejected' && { reasons: what.reasons }) },
        });
        const after = await listedReview(trx, id);
        if (!after) throw refuse('documents-unknown');
        return answered(after, await documentsOf(trx, [id]));
      });
    },
  },
];

/** Of a picture of somebody: shown, and neither kept, run, framed nor guessed at, whatever became of its bytes. */
const pictureHeaders = {
  'content-type': 'image/jpeg',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
};

function documentsIn({ documents }: StaffHouse): DocumentDeps {
  if (!documents) throw refuse('not-served-here');
  return documents;
}

async function reached<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const later = (code: 'picture-sealed' | 'picture-away', seconds: number) =>
      Object.assign(refuse(code, undefined, { 'retry-after': String(seconds) }), { cause: error });
    if (error instanceof DocumentKeyMissing) throw later('picture-sealed', 600);
    throw error instanceof DocumentsAway ? later('picture-away', 60) : error;
  }
}

/** Strong comparison with one tag (RFC 9110 §13.1.1): `*` says nothing of what was seen. Throws 428 without one (RFC 6585 §3). */
function versionIn(header: string | undefined): number {
  if (header === undefined) throw refuse('version-needed');
  return Number(/^"([1-9]\d{0,8})"$/.exec(header.trim())?.[1] ?? 0);
}

function decisionOf(
  { decision: kind, reasons = [] }: Omit<z.output<typeof decision>, 'note'>,
  note: string | undefined,
): ReviewDecision {
  const all = [...new Set(reasons)];
  if (kind === 'approve') {
    if (all.length > 0) throw refuse('documents-faulty', ['reasons-needless']);
    return { state: 'approved' };
  }
  if (all.length === 0) throw refuse('documents-faulty', ['reasons-missing']);
  if (all.includes('other') && note === undefined) throw refuse('documents-faulty', ['note-missing']);
  return { state: 'rejected', reasons: all, note };
}

const placed = ({ submittedAt, identityId }: ListedReview): string =>
  cursorOf({ at: submittedAt ?? new Date(0), id: identityId });

const answered = (row: ListedReview, pictures: readonly DocumentPicture[]): StaffAnswer => ({
  ...{ status: 200, headers: { etag: `"${row.version}"` }, body: shownReview(row, pictures) },
});

function shownReview(row: ListedReview, pictures: readonly DocumentPicture[]) {
  const { identityId: id, state, version, firstName, lastName, language, submittedAt, decidedAt, deciderName } = row;
  const place = [row.city, row.region, row.postalCode, row.country].join(' ');
  return told({
    ...{ id, state, version, name: `${firstName} ${lastName}`, language, submittedAt },
    address: [row.addressLine1, row.addressLine2, place].filter((line) => line !== null),
    pictures: sides.flatMap((one) =>
      pictures
        .filter(({ identityId, side: of }) => identityId === id && of === one)
        .map(({ width, height, storedAt }) => ({ side: one, width, height, sentAt: storedAt })),
    ),
    ...{ decidedAt, decidedBy: deciderName, reasons: row.reasons, note: row.note },
  });
}
