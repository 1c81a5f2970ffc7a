import { closeAccount } from '#accounts/closing/close.ts';
import { previewClosing, type ClosingPreview } from '#accounts/closing/preview.ts';
import { closingWords } from '#accounts/closing/wording.ts';
import { z } from 'zod';
import { provenIn } from '../identity/sessions.ts';
import { read } from '../problem.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import { account, accountQuery, keyIn, mine, ok, type FamilyRoute } from './route.ts';

const previewQuery = z.strictObject({ account, language: resources.language.default('en') });

function told(preview: ClosingPreview, language: 'en' | 'es'): z.input<typeof resources.closingPreview> {
  const { version, balanceCents, heldCents, cards, cheque, pending, numbers, sharedNumbers } = preview;
  return {
    ...{ version, balanceCents, heldCents, pending, numbers: [...numbers], sharedNumbers: [...sharedNumbers] },
    cards: cards.map(({ brand, lastFour, cents, due }) => ({ brand, lastFour, cents, due })),
    ...(cheque && { cheque: { cents: cheque.cents, due: cheque.due, addressKnown: cheque.to !== undefined } }),
    said: closingWords(preview, language),
  };
}

/** Closing an account (guide rows 22, 49-51): what it does is shown first, and that is what is done. */
export const closingRoutes: readonly FamilyRoute[] = [
  {
    method: 'GET',
    path: '/v1/account/closing',
    summary: 'What closing the account would do: what goes back where, which numbers are blocked',
    door: 'family',
    limit: 'look',
    query: previewQuery,
    answers: { 200: resources.closingPreview },
    problems: [404, 409, 429],
    async run(db, house, asked) {
      const { language } = read('query', previewQuery, asked.query);
      const { id } = mine(asked, { open: true });
      return ok(told(await previewClosing(db, house.refunds, id), language));
    },
  },
  {
    method: 'POST',
    path: '/v1/account/closing',
    summary: 'Closes the account as it was shown; asks for the password anew',
    door: 'family',
    limit: 'change',
    idempotent: true,
    query: accountQuery,
    body: resources.closing,
    answers: { 200: resources.closed },
    problems: [403, 404, 409, 422, 429],
    async run(db, house, asked) {
      const { version: previewVersion } = read('body', resources.closing, asked.body);
      const { identityId } = provenIn(asked, house.identity.now());
      const key = `web ${identityId} ${keyIn(asked)}`;
      const { id: accountId } = mine(asked);
      const by = { kind: 'web', id: identityId } as const;
      const done = await closeAccount(db, house.refunds, { key, accountId, previewVersion, by });
      switch (done.kind) {
        case 'closed': {
          const { balanceCents, numbers, at } = done.closing;
          return ok({ result: 'closed', balanceCents, numbers, at });
        }
        case 'changed':
          throw refuse('closing-changed');
        case 'call-in-progress':
        case 'key-reused':
          throw refuse(done.kind);
        case 'already-closed':
          throw refuse('account-closed');
        case 'unknown-account':
          throw refuse('account-unknown');
      }
    },
  },
];
