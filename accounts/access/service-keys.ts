import { randomUUID } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import { audit, type AuditedBy } from '#db/staff/audit.ts';
import { addServiceKey, endServiceKey, serviceKeyBy, type ServiceKey } from '#db/staff/service-keys.ts';
import { digestOf, newToken } from '../identity/keys.ts';
import type { Act } from './acts.ts';
import { actsOfKeys } from './table.ts';

/** Tells a key from other tokens, to whoever searches for one that leaked. */
const PREFIX = 'hlk_';

export type KeyMade =
  /** `key` is told once: the database has its SHA-256. */
  | { readonly kind: 'made'; readonly id: string; readonly key: string }
  | { readonly kind: 'refused'; readonly faults: readonly ('name-missing' | 'acts-missing' | 'act-not-for-keys')[] };

/** A key for a server of the web or app layer: 256 random bits, for the acts that it needs. Throws DatabaseUnavailable. */
export async function makeServiceKey(
  db: Database,
  { now }: { readonly now: () => Date },
  by: AuditedBy,
  wanted: { readonly name: string; readonly acts: readonly string[] },
): Promise<KeyMade> {
  const [name, acts] = [wanted.name.trim(), actsOfKeys.filter((act) => wanted.acts.includes(act))];
  const faults = [
    ...(name === '' ? (['name-missing'] as const) : []),
    ...(wanted.acts.length === 0 ? (['acts-missing'] as const) : []),
    ...(wanted.acts.some((act) => !acts.includes(act as Act)) ? (['act-not-for-keys'] as const) : []),
  ];
  if (faults.length > 0) return { kind: 'refused', faults };
  const [id, key, madeAt] = [randomUUID(), `${PREFIX}${newToken()}`, now()];
  await db.transaction().execute(async (trx) => {
    await addServiceKey(trx, { id, name, digest: digestOf(key), acts, madeAt });
    const entry = { act: 'key.make', resource: { kind: 'service-key', id }, after: { name, acts } };
    await audit(trx, by, entry, madeAt);
  });
  return { kind: 'made', id, key };
}

/** Takes a key back: it is good for nothing from now on. False: there is none such that was good. Throws DatabaseUnavailable. */
export const takeServiceKeyBack = (
  db: Database,
  { now }: { readonly now: () => Date },
  by: AuditedBy,
  { id, reason }: { readonly id: string; readonly reason?: string | undefined },
): Promise<boolean> =>
  db.transaction().execute(async (trx) => {
    const ended = await endServiceKey(trx, id, now());
    if (!ended) return false;
    const { name, acts } = ended;
    const entry = { act: 'key.end', resource: { kind: 'service-key', id }, reason, before: { name, acts } };
    await audit(trx, by, entry, now());
    return true;
  });

/** Whose key this is, if it is good. Throws DatabaseUnavailable. */
export const serviceKeyOf = async (db: Database, shown: string): Promise<ServiceKey | undefined> =>
  shown.startsWith(PREFIX) ? serviceKeyBy(db, digestOf(shown)) : undefined;

/** Whether a key was given this act, and such a key may still be given it. */
export const keyMay = ({ acts }: ServiceKey, act: Act | undefined): boolean =>
  act !== undefined && acts.includes(act) && actsOfKeys.includes(act);
