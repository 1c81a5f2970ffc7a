import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { CALL_EVENT_CHANNEL } from './call-events.ts';

/** One event as it is notified; `truncated` events have their data in the journal only. */
export interface CallEventNotice {
  readonly callId: string;
  readonly seq: number;
  readonly kind: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly data?: Record<string, unknown>;
  readonly truncated?: true;
}

export interface CallEventStream {
  close(): Promise<void>;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

/**
 * Hears every call event as it is committed, on a connection of its own; returns once it listens. Notices are not kept for a listener that
 * is away: after a broken connection it listens again by itself and says `onGap`, so that whoever needs all reads the journal.
 * Throws when the first connection fails.
 */
export async function listenToCallEvents(
  url: string,
  onEvent: (notice: CallEventNotice) => void,
  onGap: () => void = () => undefined,
): Promise<CallEventStream> {
  const closing = new AbortController();
  let client: pg.Client | undefined;

  const open = async () => {
    const next = new pg.Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      application_name: 'homeline events',
    });
    next.on('notification', ({ payload }) => onEvent(JSON.parse(payload ?? '{}') as CallEventNotice));
    next.on('error', () => undefined); // 'end' follows
    try {
      await next.connect();
      await next.query(`listen ${CALL_EVENT_CHANNEL}`);
    } catch (error) {
      await next.end().catch(() => undefined);
      throw error;
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
