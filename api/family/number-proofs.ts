import { askNumberProof, numbersProven, proveNumber, PROVEN_MS } from '#accounts/identity/number-proof.ts';
import { signedIn } from '../identity/sessions.ts';
import { read } from '../problem.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import { identityIn, ok, type FamilyRoute } from './route.ts';

const at = '/v1/me/numbers';

/** That a number is one's own: six digits are texted there (rules.md: a number that calls, or that is written down, proves nothing). */
export const numberProofRoutes: readonly FamilyRoute[] = [
  {
    method: 'GET',
    path: at,
    summary: 'The numbers that one has proven to be one’s own, and how long that counts',
    door: 'family',
    limit: 'look',
    answers: { 200: resources.provenNumbers },
    problems: [429],
    async run(db, { identity }, asked) {
      const proven = await numbersProven(db, signedIn(asked).identityId, identity.now());
      const numbers = proven.map(({ number, provenAt }) => ({
        ...{ number, provenAt, until: new Date(provenAt.getTime() + PROVEN_MS) },
      }));
      return ok({ numbers });
    },
  },
  {
    method: 'POST',
    path: `${at}/:number/proof`,
    summary: 'Texts six digits to a number, good for ten minutes and five tries; once a minute',
    door: 'family',
    limit: 'prove-number',
    params: resources.numberPath,
    answers: { 202: resources.digitsSent },
    problems: [409, 422, 429],
    async run(db, { identity: deps }, asked) {
      const { number } = read('path', resources.numberPath, asked.params);
      const sent = await askNumberProof(db, deps, { identity: await identityIn(db, asked), number });
      if (sent.kind === 'refused') throw refuse('number-not-textable', { faults: [sent.reason] });
      if (sent.kind === 'opted-out') throw refuse('number-wants-no-texts');
      if (sent.kind === 'too-soon') throw refuse('proof-too-soon', { until: sent.until, now: deps.now() });
      return { status: 202, body: { result: 'sent', number: sent.number, expiresAt: sent.expiresAt } };
    },
  },
  {
    method: 'PUT',
    path: `${at}/:number/proof`,
    summary: 'Shows the six digits: the number is one’s own for 45 days, as long as nobody else can have it',
    door: 'family',
    limit: 'prove-number',
    params: resources.numberPath,
    body: resources.digitsShown,
    answers: { 200: resources.numberProven },
    problems: [409, 422, 429],
    async run(db, { identity: deps }, asked) {
      const { number } = read('path', resources.numberPath, asked.params);
      const { code } = read('body', resources.digitsShown, asked.body);
      const proven = await proveNumber(db, deps, { identityId: signedIn(asked).identityId, number, code });
      if (proven.kind === 'none') throw refuse('proof-missing');
      if (proven.kind === 'wrong') throw refuse('proof-wrong');
      return ok({ result: 'proven', number: proven.number, until: proven.until });
    },
  },
];
