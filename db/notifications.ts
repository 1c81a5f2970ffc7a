import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { classify, DatabaseUnavailable } from './unavailable.ts';

export interface Notifications {
  close(): Promise<void>;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

/**
 * Hears what is notified on a channel (NOTIFY) as it is committed, on a connection of its own; returns once it listens. Notices are not kept
 * for a listener that is away: after a broken connection it listens again by itself and says `onGap`, so that whoever needs all reads the table.
 * Throws DatabaseUnavailable when the first connection fails.
 */
export async function listenTo(
  url: string,
  channel: string,
  onNotice: (payload: string) => void,
  onGap: () => void = () => undefined,
): Promise<Notifications> {
  const closing = new AbortController();
  let client: pg.Client | undefined;

  const open = async () => {
    const next = new pg.Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      application_name: 'homeline events',
    });
    next.on('notification', ({ payload = '' }) => onNotice(payload));
    next.on('error', () => undefined); // 'end' follows
    try {
      await next.connect();
      await next.query(`listen ${channel}`);
    } catch (error) {
      await next.end().catch(() => undefined);
      // The driver's own patience that is at its end has no code.
      throw error instanceof Error && !('code' in error)
        ? new DatabaseUnavailable('CONNECT_TIMEOUT', { cause: error })
        : classify(error);
    }
    client = next;
    next.once('end', () => void reopen());
  };
  const reopen = async () => {
    for (let wait = FIRST_WAIT_MS; !closing.signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      try {
        await open();
        onGap();
        return;
      } catch {
        await pause(wait, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  };

  await open();
  return {
    async close() {
      closing.abort();
      await client?.end().catch(() => undefined);
    },
  };
}
