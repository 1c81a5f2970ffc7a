import { z } from 'zod';
import { newImage, saidImage } from '#accounts/identity/image/image.ts';
import { read } from '../problem.ts';
import { LIMITS } from './limits.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import type { IdentityRoute } from './routes.ts';

const at = '/v1/verification-images';

/** Six digits that whoever registers reads or hears (guide row 58; WCAG 2.2, 1.1.1: another sense for who does not see). */
export const imageRoutes: readonly IdentityRoute[] = [
  {
    method: 'POST',
    path: at,
    summary: 'A picture of six digits: good for ten minutes, five tries, and one registration',
    door: 'open',
    limit: LIMITS.image,
    answers: { 201: resources.verificationImage },
    problems: [429],
    async run(db, deps) {
      const { id, picture, expiresAt } = await newImage(db, deps);
      return { status: 201, body: { id, image: `data:image/png;base64,${picture.toString('base64')}`, expiresAt } };
    },
  },
  {
    method: 'GET',
    path: `${at}/:id/sound`,
    summary: 'The same digits said aloud',
    door: 'open',
    limit: LIMITS.image,
    params: resources.idPath,
    query: resources.soundQuery,
    media: 'audio/wav',
    answers: { 200: z.string() },
    problems: [404, 429],
    async run(db, deps, { params, query }) {
      const { id } = read('path', resources.idPath, params);
      const { language } = read('query', resources.soundQuery, query);
      const said = await saidImage(db, deps, id, language);
      if (!said) throw refuse('image-unknown');
      return { status: 200, body: said };
    },
  },
];
