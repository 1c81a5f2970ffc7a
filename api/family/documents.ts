import { z } from 'zod';
import { CONSENT } from '#accounts/documents/consent.ts';
import { giveConsent } from '#accounts/documents/consent-given.ts';
import { DarkroomBusy } from '#accounts/documents/darkroom.ts';
import { LARGEST_BYTES } from '#accounts/documents/picture.ts';
import { isPictureType, pictureTypes } from '#accounts/documents/picture-kind.ts';
import { DocumentsAway, type DocumentDeps } from '#accounts/documents/ports.ts';
import { PictureLost, sendPicture, type NotNow } from '#accounts/documents/send-picture.ts';
import { withdrawDocuments } from '#accounts/documents/withdraw.ts';
import { identificationOf } from '#accounts/documents/shown.ts';
import { sides, submitDocuments } from '#accounts/documents/submit.ts';
import { consentsOf, documentsOf } from '#db/documents.ts';
import { identification } from '../identity/resources.ts';
import { signedIn } from '../identity/sessions.ts';
import { read, type Problem } from '../problem.ts';
import { refuse } from './refusals.ts';
import { ok, result, type FamilyHouse, type FamilyRoute } from './route.ts';

const side = z.enum(sides);
const sidePath = z.strictObject({ side });
const at = z.iso.datetime();
const language = z.enum(['en', 'es']);
const documents = z
  .strictObject({
    ...identification.shape,
    pictures: z.array(z.strictObject({ side, width: z.int(), height: z.int(), sentAt: at })),
    consent: z.strictObject({
      version: z.string(),
      en: z.string(),
      es: z.string(),
      given: z.strictObject({ language, at }).optional().describe('To this version'),
    }),
  })
  .meta({ id: 'Documents' });
const consent = z.strictObject({ version: z.string().min(1).max(20), language });
const sent = z.strictObject({ side, width: z.int(), height: z.int(), sentAt: at });
const submitted = z.strictObject({ state: z.enum(['in-review', 'approved']) });

function documentsIn({ documents: deps }: FamilyHouse): DocumentDeps {
  if (!deps) throw refuse('documents-not-here');
  return deps;
}

const refusalOf = ({ kind }: NotNow): Problem => refuse(`documents-${kind}`);

/** The media type without its parameters, in lower case (RFC 9110 §8.3.1). */
const typeOf = (header: string | undefined): string => (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

const otherType = (type: string): Problem =>
  refuse(/^image\/hei[cf]/.test(typeOf(type)) ? 'picture-heic' : 'picture-type');

async function kept<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const again = { 'retry-after': '60' };
    if (error instanceof DocumentsAway || error instanceof PictureLost)
      throw Object.assign(refuse('documents-away').with(again), { cause: error });
    if (error instanceof DarkroomBusy) throw refuse('documents-busy').with(again);
    throw error;
  }
}

/** Who somebody is: pictures of both sides of an identity document and of a face, once (guide rows 60, 61). */
export const documentRoutes: readonly FamilyRoute[] = [
  {
    method: 'GET',
    path: '/v1/me/documents',
    summary:
      'How far it is with one’s identification, which pictures are there, and what is agreed to before any is kept',
    door: 'family',
    limit: 'look',
    answers: { 200: documents },
    problems: [429],
    async run(db, _house, asked) {
      const { identityId } = signedIn(asked);
      const pictures = (await documentsOf(db, [identityId])).map(({ side, width, height, storedAt }) => ({
        ...{ side, width, height, sentAt: storedAt },
      }));
      const { version, wordings } = CONSENT;
      const [given] = (await consentsOf(db, identityId)).filter((one) => one.version === version);
      const agreed = given && { language: given.language, at: given.at };
      const told = { version, ...wordings, ...(agreed && { given: agreed }) };
      return ok({ ...(await identificationOf(db, identityId)), pictures, consent: told });
    },
  },
  {
    method: 'PUT',
    path: '/v1/me/documents/consent',
    summary: 'Agrees that pictures are kept; again changes nothing',
    door: 'family',
    limit: 'change',
    body: consent,
    answers: { 200: z.strictObject({ result: z.literal('given') }) },
    problems: [409, 429],
    async run(db, house, asked) {
      const agreed = { identityId: signedIn(asked).identityId, ...read('body', consent, asked.body) };
      if ((await giveConsent(db, documentsIn(house), agreed)) === 'outdated')
        throw refuse('documents-consent-outdated');
      return result('given');
    },
  },
  {
    method: 'DELETE',
    path: '/v1/me/documents',
    summary:
      'Takes back the agreement: the pictures are deleted, and nobody looks at them; what was approved stays approved',
    door: 'family',
    limit: 'change',
    answers: { 200: z.strictObject({ result: z.literal('withdrawn') }) },
    problems: [429],
    async run(db, house, asked) {
      await withdrawDocuments(db, documentsIn(house), signedIn(asked).identityId);
      return result('withdrawn');
    },
  },
  {
    method: 'PUT',
    path: '/v1/me/documents/:side',
    summary:
      'Sends a picture, instead of the one of its side before; 10 MB at most, 600 pixels or more on the shorter side',
    door: 'family',
    limit: 'send-picture',
    params: sidePath,
    takes: { types: pictureTypes, mostBytes: LARGEST_BYTES, refusalOf: otherType },
    answers: { 200: sent },
    problems: [409, 413, 415, 422, 429],
    async run(db, house, asked) {
      const { side } = read('path', sidePath, asked.params);
      const { identityId } = signedIn(asked);
      const deps = documentsIn(house);
      const type = typeOf(asked.contentType);
      const { body: bytes } = asked;
      if (!Buffer.isBuffer(bytes) || bytes.length === 0 || !isPictureType(type)) throw refuse('picture-type');
      const done = await kept(() => sendPicture(db, deps, { identityId, side, bytes, type }));
      if (done.kind === 'refused')
        throw done.fault === 'heic' ? refuse('picture-heic') : refuse('picture-faulty', { faults: [done.fault] });
      if (done.kind !== 'kept') throw refusalOf(done);
      const { width, height, sentAt } = done;
      return ok({ side, width, height, sentAt });
    },
  },
  {
    method: 'POST',
    path: '/v1/me/documents/submission',
    summary:
      'All three pictures are there: they are looked at, or approved at once where the agency wants it so; again changes nothing',
    door: 'family',
    limit: 'change',
    answers: { 200: submitted },
    problems: [409, 429],
    async run(db, house, asked) {
      const { identityId } = signedIn(asked);
      const done = await submitDocuments(db, documentsIn(house), identityId);
      if (done.kind === 'incomplete') throw refuse('documents-incomplete', { faults: done.missing });
      if (done.kind === 'consent-needed') throw refuse('documents-consent-needed');
      return ok({ state: done.kind });
    },
  },
];
