import { randomUUID } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import { audit, type AuditedBy } from '#db/staff/audit.ts';
import {
  addServiceKey,
  endServiceKey,
  noteServiceKeyTold,
  serviceKeyBy,
  type ServiceKey,
} from '#db/staff/service-keys.ts';
import { digestOf, newToken } from '../identity/keys.ts';
import type { Act } from './acts.ts';
import { aDayBefore, endOfKey, endsSoon, hasEnded, isKeyTerm, KEY_DAYS } from './key-term.ts';
import { actsOfKeys } from './table.ts';

/** Tells a key from other tokens, to whoever searches for one that leaked. */
const PREFIX = 'hlk_';

export type KeyMade =
  /** `key` is told once: the database has its SHA-256. */
  | { readonly kind: 'made'; readonly id: string; readonly key: string; readonly endsAt: Date }
  | {
      readonly kind: 'refused';
      readonly faults: readonly ('name-missing' | 'acts-missing' | 'act-not-for-keys' | 'days-out-of-range')[];
    };

/**
 * A key for a server of the web or app layer: 256 random bits, for the acts that it needs, and for so many days. Another of the same name may be good at
 * the same time: so one takes over from the other. Throws DatabaseUnavailable.
 */
export async function makeServiceKey(
  db: Database,
  { now }: { readonly now: () => Date },
  by: AuditedBy,
  wanted: { readonly name: string; readonly acts: readonly string[]; readonly days?: number },
): Promise<KeyMade> {
  const { days = KEY_DAYS.usual } = wanted;
  const [name, acts] = [wanted.name.trim(), actsOfKeys.filter((act) => wanted.acts.includes(act))];
  const faults = [
    ...(name === '' ? (['name-missing'] as const) : []),
    ...(wanted.acts.length === 0 ? (['acts-missing'] as const) : []),
    ...(wanted.acts.some((act) => !acts.includes(act as Act)) ? (['act-not-for-keys'] as const) : []),
    ...(isKeyTerm(days) ? [] : (['days-out-of-range'] as const)),
  ];
  if (faults.length > 0) return { kind: 'refused', faults };
  const [id, key, madeAt] = [randomUUID(), `${PREFIX}${newToken()}`, now()];
  const endsAt = endOfKey(madeAt, days);
  await db.transaction().execute(async (trx) => {
    await addServiceKey(trx, { id, name, digest: digestOf(key), acts, madeAt, endsAt });
    const entry = { act: 'key.make', resource: { kind: 'service-key', id }, after: { name, acts, endsAt } };
    await audit(trx, by, entry, madeAt);
  });
  return { kind: 'made', id, key, endsAt };
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

export interface KeyShown {
  /** `ended`: it was good until its end, and opens nothing. */
  readonly kind: 'good' | 'ended';
  readonly key: ServiceKey;
}

/** Whose key this is; undefined: nobody's, or it was taken back. Throws DatabaseUnavailable. */
export async function serviceKeyOf(db: Database, shown: string, now: Date): Promise<KeyShown | undefined> {
  const key = shown.startsWith(PREFIX) ? await serviceKeyBy(db, digestOf(shown)) : undefined;
  return key && { kind: hasEnded(key, now) ? 'ended' : 'good', key };
}

/**
 * Whether somebody is to be told now that this key ends soon: at most once a day for a key, whichever of many processes asks. Throws
 * DatabaseUnavailable.
 */
export async function isEndToBeTold(db: Database, key: ServiceKey, now: Date): Promise<boolean> {
  if (!endsSoon(key, now)) return false;
  const since = aDayBefore(now);
  return (key.toldAt === null || key.toldAt <= since) && noteServiceKeyTold(db, key.id, { at: now, since });
}

/** Whether a key was given this act, and such a key may still be given it. */
export const keyMay = ({ acts }: ServiceKey, act: Act | undefined): boolean =>
  act !== undefined && acts.includes(act) && actsOfKeys.includes(act);
