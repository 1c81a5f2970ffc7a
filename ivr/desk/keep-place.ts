import { renewPlace } from '#db/desk/entries.ts';
import type { Platform } from '../platform.ts';

/** How often it is said that somebody's place is kept, milliseconds. */
const renewMs = 10_000;

/** Says again and again that this process still has somebody, until it is aborted. Never rejects: a database that is away is asked again. */
export async function keepPlace(
  entryId: string,
  { db, clock }: Pick<Platform, 'db' | 'clock'>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await renewPlace(db, entryId, clock.now()).catch(() => undefined);
    await clock.wait(renewMs, signal).catch(() => undefined);
  }
}
