import { proven } from '#accounts/household/enrol-on-web.ts';
import { addNumber, removeNumber, type NumberChanging } from '#accounts/numbers/change-numbers.ts';
import { randomUUID } from 'node:crypto';
import { signedIn } from '../identity/sessions.ts';
import { read } from '../problem.ts';
import { refusePasscode } from './accounts.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import { accountQuery, mine, type Answered, type FamilyRoute } from './route.ts';

function answerOf(done: NumberChanging): Answered {
  if (done.kind !== 'refused')
    return { status: done.kind === 'added' ? 201 : 200, body: { result: done.kind, numbers: done.numbers } };
  switch (done.reason) {
    case 'last-number':
      throw refuse('number-last');
    case 'unknown-account':
      throw refuse('account-unknown');
    case 'account-closed':
    case 'number-has-account':
      throw refuse(done.reason);
    default:
      throw refuse('number-faulty', { faults: [done.reason] });
  }
}

/** The authorised numbers (guide row 39): at least one. Listed with the account. */
export const numberRoutes: readonly FamilyRoute[] = [
  {
    method: 'POST',
    path: '/v1/account/numbers',
    summary: 'Authorises one more number; the holder is told',
    door: 'family',
    limit: 'say-passcode',
    query: accountQuery,
    body: resources.numberAdding,
    answers: { 200: resources.numbers, 201: resources.numbers },
    problems: [404, 409, 422, 429],
    async run(db, house, asked) {
      const { id: accountId } = mine(asked, { open: true });
      const { number, sharing } = read('body', resources.numberAdding, asked.body);
      const { identityId } = signedIn(asked);
      const shared = sharing && (await proven(db, house.holders, identityId, sharing));
      if (shared && shared.kind !== 'passcode') throw refusePasscode(house, shared);
      const order = { key: randomUUID(), accountId, number, by: { kind: 'web', id: identityId } } as const;
      return answerOf(await addNumber(db, house.holders, { ...order, ...(shared && { sharing: shared }) }));
    },
  },
  {
    method: 'DELETE',
    path: '/v1/account/numbers/:number',
    summary: 'Takes a number away, unless it is the last; the holder is told. Its blocks stay',
    door: 'family',
    limit: 'change',
    params: resources.numberPath,
    query: accountQuery,
    answers: { 200: resources.numbers },
    problems: [404, 409, 422, 429],
    async run(db, house, asked) {
      const { id: accountId } = mine(asked, { open: true });
      const { number } = read('path', resources.numberPath, asked.params);
      const by = { kind: 'web', id: signedIn(asked).identityId } as const;
      return answerOf(await removeNumber(db, house.holders, { key: randomUUID(), accountId, number, by }));
    },
  },
];
