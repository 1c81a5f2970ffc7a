import { changePassword } from '#accounts/identity/change-password.ts';
import { removeProfile } from '#accounts/identity/remove.ts';
import { identificationOf } from '#accounts/documents/shown.ts';
import type { Database } from '#db/connect.ts';
import { acceptTerms, identityOf, termsOf, type Identity } from '#db/identities.ts';
import { serviceTermsOn } from '#db/service-terms.ts';
import { read } from '../problem.ts';
import { LIMITS } from './limits.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import type { IdentityRoute } from './routes.ts';
import { provenIn, signedIn } from './sessions.ts';

const inForce = async (db: Database, at: Date) => (await serviceTermsOn(db, at.toISOString().slice(0, 10)))?.version;

/** Of an identity, everything but what is secret. */
function told(identity: Identity) {
  const { id, email, emailVerifiedAt, registeredAt, language, firstName, lastName, phone } = identity;
  const { addressLine1, addressLine2, city, region, postalCode, country, passcodeHash } = identity;
  return {
    ...{ id, email, emailVerifiedAt, registeredAt, language, firstName, lastName, phone },
    ...{ addressLine1, ...(addressLine2 !== null && { addressLine2 }), city, region, postalCode, country },
    hasPasscode: passcodeHash !== null,
  };
}

/** What a family sees of itself. */
export const meRoutes: readonly IdentityRoute[] = [
  {
    method: 'GET',
    path: '/v1/me',
    summary: 'Who is signed in, and which terms are to be accepted',
    door: 'family',
    answers: { 200: resources.me },
    problems: [],
    async run(db, deps, asked) {
      const { identityId } = signedIn(asked);
      const identity = await identityOf(db, { id: identityId });
      if (!identity) throw refuse('session-needed');
      const accepted = await termsOf(db, identityId);
      const version = await inForce(db, deps.now());
      const toAccept = accepted.some((terms) => terms.version === version) ? undefined : version;
      const terms = { accepted, ...(toAccept !== undefined && { toAccept }) };
      const identification = await identificationOf(db, identityId);
      return { status: 200, body: { ...told(identity), identification, terms } };
    },
  },
  {
    method: 'DELETE',
    path: '/v1/me',
    summary: 'Removes the profile, by the password given anew: what is personal goes, the address may register again',
    door: 'family',
    answers: { 200: resources.result('removed') },
    problems: [403, 409],
    async run(db, deps, asked) {
      const { kind } = await removeProfile(db, deps, provenIn(asked, deps.now()));
      if (kind === 'over') throw refuse('session-needed');
      if (kind !== 'removed') throw refuse(kind);
      return { status: 200, body: { result: kind } };
    },
  },
  {
    method: 'POST',
    path: '/v1/me/terms',
    summary: 'Accepts the terms in force (guide row 59); again changes nothing',
    door: 'family',
    body: resources.termsAccepted,
    answers: { 200: resources.result('accepted') },
    problems: [409],
    async run(db, deps, asked) {
      const { version, language } = read('body', resources.termsAccepted, asked.body);
      const { identityId } = signedIn(asked);
      if (version !== (await inForce(db, deps.now()))) throw refuse('terms-outdated');
      await acceptTerms(db, identityId, { version, language, at: deps.now() });
      return { status: 200, body: { result: 'accepted' } };
    },
  },
  {
    method: 'PUT',
    path: '/v1/me/password',
    summary: 'Another password, by the one that one has: other sessions end, this one goes on',
    door: 'family',
    // It is as much work as signing in, and a guess as that is.
    limit: LIMITS['sign-in'],
    body: resources.passwordChange,
    answers: { 200: resources.result('changed') },
    problems: [403, 422, 429],
    async run(db, deps, asked) {
      const { current, password: entered, passwordAgain: again } = read('body', resources.passwordChange, asked.body);
      const order = { session: signedIn(asked), current, password: { entered, again } };
      const answer = await changePassword(db, deps, order);
      if (answer.kind === 'refused') throw refuse('password-faulty', { faults: answer.faults });
      if (answer.kind === 'wrong') throw refuse('password-wrong');
      if (answer.kind === 'locked') throw refuse('sign-in-locked', { until: answer.until, now: deps.now() });
      return { status: 200, body: { result: answer.kind } };
    },
  },
];
