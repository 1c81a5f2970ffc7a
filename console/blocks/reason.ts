import { wordFor } from '../wording/words.tsx';
import type { Wording } from '../wording/wording.ts';

interface Act {
  readonly reason: string;
  readonly by: { readonly kind: string };
}

/** Why something was done: as an agent typed it; what the system wrote down in words of the reader's language. */
export const reasonOf = ({ reasons }: Wording, { reason, by }: Act): string =>
  by.kind === 'agent' ? reason : wordFor(reasons, reason);
