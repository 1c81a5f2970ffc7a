import { createHash } from 'node:crypto';
import type { DueDays } from '#db/card-refunds.ts';
import type { Payee } from '#db/cheques.ts';
import { numbersToClose, pendingDeposits } from '#db/closing.ts';
import type { Database } from '#db/connect.ts';
import { balanceOf } from '#db/ledger.ts';
import { refundSources } from '#db/refund-sources.ts';
import { dueDays } from '../refunds/due-days.ts';
import type { HolderDeps } from '../refunds/ports.ts';
import { split, type CardShare, type Split } from '../refunds/split.ts';

/** What closing an account now would do, said before it is done (guide rows 49-51, 22). */
export interface ClosingPreview {
  readonly accountId: string;
  /** May not reflect calls of the last 24 hours (row 49). Cents. */
  readonly balanceCents: number;
  /** Kept for calls that go on: as long as there are any, the account is not closed. Cents. */
  readonly heldCents: number;
  readonly cards: readonly (Omit<CardShare, 'depositId'> & { readonly due: DueDays })[];
  readonly cheque?: {
    readonly cents: number;
    readonly due: DueDays;
    /** Absent: the cheque waits for an address. */
    readonly to?: Payee;
  };
  /** Card payments whose outcome is not known yet: those that come in go back to their cards. */
  readonly pending: { readonly many: number; readonly cents: number };
  /** E.164: no facility calls them any more, and only an agent can lift that. */
  readonly numbers: readonly string[];
  /** Authorised by another open account as well: they stay as they are. */
  readonly sharedNumbers: readonly string[];
  /** Changes with anything above: what is closed is what was shown. */
  readonly version: string;
}

/** What stands behind a preview. */
export interface ClosingPlan {
  readonly preview: ClosingPreview;
  readonly split: Split;
}

/** Throws LedgerRefusal 'unknown-account'. */
export async function previewClosing(
  db: Database,
  deps: Pick<HolderDeps, 'now' | 'payeeOf'>,
  accountId: string,
): Promise<ClosingPreview> {
  return (await planClosing(db, deps, accountId)).preview;
}

/** `lock`: the caller holds the account's row, and takes the holder's here: the plan stays true until the transaction ends. */
export async function planClosing(
  db: Database,
  deps: Pick<HolderDeps, 'now' | 'payeeOf'>,
  accountId: string,
  options: { readonly lock?: boolean } = {},
): Promise<ClosingPlan> {
  const { balanceCents, heldCents } = await balanceOf(db, accountId, options);
  const due = await dueDays(db, deps.now());
  const shares = split(balanceCents, await refundSources(db, accountId));
  const to = shares.chequeCents > 0 ? await deps.payeeOf(db, accountId) : undefined;
  const numbers = await numbersToClose(db, accountId);
  const shown = {
    accountId,
    balanceCents,
    heldCents,
    cards: byCard(shares.cards).map((share) => ({ ...share, due: due.card })),
    ...(shares.chequeCents > 0 && { cheque: { cents: shares.chequeCents, due: due.cheque, ...(to && { to }) } }),
    pending: await pendingDeposits(db, accountId),
    numbers: numbers.filter(({ elsewhere }) => !elsewhere).map(({ number }) => number),
    sharedNumbers: numbers.filter(({ elsewhere }) => elsewhere).map(({ number }) => number),
  };
  const version = createHash('sha256').update(canonical(shown)).digest('hex');
  return { preview: { ...shown, version }, split: shares };
}

/** Several payments by one card are shown as one. */
function byCard(shares: readonly CardShare[]): Omit<CardShare, 'depositId'>[] {
  const cards = new Map<string, Omit<CardShare, 'depositId'>>();
  for (const { brand, lastFour, cents } of shares) {
    const before = cards.get(`${brand} ${lastFour}`)?.cents ?? 0;
    cards.set(`${brand} ${lastFour}`, { brand, lastFour, cents: before + cents });
  }
  return [...cards.values()];
}

/** The same content is the same text, in whatever order an address came out of jsonb. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
