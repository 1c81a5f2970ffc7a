import {
  askReset,
  proveByCode,
  proveByLink,
  resetPassword,
  type AddressProven,
} from '#accounts/identity/reset-password.ts';
import { z } from 'zod';
import { read } from '../problem.ts';
import { LIMITS } from './limits.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import type { IdentityRoute } from './routes.ts';

function proven(answer: AddressProven) {
  if (answer.kind === 'no-tries-left') throw refuse('proof-used-up');
  if (answer.kind === 'wrong') throw refuse('proof-wrong');
  return { status: 200, body: { grant: answer.grant, questions: answer.questions } };
}

const at = '/v1/identity/password-resets';

/** A forgotten password: the address is proven, then the questions are answered (guide row 56). */
export const resetRoutes: readonly IdentityRoute[] = [
  {
    method: 'POST',
    path: at,
    summary: 'The password is forgotten: an e-mail goes to the address, if anybody has it',
    door: 'open',
    limit: LIMITS.reset,
    idempotent: true,
    body: resources.resetAsked,
    answers: { 202: z.strictObject({ id: z.uuid() }) },
    problems: [422, 429],
    async run(db, deps, { body, idempotencyKey }) {
      const asked = await askReset(db, deps, { ...read('body', resources.resetAsked, body), idempotencyKey });
      if (asked.kind === 'key-reused') throw refuse('key-reused');
      return { status: 202, body: { id: asked.id } };
    },
  },
  {
    method: 'POST',
    path: `${at}/:id/proof`,
    summary: 'The six digits of the e-mail: which questions are to be answered',
    door: 'open',
    limit: LIMITS.prove,
    params: resources.idPath,
    body: resources.resetCode,
    answers: { 200: resources.addressProven },
    problems: [403, 422, 429],
    async run(db, deps, { params, body }) {
      const { id } = read('path', resources.idPath, params);
      return proven(await proveByCode(db, deps, { id, ...read('body', resources.resetCode, body) }));
    },
  },
  {
    method: 'POST',
    path: `${at}/link-proof`,
    summary: 'The token in the fragment of the e-mail’s link: which questions are to be answered',
    door: 'open',
    limit: LIMITS.prove,
    body: resources.resetLink,
    answers: { 200: resources.addressProven },
    problems: [422, 429],
    async run(db, deps, { body }) {
      return proven(await proveByLink(db, deps, read('body', resources.resetLink, body).linkToken));
    },
  },
  {
    method: 'POST',
    path: `${at}/completion`,
    summary: 'The answers and another password; every session ends',
    door: 'open',
    limit: LIMITS.prove,
    body: resources.resetFinish,
    answers: { 200: resources.result('reset') },
    problems: [404, 422, 429],
    async run(db, deps, { body }) {
      const { grant, answers, password, passwordAgain } = read('body', resources.resetFinish, body);
      const order = { grant, answers, password: { entered: password, again: passwordAgain } };
      const done = await resetPassword(db, deps, order);
      switch (done.kind) {
        case 'reset':
          return { status: 200, body: { result: 'reset' } };
        case 'refused':
          throw refuse('password-faulty', done);
        case 'gone':
          throw refuse('reset-gone');
        case 'wrong':
          throw refuse('answers-wrong');
        case 'locked':
          throw refuse('answers-locked', { until: done.until, now: deps.now() });
      }
    },
  },
];
