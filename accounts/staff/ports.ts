import type { SecretHasher } from '../identity/hasher.ts';
import type { IdentityKeys } from '../identity/keys.ts';
import type { Sealer } from './sealer.ts';

export interface StaffDeps {
  readonly now: () => Date;
  /** By whom guesses are counted. */
  readonly keys: Pick<IdentityKeys, 'subject'>;
  readonly passwords: SecretHasher;
  /** Of the keys of one-time codes. */
  readonly sealer: Sealer;
}
