import { LedgerRefusal } from '#db/ledger.ts';
import { brokenConstraint } from '#db/unavailable.ts';

const once = new Set(['payment_event_once', 'receivable_event_once']);

/** A key that another order used in this very moment is an answer; whatever the transaction had done is rolled back. */
export async function refusingReuse<T>(
  work: Promise<T>,
): Promise<T | { readonly kind: 'refused'; readonly code: 'key-reused' }> {
  return work.catch((error: unknown) => {
    const reused = error instanceof LedgerRefusal && error.code === 'key-reused';
    if (reused || once.has(brokenConstraint(error) ?? '')) return { kind: 'refused', code: 'key-reused' } as const;
    throw error;
  });
}
