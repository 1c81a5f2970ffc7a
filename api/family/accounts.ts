import { chooseFacility } from '#accounts/enrolment/choose-facility.ts';
import { claimAccount } from '#accounts/household/claim.ts';
import { enrolOnWeb } from '#accounts/household/enrol-on-web.ts';
import { checkPasscode, type PasscodeCheck } from '#accounts/passcode/check-passcode.ts';
import { setPasscode } from '#accounts/passcode/set-passcode.ts';
import { accountOverview } from '#db/account-overview.ts';
import { numbersOf } from '#db/account-numbers.ts';
import { findEnrolment } from '#db/enrolments.ts';
import { facilityChoice } from '#db/facility-directory.ts';
import { passcodeOf } from '#db/passcodes.ts';
import { provenIn, signedIn } from '../identity/sessions.ts';
import { read, type Problem } from '../problem.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import { accountQuery, identityIn, keyIn, mine, ok, result, type FamilyHouse, type FamilyRoute } from './route.ts';

/** The problem of a passcode that was not right. */
export function refusePasscode(
  { holders }: FamilyHouse,
  checked: Exclude<PasscodeCheck, { readonly kind: 'right' }>,
): Problem {
  if (checked.kind === 'locked') return refuse('passcode-locked', { until: checked.until, now: holders.now() });
  return refuse('passcode-wrong');
}

