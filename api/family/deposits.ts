import { DepositRefusal } from '#accounts/deposits/deposit-refusal.ts';
import { resultOf, type DepositResult } from '#accounts/deposits/settle.ts';
import { payOnWeb } from '#accounts/household/pay.ts';
import { findDeposit } from '#db/deposits.ts';
import type { z } from 'zod';
import { signedIn } from '../identity/sessions.ts';
import { read } from '../problem.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import { accountQuery, keyIn, mine, ok, type FamilyRoute } from './route.ts';

interface About {
  readonly cents: number;
  readonly card: { readonly brand: string; readonly lastFour: string };
  readonly cardSaved?: boolean | undefined;
}

function told(result: DepositResult, { cents, card, cardSaved }: About): z.input<typeof resources.deposit> {
  const { brand, lastFour } = card;
  return {
    ...{ id: result.depositId, state: result.kind, cents, feeCents: 0, card: { brand, lastFour }, cardSaved },
    ...(result.kind === 'captured' && { reference: result.reference, balanceCents: result.balanceCents }),
    ...(result.kind === 'captured' && result.afterClosing && { returned: true }),
    ...(result.kind === 'declined' && { reason: result.reason }),
  };
}

const statuses = { captured: 201, pending: 202, declined: 200 } as const;

/** Deposits by card (guide rows 31-34): $2.00 to $100.00, no fee. */
export const depositRoutes: readonly FamilyRoute[] = [
  {
    method: 'POST',
    path: '/v1/account/deposits',
    summary: 'Adds money from the saved card, or from one that was given on the card processor’s page',
    door: 'family',
    limit: 'pay',
    idempotent: true,
    query: accountQuery,
    body: resources.depositing,
    answers: { 200: resources.deposit, 201: resources.deposit, 202: resources.deposit },
    problems: [404, 409, 422, 429],
    async run(_db, house, asked) {
      const { cents, card } = read('body', resources.depositing, asked.body);
      const key = `web ${signedIn(asked).identityId} ${keyIn(asked)}`;
      const { id: accountId } = mine(asked, { open: true });
      const given = card && { token: card.token, agreementVersion: card.save?.agreementVersion };
      const paid = await payOnWeb(house, { key, accountId, cents, card: given }).catch((error: unknown) => {
        throw error instanceof DepositRefusal ? refusalOf(error) : error;
      });
      if (paid.kind === 'card-refused') throw refuseCard(paid.reason);
      if (paid.kind !== 'paid') throw refuse(paid.kind);
      const { deposit, card: shown, cardSaved } = paid;
      return { status: statuses[deposit.kind], body: told(deposit, { cents, card: shown, cardSaved }) };
    },
  },
  {
    method: 'GET',
    path: '/v1/account/deposits/:id',
    summary: 'What became of a deposit',
    door: 'family',
    limit: 'look',
    params: resources.depositPath,
    query: accountQuery,
    answers: { 200: resources.deposit },
    problems: [404, 409, 429],
    async run(db, _house, asked) {
      const { id } = read('path', resources.depositPath, asked.params);
      const { id: accountId } = mine(asked);
      const deposit = await findDeposit(db, id);
      if (deposit?.accountId !== accountId) throw refuse('deposit-unknown');
      return ok(told(await resultOf(db, deposit), deposit));
    },
  },
];

/** The problem of a card that the gateway does not take. */
export const refuseCard = (reason: string) =>
  reason === 'gateway-unavailable' ? refuse('card-gateway-away') : refuse('card-refused', { faults: [reason] });

function refusalOf({ code }: DepositRefusal) {
  if (code === 'account-closed' || code === 'key-reused') return refuse(code);
  return code === 'unknown-account' ? refuse('account-unknown') : refuse('amount-faulty', { faults: [code] });
}
