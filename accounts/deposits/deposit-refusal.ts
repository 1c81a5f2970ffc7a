import type { AmountRefusal } from '../money.ts';

export type DepositRefusalCode = AmountRefusal | 'unknown-account' | 'account-closed' | 'key-reused';

/** The deposit is not taken: nothing was charged, nothing written. */
export class DepositRefusal extends Error {
  override readonly name = 'DepositRefusal';
  readonly code: DepositRefusalCode;

  constructor(code: DepositRefusalCode) {
    super(`The deposit is refused: ${code}.`);
    this.code = code;
  }
}
