import { expect } from 'vitest';
import { failures, type Attack } from './attack.ts';

/** A small part of an attack, as a test. */
export async function shortly(attack: Attack, share: number): Promise<void> {
  const outcome = await attack.run({ seed: 20_261_129, share, say: () => undefined });
  expect(failures(outcome)).toEqual([]);
  expect(outcome.checks.length).toBeGreaterThan(0);
}
