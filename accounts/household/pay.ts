import { currentCard } from '#db/cards.ts';
import type { Database } from '#db/connect.ts';
import { agreementAt } from '../cards/agreement.ts';
import { expiryRefusal } from '../cards/expiry.ts';
import type { CardGateway, TokenisedCard, TokeniseOutcome } from '../cards/gateway.ts';
import { CardRefusal, replaceCard, saveCard } from '../cards/saved-card.ts';
import { depositByCard, type DepositDeps } from '../deposits/deposit-by-card.ts';
import type { DepositResult } from '../deposits/settle.ts';
import { cardOnFile } from '../funding/card-on-file.ts';

export interface PayDeps {
  readonly deposits: DepositDeps;
  readonly cards: Pick<CardGateway, 'cardOf'>;
}

export interface WebDeposit {
  /** Of whoever asks: one identity's. */
  readonly key: string;
  readonly accountId: string;
  readonly cents: number;
  /** What the gateway's own page handed out; undefined: the saved card. */
  readonly card?: { readonly token: string; readonly agreementVersion?: string | undefined } | undefined;
}

export type Paid =
  | { readonly kind: 'paid'; readonly deposit: DepositResult; readonly card: Shown; readonly cardSaved?: boolean }
  | { readonly kind: 'card-missing' | 'card-expired' | 'agreement-outdated' }
  | { readonly kind: 'card-refused'; readonly reason: Extract<TokeniseOutcome, { kind: 'refused' }>['reason'] };

interface Shown {
  readonly brand: string;
  readonly lastFour: string;
}

/**
 * A deposit on the web (guide rows 31-34): from the saved card, or from one that was given on the gateway's page, which is saved as well when the
 * holder agrees. The same key again is the same deposit. Throws DepositRefusal; DatabaseUnavailable, after which the same may be asked again.
 */
export async function payOnWeb({ deposits, cards }: PayDeps, order: WebDeposit): Promise<Paid> {
  const { db, now } = deposits;
  const { key, accountId, cents, card: given } = order;
  const version = given?.agreementVersion;
  if (version !== undefined && agreementAt(now())?.version !== version) return { kind: 'agreement-outdated' };
  const found = given ? await cards.cardOf(given.token) : await cardOnFile(db, accountId, now());
  if (found.kind === 'refused') return { kind: 'card-refused', reason: found.reason };
  if (found.kind === 'none') return { kind: 'card-missing' };
  if (found.kind === 'expired') return { kind: 'card-expired' };
  const card = found.kind === 'token' ? found : found.card;
  const { token, brand, lastFour } = card;
  const charge = { key, accountId, cents, channel: 'web', card: { token, brand, lastFour } } as const;
  const deposit = await depositByCard(deposits, charge);
  const shown = { brand, lastFour };
  if (version === undefined || found.kind !== 'token' || deposit.kind !== 'captured')
    return { kind: 'paid', deposit, card: shown };
  const saved = await keepCard(deposits, { accountId, card: found, version });
  return { kind: 'paid', deposit, card: shown, cardSaved: saved === 'saved' };
}

/** Saves a card in the place of whatever card there is (row 48); the same again changes nothing. */
export async function keepCard(
  { db, now }: { readonly db: Database; readonly now: () => Date },
  { accountId, card, version }: { readonly accountId: string; readonly card: TokenisedCard; readonly version: string },
): Promise<'saved' | 'agreement-outdated' | 'card-expired' | 'account-closed'> {
  const at = now();
  if (expiryRefusal(card, at) !== undefined) return 'card-expired';
  const before = await currentCard(db, accountId);
  if (before?.token === card.token) return 'saved';
  const order = { accountId, card, agreement: { version, at }, channel: 'web' } as const;
  try {
    await (before ? replaceCard({ db, now }, order) : saveCard({ db, now }, order));
    return 'saved';
  } catch (error) {
    if (!(error instanceof CardRefusal)) throw error;
    if (error.code === 'account-closed' || error.code === 'card-expired') return error.code;
    // Another request was faster by the blink of an eye: what it found is what this one looked for.
    if (error.code === 'already-saved' || error.code === 'no-card')
      return keepCard({ db, now }, { accountId, card, version });
    return 'agreement-outdated';
  }
}
