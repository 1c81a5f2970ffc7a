export const reasons = ['not-legible', 'not-alone', 'name-differs', 'expired', 'not-an-id', 'other'] as const;
export type RejectionReason = (typeof reasons)[number];

/** What somebody has chosen so far. */
export interface Chosen {
  readonly approve: boolean;
  readonly reasons: readonly RejectionReason[];
}

export const nothingChosen: Chosen = { approve: false, reasons: [] };

/** All is well, or something is not: never both. */
export const approving = ({ approve }: Chosen): Chosen => ({ approve: !approve, reasons: [] });

export const withReason = ({ reasons: before }: Chosen, reason: RejectionReason): Chosen => ({
  approve: false,
  reasons: before.includes(reason) ? before.filter((one) => one !== reason) : [...before, reason],
});

/** What is missing before it is decided: a choice, or a note with `other`. */
export function missingIn({ approve, reasons: chosen }: Chosen, note: string): 'choice' | 'note' | undefined {
  if (!approve && chosen.length === 0) return 'choice';
  return chosen.includes('other') && note.trim() === '' ? 'note' : undefined;
}
