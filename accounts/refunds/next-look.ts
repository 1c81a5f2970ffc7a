/**
 * How many days after it was carried out a refund is looked at again: the gateway may never tell that it failed, and it may take a bank up to thirty
 * days to give it back (docs.stripe.com/refunds#failed-refunds).
 */
export const LOOK_AFTER_DAYS = [1, 3, 7, 14, 30, 45] as const;

/** When a refund that was carried out at `endedAt` is looked at next after `at`; nothing when that is over. */
export function nextLook(endedAt: Date, at: Date): { readonly lookAgainAt?: Date } {
  const days = LOOK_AFTER_DAYS.map((after) => new Date(endedAt.getTime() + after * 24 * 3_600_000));
  const lookAgainAt = days.find((day) => day > at);
  return lookAgainAt ? { lookAgainAt } : {};
}