/** Opening an account, or adding one that is there; what is seen of it first (guide rows 28, 37, 38). */
export const accountRoutes: readonly FamilyRoute[] = [
  {
    method: 'POST',
    path: '/v1/enrolments',
    summary: 'Opens an account for whoever is signed in; confirmed by notice (guide row 37)',
    door: 'family',
    limit: 'say-passcode',
    idempotent: true,
    body: resources.enrolling,
    answers: { 200: resources.enrolled, 201: resources.enrolled },
    problems: [404, 409, 422, 429],
    async run(db, house, asked) {
      const wanted = read('body', resources.enrolling, asked.body);
      const { state, facilityId, number, language, notices, mobile, email, passcode, passcodeAgain, sharing } = wanted;
      const typed = passcode !== undefined || passcodeAgain !== undefined;
      const opened = await enrolOnWeb(db, house.holders, {
        ...{ key: keyIn(asked), identity: await identityIn(db, asked), facility: { state, id: facilityId }, number },
        ...{ language, reach: { notices, mobile, email }, sharing },
        ...(typed && { passcode: { entered: passcode ?? '', again: passcodeAgain ?? '' } }),
      });
      if (opened.kind === 'wrong' || opened.kind === 'locked' || opened.kind === 'not-four-digits')
        throw refusePasscode(house, opened);
      if (opened.kind === 'refused') {
        if (opened.reason === 'number-has-account' || opened.reason === 'key-reused') throw refuse(opened.reason);
        if (opened.reason === 'unknown-facility') throw refuse('facility-unknown');
        throw refuse('enrolment-faulty', { faults: [opened.reason] });
      }
      const { accountNumber, facility, at, blockedEverywhere, replayed } = opened;
      const body = { accountNumber, number: opened.number, facility, at, passcode: opened.passcode, blockedEverywhere };
      return { status: replayed ? 200 : 201, body };
    },
  },
  {
    method: 'POST',
    path: '/v1/accounts/claims',
    summary: 'Adds an account that is there, by its number and passcode (guide row 28)',
    door: 'family',
    limit: 'say-passcode',
    body: resources.claiming,
    answers: { 200: resources.claimed },
    problems: [409, 422, 429],
    async run(db, house, asked) {
      const { accountNumber, passcode } = read('body', resources.claiming, asked.body);
      const claim = { identity: await identityIn(db, asked), accountNumber, passcode };
      const claimed = await claimAccount(db, house.holders, claim);
      if (claimed.kind === 'of-another') throw refuse('account-of-another');
      if (claimed.kind === 'wrong' || claimed.kind === 'locked' || claimed.kind === 'not-four-digits')
        throw refusePasscode(house, claimed);
      return ok({ result: claimed.kind, accountNumber });
    },
  },
  {
    method: 'GET',
    path: '/v1/accounts',
    summary: 'One’s accounts, the open ones first',
    door: 'family',
    limit: 'look',
    answers: { 200: resources.accounts },
    problems: [429],
    run: async (_db, _house, asked) => {
      return ok({
        accounts: asked.accounts.map(({ number, status, since }) => ({ accountNumber: number, status, since })),
      });
    },
  },
  {
    method: 'GET',
    path: '/v1/account',
    summary: 'What a holder sees first: number, status, funds, authorised numbers (guide rows 38, 39)',
    door: 'family',
    limit: 'look',
    query: accountQuery,
    answers: { 200: resources.accountShown },
    problems: [404, 409, 429],
    async run(db, _house, asked) {
      const { id } = mine(asked);
      const overview = await accountOverview(db, id);
      if (!overview) throw refuse('account-unknown');
      const { accountNumber, status, phone, availableCents, balanceCents, heldCents, complete } = overview;
      const shown = { accountNumber, status, phone, availableCents, balanceCents, heldCents, complete };
      const facilityId = (await findEnrolment(db, { accountId: id }))?.facilityId;
      const facility = facilityId === undefined ? undefined : await facilityChoice(db, facilityId);
      const [numbers, passcode] = [await numbersOf(db, id), await passcodeOf(db, id)];
      return ok({ ...shown, facility, numbers, hasPasscode: passcode !== undefined });
    },
  },
  {
    method: 'PUT',
    path: '/v1/account/facility',
    summary: 'Finishes an account that was opened on the phone line: which facility it is for',
    door: 'family',
    limit: 'change',
    query: accountQuery,
    body: resources.facilityChosen,
    answers: { 200: resources.facility },
    problems: [404, 409, 429],
    async run(db, _house, asked) {
      const { id } = mine(asked, { open: true });
      const { state, facilityId } = read('body', resources.facilityChosen, asked.body);
      const chosen = await chooseFacility(db, { accountId: id, state, facilityId });
      if (chosen.kind === 'chosen') return ok(chosen.facility);
      if (chosen.reason === 'account-closed') throw refuse('account-closed');
      if (chosen.reason === 'unknown-facility') throw refuse('facility-unknown');
      throw refuse(chosen.reason === 'has-facility' ? 'facility-chosen' : 'account-unknown');
    },
  },
  {
    method: 'PUT',
    path: '/v1/account/passcode',
    summary:
      'Sets the passcode, by the password given anew; or another one where the one there is is given (guide row 28)',
    door: 'family',
    limit: 'say-passcode',
    query: accountQuery,
    body: resources.passcodeSet,
    answers: { 200: resources.result('set', 'changed') },
    problems: [403, 404, 409, 422, 429],
    async run(db, house, asked) {
      const { id: accountId } = mine(asked, { open: true });
      const { passcode, passcodeAgain, current } = read('body', resources.passcodeSet, asked.body);
      // The first one opens the account to the phone line, closing it included.
      const { identityId } = current === undefined ? provenIn(asked, house.identity.now()) : signedIn(asked);
      const by = { kind: 'web', id: identityId } as const;
      const said =
        current === undefined
          ? undefined
          : await checkPasscode(db, house.holders, { accountId, passcode: current, by });
      if (said && said.kind !== 'right') throw refusePasscode(house, said);
      const typed = { entered: passcode, again: passcodeAgain };
      const order = { accountId, passcode: typed, by, ...(said && { proof: said.proof }) };
      const done = await setPasscode(db, house.holders, order);
      if (done.kind !== 'refused') return result(done.kind);
      if (done.reason === 'account-closed' || done.reason === 'passcode-needed') throw refuse(done.reason);
      const fault = done.reason === 'too-easy' ? `too-easy:${done.weakness}` : done.reason;
      throw refuse('passcode-faulty', { faults: [fault] });
    },
  },
];
