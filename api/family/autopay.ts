import { changeFunding, joinFunding, leaveFunding, type Enrolment } from '#accounts/funding/enrolment.ts';
import { agreementAt } from '#accounts/cards/agreement.ts';
import { randomUUID } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import { fundingPlan, fundingVersion, type FundingPlan } from '#db/funding.ts';
import type { z } from 'zod';
import { provenIn, signedIn } from '../identity/sessions.ts';
import { read } from '../problem.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import { accountQuery, mine, ok, tagsIn, type FamilyRoute } from './route.ts';

function told(plan: FundingPlan | undefined): z.input<typeof resources.autopay> {
  if (!plan) return { mode: 'opt-out', feeCents: 0 };
  const { mode, amountCents, thresholdCents, mobile, email, notices, language, enrolledAt, suspendedAt } = plan;
  return {
    ...{ mode, amountCents, thresholdCents, feeCents: 0, mobile, email, notices, language },
    ...{ enrolledAt: enrolledAt.toISOString(), suspendedAt: suspendedAt?.toISOString() },
  };
}

type Refused = Extract<Enrolment, { kind: 'refused' }>['reason'];
function refusalOf(reason: Refused) {
  switch (reason) {
    case 'changed-meanwhile':
    case 'account-closed':
    case 'card-expired':
      return refuse(reason);
    // Two at once, neither of which had seen the other: as if it had been changed.
    case 'already-enrolled':
      return refuse('changed-meanwhile');
    case 'unknown-account':
      return refuse('account-unknown');
    case 'no-card':
      return refuse('card-missing');
    case 'not-enrolled':
      return refuse('autopay-off');
    default:
      return refuse('autopay-faulty', { faults: [reason] });
  }
}

const shown = async (db: Database, accountId: string, more: { readonly chargedNow?: boolean } = {}) =>
  ok({ ...told(await fundingPlan(db, accountId)), ...more }, await fundingVersion(db, accountId));

const shared = {
  path: '/v1/account/autopay',
  door: 'family',
  query: accountQuery,
  answers: { 200: resources.autopay },
  versioned: true,
} as const;

/** AutoPay and TextPay (guide rows 41-47): off until they are chosen, each change confirmed by notice. */
export const autopayRoutes: readonly FamilyRoute[] = [
  {
    ...shared,
    method: 'GET',
    summary: 'Whether the account takes part in AutoPay or TextPay, with its version in ETag',
    limit: 'look',
    problems: [404, 409, 429],
    async run(db, _house, asked) {
      return shown(db, mine(asked).id);
    },
  },
  {
    ...shared,
    method: 'PUT',
    summary:
      'Joins AutoPay, TextPay or both, or changes how, by the password given anew; a balance that is low already is served at once',
    limit: 'pay',
    body: resources.autopayChoice,
    problems: [403, 404, 409, 412, 422, 428, 429],
    async run(db, house, asked) {
      // The card is charged unasked from now on, and by whoever has the telephone.
      const { identityId } = provenIn(asked, house.identity.now());
      const choice = read('body', resources.autopayChoice, asked.body);
      const seen = tagsIn(asked);
      const { id: accountId } = mine(asked, { open: true });
      if (agreementAt(house.identity.now())?.version !== choice.agreementVersion) throw refuse('agreement-outdated');
      const by = { kind: 'web', id: identityId } as const;
      const request = { accountId, by, key: randomUUID(), choice, seen };
      const change = (await fundingPlan(db, accountId)) ? changeFunding : joinFunding;
      const done = await change(db, house.funding, request);
      if (done.kind === 'refused') throw refusalOf(done.reason);
      return shown(db, accountId, { chargedNow: 'lowBalanceId' in done && done.lowBalanceId !== undefined });
    },
  },
  {
    ...shared,
    method: 'DELETE',
    summary: 'Takes part in neither any more (guide row 47)',
    limit: 'change',
    problems: [404, 409, 412, 428, 429],
    async run(db, house, asked) {
      const seen = tagsIn(asked);
      const { id: accountId } = mine(asked);
      const by = { kind: 'web', id: signedIn(asked).identityId } as const;
      const done = await leaveFunding(db, house.funding, { accountId, by, key: randomUUID(), seen });
      if (done.kind === 'refused') throw refusalOf(done.reason);
      return shown(db, accountId);
    },
  },
];
