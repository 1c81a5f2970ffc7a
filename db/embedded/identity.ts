import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Whom PostgreSQL runs as. `undefined` means: as whoever runs this process. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** `nobody` on every Linux. initdb and postgres refuse to run as root, and we do not add users to somebody's machine. */
export const NOBODY: Identity = { uid: 65534, gid: 65534 };

export const serverIdentity = (uid = process.getuid?.()): Identity | undefined => (uid === 0 ? NOBODY : undefined);

/**
 * The first folder on the way to `path` that `who` may not enter, or undefined when the way is free. Parts that do not exist yet are free.
 * Reads mode bits only (an access list that says otherwise is not seen), because root's own `access()` says yes to everything.
 */
export async function closedTo(who: Identity | undefined, path: string): Promise<string | undefined> {
  if (!who) return undefined;
  const full = resolve(path);
  const parent = dirname(full);
  const above = parent === full ? undefined : await closedTo(who, parent);
  if (above !== undefined) return above;
  const found = await stat(full).catch(() => undefined);
  if (!found?.isDirectory()) return undefined;
  const bit = found.uid === who.uid ? 0o100 : found.gid === who.gid ? 0o010 : 0o001;
  return found.mode & bit ? undefined : full;
}
