import * as signUps from '#accounts/identity/register.ts';
import { verifyByCode, verifyByLink, type Verified } from '#accounts/identity/verify.ts';
import { read, type Problem } from '../problem.ts';
import { LIMITS } from './limits.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import type { IdentityRoute } from './routes.ts';

const gone = (kind: 'gone' | 'submitted'): Problem =>
  refuse(kind === 'gone' ? 'registration-gone' : 'registration-submitted');
const saved = { status: 200, body: { result: 'saved' } };

function registered(verified: Verified) {
  switch (verified.kind) {
    case 'registered':
      return { status: 200, body: { result: 'registered' } };
    case 'wrong':
      throw refuse('proof-wrong');
    case 'no-tries-left':
      throw refuse('proof-used-up');
    case 'known-address':
      throw refuse('address-known');
  }
}

const faultsOfContact = (refused: Extract<signUps.ContactSaved, { kind: 'refused' }>): readonly string[] => {
  if ('fields' in refused) return refused.fields.map(({ field, why }) => `${field}:${why}`);
  return ['weakness' in refused ? `${refused.reason}:${refused.weakness}` : refused.reason];
};

const notRead = { missing: 'image-needed', wrong: 'image-wrong', over: 'image-over' } as const;
const at = '/v1/identity/registrations';

/** Three steps, the mail, and its proof (guide rows 54-57). No answer tells whether an address is known. */
export const registrationRoutes: readonly IdentityRoute[] = [
  {
    method: 'POST',
    path: at,
    summary: 'Registration, first step: e-mail address and password',
    door: 'open',
    limit: LIMITS.register,
    idempotent: true,
    body: resources.registration,
    answers: { 201: resources.registrationBegun },
    problems: [422, 429],
    async run(db, deps, { body, idempotencyKey }) {
      const { email, emailAgain, password, passwordAgain, language, image } = read(
        'body',
        resources.registration,
        body,
      );
      const begun = await signUps.beginSignUp(db, deps, {
        email: { entered: email, again: emailAgain },
        password: { entered: password, again: passwordAgain },
        ...{ language, image, idempotencyKey },
      });
      if (begun.kind === 'refused') throw refuse('registration-faulty', begun);
      if (begun.kind === 'not-read') throw refuse(notRead[begun.why]);
      if (begun.kind === 'key-reused') throw refuse('key-reused');
      const { id, token, expiresAt } = begun;
      return { status: 201, body: { id, token, expiresAt } };
    },
  },
  {
    method: 'PUT',
    path: `${at}/:id/questions`,
    summary: 'Second step: three security questions and their answers',
    door: 'open',
    limit: LIMITS.steps,
    params: resources.idPath,
    body: resources.questionsChosen,
    answers: { 200: resources.result('saved') },
    problems: [404, 409, 422, 429],
    async run(db, deps, { params, body }) {
      const { id } = read('path', resources.idPath, params);
      const { token, questions } = read('body', resources.questionsChosen, body);
      const done = await signUps.answerQuestions(db, deps, { id, token }, questions);
      if (done.kind === 'refused') throw refuse('answers-faulty', { faults: [done.fault] });
      if (done.kind !== 'saved') throw gone(done.kind);
      return saved;
    },
  },
  {
    method: 'PUT',
    path: `${at}/:id/contact`,
    summary: 'Third step: legal name, address, phone, and a passcode where an enrolment is to have one',
    door: 'open',
    limit: LIMITS.steps,
    params: resources.idPath,
    body: resources.contact,
    answers: { 200: resources.result('saved') },
    problems: [404, 409, 422, 429],
    async run(db, deps, { params, body }) {
      const { id } = read('path', resources.idPath, params);
      const { token, phone, passcode, passcodeAgain, ...nameAndAddress } = read('body', resources.contact, body);
      const typed = passcode !== undefined || passcodeAgain !== undefined;
      const done = await signUps.giveContact(
        db,
        deps,
        { id, token },
        {
          ...{ nameAndAddress, phone },
          ...(typed && { passcode: { entered: passcode ?? '', again: passcodeAgain ?? '' } }),
        },
      );
      if (done.kind === 'refused') throw refuse('contact-faulty', { faults: faultsOfContact(done) });
      if (done.kind !== 'saved') throw gone(done.kind);
      return saved;
    },
  },
  {
    method: 'POST',
    path: `${at}/:id/submission`,
    summary: 'The steps are done: an e-mail goes to the address; with `resend` another one',
    door: 'open',
    limit: LIMITS.steps,
    params: resources.idPath,
    body: resources.submission,
    answers: { 202: resources.result('sent') },
    problems: [404, 409, 429],
    async run(db, deps, { params, body }) {
      const { id } = read('path', resources.idPath, params);
      const { token, resend } = read('body', resources.submission, body);
      const done = await signUps.submitSignUp(db, deps, { id, token }, { resend });
      if (done.kind === 'unfinished') throw refuse('registration-unfinished', { faults: done.steps });
      if (done.kind !== 'sent') throw gone(done.kind);
      return { status: 202, body: { result: 'sent' } };
    },
  },
  {
    method: 'POST',
    path: `${at}/:id/verification`,
    summary: 'The six digits of the e-mail: the registration is complete',
    door: 'open',
    limit: LIMITS.prove,
    params: resources.idPath,
    body: resources.verification,
    answers: { 200: resources.result('registered') },
    problems: [403, 409, 422, 429],
    async run(db, deps, { params, body }) {
      const { id } = read('path', resources.idPath, params);
      const { token, code } = read('body', resources.verification, body);
      return registered(await verifyByCode(db, deps, { id, token }, code));
    },
  },
  {
    method: 'POST',
    path: '/v1/identity/verifications',
    summary: 'The token in the fragment of the e-mail’s link, and the password: the registration is complete',
    door: 'open',
    limit: LIMITS.prove,
    body: resources.linkVerification,
    answers: { 200: resources.result('registered') },
    problems: [403, 409, 422, 429],
    async run(db, deps, { body }) {
      const { linkToken, password } = read('body', resources.linkVerification, body);
      return registered(await verifyByLink(db, deps, { token: linkToken, password }));
    },
  },
];
