import { secretHasher } from '#accounts/identity/hasher.ts';
import { identityKeys } from '#accounts/identity/keys.ts';
import type { StaffDeps } from '#accounts/staff/ports.ts';
import { sealerOf } from '#accounts/staff/sealer.ts';
import type { Config } from './config.ts';

/** What it takes to know who works here. */
export async function staffOf({ IDENTITY_SECRET: secret }: Pick<Config, 'IDENTITY_SECRET'>): Promise<StaffDeps> {
  const passwords = await secretHasher(secret, 'staff-password');
  return { now: () => new Date(), keys: identityKeys(secret), passwords, sealer: sealerOf(secret) };
}
