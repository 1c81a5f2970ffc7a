import { createHmac } from 'node:crypto';
import { closeAccount, openAccount } from '../accounts.ts';
import { blockHistory, placeBlock } from '../blocks.ts';
import type { Database } from '../connect.ts';
import { ha1Of, saveCredentials } from '../credentials.ts';
import { saveFacility } from '../facilities.ts';
import { pinDigest, savePerson } from '../people.ts';
import { addPrivileged } from '../privileged.ts';
import { saveStation, saveTrunk } from '../stations.ts';
import { facilities, homePhones, people, special, stations, VALLEY_VIEW } from './demo-world.ts';
import { directory } from './directory.ts';

export interface DemoSecrets {
  readonly username: string;
  /** Only its H(A1) is stored. */
  readonly password: string;
}

/** What to dial and as whom: for printing, not for logs. */
export interface Demo {
  readonly facilities: typeof facilities;
  readonly stations: readonly (DemoSecrets & {
    readonly id: string;
    readonly facilityId: string;
    readonly name: string;
  })[];
  readonly trunk: { readonly address: string; readonly port: number; readonly stationId: string };
  readonly people: typeof people;
  readonly homePhones: readonly (DemoSecrets & { readonly name: string; readonly number: string })[];
  readonly numbers: typeof special;
}

export interface DemoOptions {
  readonly pinPepper: string;
  /** The digest realm the phones will be asked in. */
  readonly realm: string;
  readonly now: Date;
  /** Where the demo trunk sends from. With a port, so that softphones on the same address are not taken for it. */
  readonly trunk?: { readonly address: string; readonly port: number };
}

/** Derived from the pepper: the same at every start. */
export const demoSecrets = (pinPepper: string, username: string): DemoSecrets => ({
  username,
  password: createHmac('sha256', pinPepper).update(`demo password of ${username}`).digest('base64url').slice(0, 12),
});

/** Fills an empty or already seeded database with an invented agency. */
export async function seedDemo(db: Database, options: DemoOptions): Promise<Demo> {
  const { pinPepper, realm, now } = options;
  const trunk = { ...(options.trunk ?? { address: '127.0.0.1', port: 5070 }), stationId: 'valley-view-trunk' };
  const secretOf = (username: string) => demoSecrets(pinPepper, username);

  for (const facility of [...facilities, ...directory]) await saveFacility(db, facility);

  const phones = stations.map((station) => ({ ...station, ...secretOf(station.username) }));
  for (const { id, facilityId, name, username, password } of phones) {
    await saveStation(db, { id, facilityId, name, active: true });
    await saveCredentials(db, { username, realm, ha1: ha1Of(username, realm, password), stationId: id });
  }
  await saveStation(db, { id: trunk.stationId, facilityId: VALLEY_VIEW, name: 'Trunk', active: true });
  await saveTrunk(db, trunk);

  for (const { pin, ...person } of people)
    await savePerson(db, { ...person, active: true, pinDigest: pinDigest(pinPepper, person.facilityId, pin) });

  const homes = homePhones.map((home) => ({ ...home, ...secretOf(home.username) }));
  for (const { username, password, number } of homes)
    await saveCredentials(db, { username, realm, ha1: ha1Of(username, realm, password), number });

  await addPrivileged(db, special.privileged, { reason: 'attorney', addedBy: 'demo', at: now });
  await openAccount(db, { id: 'demo-closed', numbers: [special.accountClosed], at: now });
  await closeAccount(db, 'demo-closed', now);
  // What closing an account leaves (accounts/closing/), once: it may have been lifted since.
  if ((await blockHistory(db, special.accountClosed, 1)).length === 0)
    await placeBlock(db, {
      number: special.accountClosed,
      scope: 'all',
      by: { kind: 'closing', id: 'demo-closed' },
      reason: 'account closed',
      at: now,
    });
  if ((await blockHistory(db, special.blocked, 1)).length === 0)
    await placeBlock(db, {
      number: special.blocked,
      scope: { facilityId: VALLEY_VIEW },
      by: { kind: 'agent', id: 'demo' },
      reason: 'asked for by the called party',
      at: now,
    });

  return { facilities, stations: phones, trunk, people, homePhones: homes, numbers: special };
}
