import type { Proof } from './proof.ts';
import { familiesAndPeople } from './threats/families-and-people.ts';
import { staffAndMachines } from './threats/staff-and-machines.ts';

/** What somebody may try, or what may happen. */
export interface Threat {
  readonly id: `T${number}`;
  readonly threat: string;
  /** What stands against it; and what remains. */
  readonly stands: string;
  readonly remains: string;
  readonly proofs: readonly (readonly Proof[])[];
}

/** Where those meet who do not trust each other. */
export interface Boundary {
  readonly name: string;
  readonly between: string;
  /** By what who comes in proves who they are. */
  readonly proof: string;
  readonly threats: readonly Threat[];
}

export const boundaries: readonly Boundary[] = [...familiesAndPeople, ...staffAndMachines];
export const threats: readonly Threat[] = boundaries.flatMap(({ threats: all }) => all);
