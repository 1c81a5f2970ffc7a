import { closeAccount as markClosed } from '#db/accounts.ts';
import { activeBlock, liftBlock, placeBlock } from '#db/blocks.ts';
import { accountStatus, findClosing, recordClosing, type AccountClosing, type CloserKind } from '#db/closing.ts';
import type { Database } from '#db/connect.ts';
import { post, type Posting } from '#db/ledger.ts';
import { giveBack, givenBackBy, type GivenBack } from '../refunds/give-back.ts';
import { tellHolder, type RefundNews } from '../refunds/notices.ts';
import type { HolderDeps } from '../refunds/ports.ts';
import { planClosing, type ClosingPreview } from './preview.ts';

export interface ClosingOrder {
  /** Idempotency key: the same order again gives what is there. */
  readonly key: string;
  readonly accountId: string;
  /** Of the preview that was shown, and agreed to. */
  readonly previewVersion: string;
  readonly by: { readonly kind: CloserKind; readonly id?: string };
}

export type ClosingResult =
  | { readonly kind: 'closed'; readonly closing: AccountClosing; readonly givenBack: GivenBack }
  /** Something is no longer as it was shown: to be shown anew, and agreed to. */
  | { readonly kind: 'changed'; readonly preview: ClosingPreview }
  /** A call goes on, and its cost is not known. Nothing was done; the order may be given again when it has ended. */
  | { readonly kind: 'call-in-progress'; readonly heldCents: number }
  | { readonly kind: 'already-closed' | 'unknown-account' | 'key-reused' };

/**
 * Closes an account, in one transaction: AutoPay and TextPay end, no facility calls its numbers any more, the balance is on its way back. All of
 * it is on disk when this returns, or nothing. Throws DatabaseUnavailable, after which the same order with the same key may be given again.
 */
export async function closeAccount(db: Database, deps: HolderDeps, order: ClosingOrder): Promise<ClosingResult> {
  return db.transaction().execute(async (trx) => {
    const status = await accountStatus(trx, order.accountId, { lock: true });
    const before = await findClosing(trx, { key: order.key });
    if (before) return before.accountId === order.accountId ? closed(trx, before) : { kind: 'key-reused' };
    if (status !== 'open') return { kind: status ? 'already-closed' : 'unknown-account' };
    const { preview, split } = await planClosing(trx, deps, order.accountId, { lock: true });
    if (preview.heldCents > 0) return { kind: 'call-in-progress', heldCents: preview.heldCents };
    if (preview.version !== order.previewVersion) return { kind: 'changed', preview };

    const at = deps.now();
    // Ends AutoPay and TextPay by trigger; from here on nothing is paid in.
    await markClosed(trx, order.accountId, at);
    for (const number of preview.numbers) await blockForGood(trx, number, order.accountId, at);
    const posting = await emptyAccount(trx, order, preview.balanceCents, at);
    if (posting)
      await giveBack(trx, deps, {
        ...{ accountId: order.accountId, cause: 'closing', postingId: posting.id, split },
        byId: order.by.id ?? order.by.kind,
      });
    const { balanceCents, numbers } = preview;
    const closing = { ...order, balanceCents, numbers, at, ...(posting && { postingId: posting.id }) };
    await recordClosing(trx, closing);
    await tellHolder(trx, deps, { key: `closing ${order.key}`, accountId: order.accountId, news: newsOf(preview) });
    return closed(trx, closing);
  });
}

async function closed(trx: Database, closing: AccountClosing): Promise<ClosingResult> {
  const { postingId } = closing;
  const givenBack = postingId === undefined ? { cards: [], cheques: [] } : await givenBackBy(trx, postingId);
  return { kind: 'closed', closing, givenBack };
}

/** A block that an open account could lift gives way to one that only an agent can (guide rows 17, 22). */
async function blockForGood(trx: Database, number: string, accountId: string, at: Date): Promise<void> {
  const by = { kind: 'closing', id: accountId } as const;
  const there = await activeBlock(trx, number, 'all', { lock: true });
  if (there && there.placed.by.kind !== 'closing')
    await liftBlock(trx, there.id, { by, reason: 'replaced by the block of closing the account', at });
  await placeBlock(trx, { number, scope: 'all', by, reason: 'account closed', at });
}

async function emptyAccount(
  trx: Database,
  { accountId, key }: ClosingOrder,
  cents: number,
  at: Date,
): Promise<Posting | undefined> {
  if (cents === 0) return undefined;
  const entries = [
    { ledger: { holder: accountId }, cents: -cents },
    { ledger: 'refunds-payable', cents },
  ] as const;
  return post(trx, { key: `closing ${key}`, kind: 'refund', at, entries, memo: { accountId, cause: 'closing' } });
}

function newsOf({ balanceCents, cards, cheque, numbers }: ClosingPreview): RefundNews {
  return {
    kind: 'account-closed',
    balanceCents,
    cards: cards.map(({ lastFour, cents, due }) => ({ lastFour, cents, due })),
    ...(cheque && { cheque: { cents: cheque.cents, due: cheque.due, addressKnown: cheque.to !== undefined } }),
    numbers: numbers.length,
  };
}
