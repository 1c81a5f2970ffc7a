import type { Openings } from '#flows/family-line/ports.ts';

/** Accounts are not opened on the line yet: whoever has none is asked for the number of one, as ever. */
export const noOpenings: Openings = {
  standing: async () => 'taken',
  terms: async () => undefined,
  tooEasy: () => false,
  open: async () => ({ kind: 'refused' }),
};
