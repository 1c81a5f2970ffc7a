import type { Requirement } from './asvs.ts';
import type { Proof } from './proof.ts';

type Proofs = readonly (readonly Proof[])[];

/** Met, as these tests show. */
export const tested = (id: string, asks: string, ...proofs: Proofs): Requirement => ({
  ...{ id, asks, standing: 'tested', why: '', proofs: proofs.flat() },
});
/** Met, by something that a test does not show; tests of a part of it may follow. */
export const so = (id: string, asks: string, why: string, ...proofs: Proofs): Requirement => ({
  ...{ id, asks, standing: 'so', why, proofs: proofs.flat() },
});
/** Does not apply. */
export const not = (id: string, asks: string, why: string): Requirement => ({
  ...{ id, asks, standing: 'not', why, proofs: [] },
});
/** Not met, or not wholly: what is missing, and the tests of what there is. */
export const lacks = (id: string, asks: string, why: string, ...proofs: Proofs): Requirement => ({
  ...{ id, asks, standing: 'lacks', why, proofs: proofs.flat() },
});
